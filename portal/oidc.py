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

import httpx2
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

from libs.common.signed_claims import InvalidToken, IssuerAway, IssuerKeys, audiences_of, require_person_and_time, signed_claims
from libs.common.tokens import CLIENT_ASSERTION, client_assertion
from portal.settings import PortalSettings

# A token that ends within this time is renewed first: a request to a service must not outlive it.
RENEWED_BEFORE_END = 30.0
# While nobody can renew it, it serves until a request might not come to its end any more.
SERVES_UNTIL_BEFORE_END = 5.0
LONGEST_REASON = 60


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
class SignedIn:
    """Who signed in, by the checked ID token."""

    subject: str
    tokens: Tokens


class SignInService:
    def __init__(self, settings: PortalSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._key = ECKey.import_key(settings.private_key_file.read_bytes())
        self._keys = IssuerKeys(settings.jwks_url)

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/sign-in/callback"

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is to go for a sign-in. Raises SignInRefused or SignInAway."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
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

    async def redeem(self, code: str, *, verifier: str, nonce: str) -> SignedIn:
        """The tokens of an authorization code. Raises SignInRefused or SignInAway."""
        granted = await self._ask(
            self._settings.token_url,
            {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": verifier},
        )
        identity = _text(granted, "id_token")
        claims = await self._checked(identity)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise SignInRefused("wrong-nonce")
        return SignedIn(claims["sub"], _tokens(granted, identity, _text(granted, "refresh_token")))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones. Raises SignInRefused or SignInAway."""
        granted = await self._ask(self._settings.token_url, {"grant_type": "refresh_token", "refresh_token": tokens.refresh})
        identity = _text(granted, "id_token") if "id_token" in granted else tokens.identity
        if identity != tokens.identity and (await self._checked(identity))["sub"] != _subject_of(tokens.identity):
            raise SignInRefused("another-person")
        return _tokens(granted, identity, granted.get("refresh_token", tokens.refresh))

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
        try:
            claims = await signed_claims(token, self._keys)
            require_person_and_time(claims, issuer=self._settings.issuer)
        except InvalidToken as error:
            raise SignInRefused(str(error)) from error
        except IssuerAway as error:
            raise SignInAway(str(error)) from error
        if claims.get("typ") != "ID":
            raise SignInRefused("wrong-type")
        # Whoever else it is for could show it to us as his own.
        if audiences_of(claims) != [self._settings.client_id]:
            raise SignInRefused("wrong-audience")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise SignInRefused("unknown-party")
        return claims


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


def _subject_of(identity: str) -> str:
    """Of a token that was checked when it came, and has lain sealed since."""
    subject: str = json.loads(urlsafe_b64decode(identity.split(".")[1].encode()))["sub"]
    return subject
