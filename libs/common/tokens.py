"""Tokens: a caller's is checked offline against the issuer's keys; one's own for another service is fetched and kept."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from libs.common.trust import trusted

ALGORITHM = "ES256"
# An unknown key id makes us ask the issuer again, but not more often than this: a flood of forged tokens must not
# become a flood of requests.
KEYS_ASKED_EVERY = 10.0
CHECKED_TOKENS_KEPT = 10_000
# Of two machines one may be a little ahead.
CLOCKS_DIFFER_SECONDS = 30
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class InvalidToken(Exception):
    """No token of ours: forged, expired, from a foreign issuer, or made for somebody else. The reason is for the log only."""


@dataclass(frozen=True)
class Claims:
    subject: str
    party: str
    roles: frozenset[str]
    expires: int


class TokenVerifier:
    """Accepts tokens of `issuer` made for `audience` and asked for by one of `parties`."""

    def __init__(self, *, issuer: str, jwks_url: str, audience: str, parties: frozenset[str]) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._audience = audience
        self._parties = parties
        self._keys: KeySet | None = None
        self._asked_at = -KEYS_ASKED_EVERY
        self._checked: dict[str, Claims] = {}
        self._asking = asyncio.Lock()

    async def verify(self, token: str) -> Claims:
        """Raises InvalidToken; httpx2.HTTPError when the keys were never had and the issuer is away."""
        claims = self._checked.get(token)
        if claims is None:
            claims = await self._check(token)
            if len(self._checked) >= CHECKED_TOKENS_KEPT:
                self._checked.clear()
            self._checked[token] = claims
        if claims.expires <= time.time():
            del self._checked[token]
            raise InvalidToken("expired")
        return claims

    async def _check(self, token: str) -> Claims:
        keys = self._keys or await self._ask_for_keys()
        try:
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as first:
            if not await self._keys_may_be_old():
                raise InvalidToken(type(first).__name__) from first
            try:
                decoded = jwt.decode(token, await self._ask_for_keys(), algorithms=[ALGORITHM])
            except (JoseError, ValueError) as error:
                raise InvalidToken(type(error).__name__) from error
        return self._accepted(decoded.claims)

    def _accepted(self, claims: dict[str, Any]) -> Claims:
        audience = claims.get("aud")
        audiences = {audience} if isinstance(audience, str) else set(audience or ())
        if claims.get("iss") != self._issuer or self._audience not in audiences:
            raise InvalidToken("issuer or audience")
        if claims.get("typ") != "Bearer" or claims.get("azp") not in self._parties:
            raise InvalidToken("type or party")
        if not isinstance(claims.get("exp"), int) or claims["exp"] <= time.time():
            raise InvalidToken("expired")
        if any(_is_to_come(claims[name]) for name in ("nbf", "iat") if name in claims):
            raise InvalidToken("not valid yet")
        roles = claims.get("realm_access", {}).get("roles", [])
        return Claims(str(claims["sub"]), str(claims["azp"]), frozenset(roles), claims["exp"])

    async def _keys_may_be_old(self) -> bool:
        return time.monotonic() - self._asked_at >= KEYS_ASKED_EVERY

    async def _ask_for_keys(self) -> KeySet:
        async with self._asking:
            async with httpx2.AsyncClient(timeout=5, trust_env=False, verify=trusted()) as client:
                answer = await client.get(self._jwks_url)
                answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
            self._asked_at = time.monotonic()
            return self._keys


def _is_to_come(moment: object) -> bool:
    return not isinstance(moment, int | float) or moment > time.time() + CLOCKS_DIFFER_SECONDS


def client_assertion(client_id: str, key: ECKey, audience: str) -> str:
    """`private_key_jwt`: proves to the token endpoint who asks, without a shared secret."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": str(uuid4()), "iat": now, "exp": now + 60}
    return jwt.encode({"alg": ALGORITHM}, claims, key)


class ServiceTokens:
    """Our own tokens for other services, one for each audience, renewed half a minute before they end."""

    def __init__(self, *, client_id: str, private_key_file: Path, token_url: str) -> None:
        self._client_id = client_id
        self._key = ECKey.import_key(private_key_file.read_bytes())
        self._token_url = token_url
        self._tokens: dict[str, tuple[str, float]] = {}
        self._asking = asyncio.Lock()

    async def for_audience(self, audience: str) -> str:
        async with self._asking:
            token, ends = self._tokens.get(audience, ("", 0.0))
            if ends - 30 <= time.monotonic():
                token, ends = await self._ask(audience)
                self._tokens[audience] = (token, ends)
            return token

    async def _ask(self, audience: str) -> tuple[str, float]:
        async with httpx2.AsyncClient(timeout=5, trust_env=False, verify=trusted()) as client:
            answer = await client.post(
                self._token_url,
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._client_id,
                    "scope": audience,
                    "client_assertion_type": CLIENT_ASSERTION,
                    "client_assertion": client_assertion(self._client_id, self._key, self._token_url),
                },
            )
            answer.raise_for_status()
        granted = answer.json()
        return granted["access_token"], time.monotonic() + float(granted["expires_in"])
