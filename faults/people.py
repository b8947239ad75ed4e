"""People with real tokens: signed in at the provider of the run as the portal does it, and signed in anew before their token ends."""

import re
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc.jwk import ECKey

from embedded.data_folder import DataFolder
from embedded.oidc.authorization import challenge_of
from embedded.oidc.provider import AUTHORIZATION, PUSH, REALM, TOKEN
from embedded.wiring import PORTAL_CLIENT
from libs.common.tokens import CLIENT_ASSERTION, client_assertion
from libs.common.web.auth import MEMBERSHIP_HEADER

# A token lives five minutes; one that is half as old is given up.
TOKEN_KEPT_SECONDS = 150.0


@dataclass
class Somebody:
    """A person in one of his memberships."""

    words: str
    person_id: str
    membership_id: str
    agency_id: str
    role: str
    token: str
    signed_in_at: float

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", MEMBERSHIP_HEADER: self.membership_id}


@dataclass
class SignIns:
    """Signs people in at the run behind `http`, as the portal: with the key that lies in the run's data folder."""

    http: httpx2.AsyncClient
    data: Path

    async def somebody(self, words: str, role: str) -> Somebody:
        """The first person whom the chooser finds for `words`, in his membership of `role`."""
        token = await self._token(words)
        headers = {"Authorization": f"Bearer {token}"}
        me = (await self.http.get("/api/directory/me", headers=headers)).raise_for_status().json()
        membership = next(one for one in me["memberships"] if one["role"] == role)
        return Somebody(words, me["person"]["id"], membership["id"], membership["agency"]["id"], role, token, time.monotonic())

    async def renew(self, person: Somebody) -> None:
        """Raises httpx2.HTTPError while the run is away."""
        if time.monotonic() - person.signed_in_at > TOKEN_KEPT_SECONDS:
            person.token = await self._token(person.words)
            person.signed_in_at = time.monotonic()

    async def _token(self, words: str) -> str:
        public_url = str(self.http.base_url).rstrip("/")
        verifier = token_urlsafe(40)
        asked = {
            "response_type": "code",
            "redirect_uri": f"{public_url}/sign-in/callback",
            "scope": "openid",
            "state": token_urlsafe(8),
            "nonce": token_urlsafe(8),
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            # Acts that ask for it are done by these people as well.
            "acr_values": "2",
        }
        pushed = (await self.http.post(PUSH, data={**asked, **self._proof(public_url)})).raise_for_status().json()
        by_reference = {"client_id": PORTAL_CLIENT, "request_uri": pushed["request_uri"], "q": words}
        page = (await self.http.get(AUTHORIZATION, params=by_reference)).raise_for_status()
        person = re.search(r'name="person" value="([^"]+)"', page.text)
        assert person is not None, f"the chooser found nobody for {words}"
        back = await self.http.post(AUTHORIZATION, data={**hidden(page.text), "person": person[1]})
        if back.is_error:
            back.raise_for_status()
        (code,) = parse_qs(urlsplit(back.headers["Location"]).query)["code"]
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"], "code_verifier": verifier}
        answer = await self.http.post(TOKEN, data={**grant, **self._proof(public_url)})
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def _proof(self, public_url: str) -> dict[str, str]:
        key = ECKey.import_key(DataFolder(self.data).signing_key(PORTAL_CLIENT).read_bytes())
        return {
            "client_id": PORTAL_CLIENT,
            "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": client_assertion(PORTAL_CLIENT, key, public_url + REALM),
        }


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of all forms of a page; where forms share a name, the last one's."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)}
