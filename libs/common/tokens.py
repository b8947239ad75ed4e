"""Tokens: a caller's is checked offline against the issuer's keys; one's own for another service is fetched and kept."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from libs.common.signed_claims import (
    ALGORITHM,
    InvalidToken,
    IssuerKeys,
    audiences_of,
    level_of,
    proved_at_of,
    require_person_and_time,
    signed_claims,
)
from libs.common.trust import trusted

CHECKED_TOKENS_KEPT = 10_000
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Claims:
    """`level` says how surely the person has proved who he is (`acr`; 0 where that is not said), and `proved_at` when (`auth_time`)."""

    subject: str
    party: str
    roles: frozenset[str]
    expires: float
    level: int = 0
    proved_at: float | None = None


class TokenVerifier:
    """Accepts tokens of `issuer` made for `audience` and asked for by one of `parties`."""

    def __init__(self, *, issuer: str, jwks_url: str, audience: str, parties: frozenset[str]) -> None:
        self._issuer = issuer
        self._audience = audience
        self._parties = parties
        self._keys = IssuerKeys(jwks_url)
        self._checked: dict[str, Claims] = {}
        self._checked_with = self._keys.known

    async def verify(self, token: str) -> Claims:
        """Raises InvalidToken; IssuerAway when the key was never had and the issuer does not answer."""
        if self._checked_with is not self._keys.known:
            # Whatever a withdrawn key has signed is not taken any longer.
            self._checked, self._checked_with = {}, self._keys.known
        claims = self._checked.get(token)
        if claims is None:
            claims = self._accepted(await signed_claims(token, self._keys))
            if len(self._checked) >= CHECKED_TOKENS_KEPT:
                self._checked.clear()
            self._checked[token] = claims
        if claims.expires <= time.time():
            del self._checked[token]
            raise InvalidToken("expired")
        return claims

    def _accepted(self, claims: Mapping[str, Any]) -> Claims:
        require_person_and_time(claims, issuer=self._issuer)
        if self._audience not in audiences_of(claims):
            raise InvalidToken("wrong-audience")
        if claims.get("typ") != "Bearer":
            raise InvalidToken("wrong-type")
        party = claims.get("azp")
        if not isinstance(party, str) or party not in self._parties:
            raise InvalidToken("unknown-party")
        return Claims(claims["sub"], party, _roles(claims), claims["exp"], level_of(claims), proved_at_of(claims))


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    access = claims.get("realm_access", {})
    roles = access.get("roles", []) if isinstance(access, dict) else None
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidToken("malformed")
    return frozenset(roles)


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
