"""The portal as a client of the sign-in service: authorization code with PKCE, `private_key_jwt`, checked ID tokens."""

import base64
import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from libs.common.tokens import ALGORITHM, CLIENT_ASSERTION, client_assertion
from portal.settings import PortalSettings

# A token that ends within this time is renewed first: a request to a service must not outlive it.
RENEWED_BEFORE_END = 30.0
LEEWAY = 30.0


class SignInRefused(Exception):
    """The sign-in service said no, or what it gave does not belong to this sign-in."""


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


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, by the checked ID token."""

    subject: str
    tokens: Tokens


class SignInService:
    def __init__(self, settings: PortalSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._key = ECKey.import_key(settings.private_key_file.read_bytes())
        self._keys: KeySet | None = None

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/sign-in/callback"

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in. Where the sign-in service wants it pushed beforehand (PAR), the address says nothing of it;
        raises SignInRefused or SignInAway then.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if self._settings.pushed_authorization_url is not None:
            pushed = await self._ask(asked, url=self._settings.pushed_authorization_url)
            asked = {"client_id": self._settings.client_id, "request_uri": pushed["request_uri"]}
        return f"{self._settings.authorization_url}?{urlencode(asked)}"

    def end_session_url(self, tokens: Tokens) -> str:
        asked = {
            "id_token_hint": tokens.identity,
            "client_id": self._settings.client_id,
            "post_logout_redirect_uri": f"{self._settings.public_url.rstrip('/')}/sign-in",
        }
        return f"{self._settings.end_session_url}?{urlencode(asked)}"

    async def redeem(self, code: str, *, verifier: str, nonce: str) -> SignedIn:
        """The tokens of an authorization code. Raises SignInRefused or SignInAway."""
        granted = await self._ask(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": verifier}
        )
        claims = await self._checked(granted.get("id_token", ""), nonce)
        return SignedIn(str(claims["sub"]), _tokens(granted, granted["id_token"]))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones. Raises SignInRefused or SignInAway."""
        granted = await self._ask({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        return _tokens({"refresh_token": tokens.refresh, **granted}, granted.get("id_token", tokens.identity))

    async def _ask(self, asked: dict[str, str], *, url: str | None = None) -> dict[str, Any]:
        """What the sign-in service answers at `url`, or at the address for tokens, to whom we prove to be."""
        url = url or self._settings.token_url
        proof = {
            "client_id": self._settings.client_id,
            "client_assertion_type": CLIENT_ASSERTION,
            "client_assertion": client_assertion(self._settings.client_id, self._key, url),
        }
        try:
            answer = await self._client.post(url, data={**asked, **proof})
        except httpx2.HTTPError as error:
            raise SignInAway(type(error).__name__) from error
        if answer.status_code >= 500:
            raise SignInAway(str(answer.status_code))
        if not answer.is_success:
            raise SignInRefused(answer.text[:200])
        granted: dict[str, Any] = answer.json()
        return granted

    async def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            claims = jwt.decode(token, await self._issuer_keys(), algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            # The issuer may have turned its keys since they were asked for.
            self._keys = None
            try:
                claims = jwt.decode(token, await self._issuer_keys(), algorithms=[ALGORITHM]).claims
            except (JoseError, ValueError) as error:
                raise SignInRefused(type(error).__name__) from error
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else list(audience or ())
        now = time.time()
        belongs = (
            claims.get("iss") == self._settings.issuer
            and self._settings.client_id in audiences
            and (len(audiences) == 1 or claims.get("azp") == self._settings.client_id)
            and claims.get("nonce") == nonce
            and isinstance(claims.get("exp"), int | float)
            and claims["exp"] > now - LEEWAY
            and claims.get("iat", now) < now + LEEWAY
            and claims.get("sub")
        )
        if not belongs:
            raise SignInRefused("the ID token was not made for this sign-in")
        return claims

    async def _issuer_keys(self) -> KeySet:
        if self._keys is None:
            try:
                answer = await self._client.get(self._settings.jwks_url)
                answer.raise_for_status()
            except httpx2.HTTPError as error:
                raise SignInAway(type(error).__name__) from error
            self._keys = KeySet.import_key_set(answer.json())
        return self._keys


def _tokens(granted: dict[str, Any], identity: str) -> Tokens:
    return Tokens(
        access=granted["access_token"],
        refresh=granted.get("refresh_token", ""),
        identity=identity,
        ends=time.time() + float(granted["expires_in"]),
    )
