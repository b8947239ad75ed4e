"""The portal as a client of the sign-in service: authorization code with PKCE, `private_key_jwt`, checked ID tokens.

What is asked for is pushed to the service before the browser goes there (RFC 9126): a browser can neither read nor change it.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx2
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

from libs.common.signed_claims import (
    CLOCKS_DIFFER_SECONDS,
    LOGOUT,
    PLAIN,
    InvalidToken,
    IssuerAway,
    IssuerKeys,
    audiences_of,
    proved_at_of,
    require_person_and_time,
    signed_claims,
)
from libs.common.tokens import CLIENT_ASSERTION, client_assertion
from portal.settings import PortalSettings

# A token that ends within this time is renewed first: a request to a service must not outlive it.
RENEWED_BEFORE_END = 30.0
# While nobody can renew it, it serves until a request might not come to its end any more.
SERVES_UNTIL_BEFORE_END = 5.0
LONGEST_REASON = 60
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# A logout token comes from the service itself and at once; beyond that and what clocks may differ, somebody has kept it.
LONGEST_WAY_SECONDS = 120 + CLOCKS_DIFFER_SECONDS
LONGEST_NAME = 255


class SignInRefused(Exception):
    """The sign-in service said no, or what it gave does not belong to this sign-in. The reason is for the log only."""


class SignInAway(Exception):
    """The sign-in service does not answer."""


@dataclass(frozen=True)
class Tokens:
    """`ends` is the end of the access token, in seconds of Unix time."""

    access: str
    refresh: str
    identity: str
    ends: float

    @property
    def expire_soon(self) -> bool:
        return time.time() > self.ends - RENEWED_BEFORE_END

    @property
    def serve(self) -> bool:
        """Whether a request that is begun now comes to its end with them."""
        return time.time() < self.ends - SERVES_UNTIL_BEFORE_END


@dataclass(frozen=True)
class Proof:
    """What a service asks before it acts (RFC 9470): a level (`acr_values`), and within how many seconds it was proved (`max_age`)."""

    acr: str
    max_age: int

    def is_given_by(self, claims: Mapping[str, Any]) -> bool:
        """A service that is asked may answer with less (OpenID Connect, 3.1.2.1), so its ID token is looked at."""
        proved_at = proved_at_of(claims)
        return claims.get("acr") == self.acr and proved_at is not None and proved_at >= time.time() - self.max_age - CLOCKS_DIFFER_SECONDS


@dataclass(frozen=True)
class AskedAgain:
    """Whoever has the session, to whom `identity` was given when he signed in, is to prove that it is he."""

    session_id: UUID
    proof: Proof
    identity: str

    @property
    def parameters(self) -> dict[str, str]:
        return {"acr_values": self.proof.acr, "max_age": str(self.proof.max_age), "id_token_hint": self.identity}


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, by the checked ID token, and in which session of the service, where it has a name."""

    subject: str
    session_id: str | None
    tokens: Tokens


@dataclass(frozen=True)
class EndedAtService:
    """The service has ended a session of the person: that of `session_id`, and perhaps more. `token_id` names the message itself."""

    person_id: UUID
    session_id: str | None
    token_id: str


class SignInService:
    def __init__(self, settings: PortalSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._key = ECKey.import_key(settings.private_key_file.read_bytes())
        self._keys = IssuerKeys(settings.jwks_url)

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/sign-in/callback"

    async def authorization_url(self, *, state: str, nonce: str, verifier: str, again: AskedAgain | None = None) -> str:
        """Where the browser is to go for a sign-in, or for somebody to prove `again` who he is. Raises SignInRefused or SignInAway."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **(again.parameters if again is not None else {}),
        }
        pushed = await self._ask(self._settings.pushed_request_url, asked, status=201)
        by_reference = {"client_id": self._settings.client_id, "request_uri": _text(pushed, "request_uri")}
        return f"{self._settings.authorization_url}?{urlencode(by_reference)}"

    def end_session_url(self, tokens: Tokens) -> str:
        asked = {
            "id_token_hint": tokens.identity,
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": f"{self._settings.public_url.rstrip('/')}/sign-in",
        }
        return f"{self._settings.end_session_url}?{urlencode(asked)}"

    async def redeem(self, code: str, *, verifier: str, nonce: str, proof: Proof | None = None) -> SignedIn:
        """The tokens of an authorization code, with the `proof` that was asked for. Raises SignInRefused or SignInAway."""
        granted = await self._ask(
            self._settings.token_url,
            {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": verifier},
        )
        identity = _text(granted, "id_token")
        claims = await self._checked(identity)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise SignInRefused("wrong-nonce")
        if proof is not None and not proof.is_given_by(claims):
            raise SignInRefused("not-proved")
        session_id = claims["sid"] if _is_name(claims.get("sid")) else None
        return SignedIn(claims["sub"], session_id, _tokens(granted, identity, _text(granted, "refresh_token")))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones. Raises SignInRefused or SignInAway."""
        granted = await self._ask(self._settings.token_url, {"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        identity = _text(granted, "id_token") if "id_token" in granted else tokens.identity
        if identity != tokens.identity and (await self._checked(identity))["sub"] != _subject_of(tokens.identity):
            raise SignInRefused("another-person")
        return _tokens(granted, identity, granted.get("refresh_token", tokens.refresh))

    async def end(self, tokens: Tokens) -> None:
        """The session that these tokens are of, without its browser. Raises SignInRefused or SignInAway."""
        await self._ask(self._settings.sign_out_url, {"refresh_token": tokens.refresh}, status=204)

    async def told_to_end(self, token: str) -> EndedAtService:
        """What a logout token says has ended (OpenID Connect Back-Channel Logout 1.0). Raises SignInRefused or SignInAway.

        Whether it comes for the first time is for the caller to say.
        """
        claims = await self._signed(token, LOGOUT)
        self._require_for_us(claims)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise SignInRefused("no-logout-event")
        # With one it could be an ID token, which the person himself has.
        if "nonce" in claims:
            raise SignInRefused("has-nonce")
        if claims["iat"] < time.time() - LONGEST_WAY_SECONDS:
            raise SignInRefused("too-old")
        session_id = claims.get("sid")
        if session_id is not None and not _is_name(session_id):
            raise SignInRefused("malformed")
        if not _is_name(claims.get("jti")):
            raise SignInRefused("no-token-id")
        try:
            person_id = UUID(claims["sub"])
        except ValueError as error:
            raise SignInRefused("not-a-person") from error
        return EndedAtService(person_id, session_id, claims["jti"])

    async def _ask(self, url: str, asked: Mapping[str, str], *, status: int = 200) -> Mapping[str, Any]:
        """The service is named by its issuer, so that whoever is asked can use the proof nowhere else."""
        proof = {
            "client_id": self._settings.client_id,
            "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": client_assertion(self._settings.client_id, self._key, self._settings.issuer),
        }
        try:
            answer = await self._client.post(url, data={**asked, **proof})
        except httpx2.HTTPError as error:
            raise SignInAway(type(error).__name__) from error
        if answer.status_code >= 500:
            raise SignInAway(str(answer.status_code))
        granted = _json_object(answer)
        if answer.status_code != status:
            raise SignInRefused(str(granted.get("error", answer.status_code))[:LONGEST_REASON])
        return granted

    async def _checked(self, token: str) -> Mapping[str, Any]:
        """The claims of an ID token that was made for us."""
        claims = await self._signed(token, PLAIN)
        if claims.get("typ") != "ID":
            raise SignInRefused("wrong-type")
        self._require_for_us(claims)
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise SignInRefused("unknown-party")
        return claims

    async def _signed(self, token: str, kind: str) -> Mapping[str, Any]:
        try:
            claims = await signed_claims(token, self._keys, kind=kind)
            require_person_and_time(claims, issuer=self._settings.issuer)
        except InvalidToken as error:
            raise SignInRefused(str(error)) from error
        except IssuerAway as error:
            raise SignInAway(str(error)) from error
        return claims

    def _require_for_us(self, claims: Mapping[str, Any]) -> None:
        # Whoever else it is for could show it to us as his own.
        if audiences_of(claims) != [self._settings.client_id]:
            raise SignInRefused("wrong-audience")


def _json_object(answer: httpx2.Response) -> Mapping[str, Any]:
    """Empty for whatever is none."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(granted: Mapping[str, Any], name: str) -> str:
    found = granted.get(name)
    if not isinstance(found, str) or not found:
        raise SignInRefused("malformed-answer")
    return found


def _tokens(granted: Mapping[str, Any], identity: str, refresh: str) -> Tokens:
    seconds = granted.get("expires_in")
    if str(granted.get("token_type", "")).lower() != "bearer" or not isinstance(seconds, int | float) or not isinstance(refresh, str):
        raise SignInRefused("malformed-answer")
    return Tokens(_text(granted, "access_token"), refresh, identity, time.time() + seconds)


def _is_name(told: object) -> bool:
    return isinstance(told, str) and 1 <= len(told) <= LONGEST_NAME


def _subject_of(identity: str) -> str:
    """Of a token that was checked when it came, and has lain sealed since."""
    subject: str = json.loads(urlsafe_b64decode(identity.split(".")[1].encode()))["sub"]
    return subject
