"""What a signed token of the sign-in service says, once it is sure that the service said it.

Each check has a word of its own, which the log keeps: whoever looks for the reason of a refusal finds it there, and whoever was refused
is told nothing of it. What every token is held to stands here (RFC 8725); for whom it is and what it may be used for, its reader asks.
"""

import asyncio
import json
import math
import time
from collections.abc import Mapping
from typing import Any

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

from libs.common.trust import trusted

log = structlog.get_logger()

ALGORITHM = "ES256"
CURVE = "P-256"
LEVELS = ("1", "2")
# Tokens with all roles that somebody can have are a quarter as long; whatever is longer is not looked into.
LONGEST_TOKEN = 8192
LONGEST_SUBJECT = 255
# A token cannot be called back, so none is taken that would live much longer than the five minutes of ours.
LONGEST_LIFE_SECONDS = 900
# Of two machines one may be a little ahead.
CLOCKS_DIFFER_SECONDS = 30
# What every reader of JSON takes for the same number.
LAST_MOMENT = 2**53
KNOWN_HEADER = frozenset({"alg", "kid", "typ"})
# The kind of a token stands in its header: what is made for one purpose opens nothing at another (RFC 8725, 3.11).
PLAIN, LOGOUT = "JWT", "logout+jwt"
# Where the key lies with which the signature is to be checked: that would be for the attacker to say.
KEY_IN_HEADER = frozenset({"jku", "jwk", "x5u", "x5c"})

# An unknown key id makes us ask the issuer again, but not more often than this: a flood of forged tokens must not become a flood of
# requests.
KEYS_ASKED_EVERY = 10.0
# An issuer that did not answer is asked again sooner: people wait for it.
KEYS_ASKED_AGAIN = 1.0
# A key that the issuer has withdrawn is forgotten after this time, though nobody has come with a newer one.
KEYS_KEPT_SECONDS = 600.0
LONGEST_WAIT_FOR_KEYS = 5.0


class InvalidToken(Exception):
    """No token of ours: forged, expired, from a foreign issuer, or made for somebody else. The reason is for the log only."""


class IssuerAway(Exception):
    """The key of a token is not known, and the issuer cannot be asked for it now."""


class IssuerKeys:
    """The public keys of an issuer, by their ids: had once, asked for anew when a token names one that is not known."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asking: asyncio.Task[None] | None = None
        self._asked_at = self._had_at = -math.inf
        self._failure: Exception | None = None
        self.known: Mapping[str, ECKey] = {}

    async def named(self, key_id: str) -> ECKey:
        """Raises InvalidToken, or IssuerAway. Whoever asks while the issuer is being asked waits for the same answer."""
        if key_id in self.known:
            if self._are_old and self._may_ask:
                # Nobody waits for it: what is known serves on, also while the issuer is away.
                self._ask()
            return self.known[key_id]
        if self._is_asked or self._may_ask:
            await asyncio.shield(self._ask())
        if key_id in self.known:
            return self.known[key_id]
        if self._failure is not None:
            raise IssuerAway(type(self._failure).__name__) from self._failure
        raise InvalidToken("unknown-key")

    @property
    def _is_asked(self) -> bool:
        return self._asking is not None and not self._asking.done()

    @property
    def _may_ask(self) -> bool:
        return time.monotonic() - self._asked_at >= (KEYS_ASKED_EVERY if self._failure is None else KEYS_ASKED_AGAIN)

    @property
    def _are_old(self) -> bool:
        return time.monotonic() - self._had_at >= KEYS_KEPT_SECONDS

    def _ask(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._have_asked())
        return self._asking

    async def _have_asked(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAIT_FOR_KEYS), httpx2.AsyncClient(trust_env=False, verify=trusted()) as client:
                answer = await client.get(self._url)
            answer.raise_for_status()
            self.known = _keys_for_signatures(answer.json())
        except (httpx2.HTTPError, TimeoutError, JoseError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._failure = error
            log.warning("issuer-keys-not-had", reason=type(error).__name__)
        else:
            self._failure = None
            self._had_at = time.monotonic()
        self._asked_at = time.monotonic()


def _keys_for_signatures(told: Mapping[str, Any]) -> Mapping[str, ECKey]:
    """Only those that can have made a signature that we take; issuers publish others beside them."""
    return {
        key["kid"]: ECKey.import_key(key)
        for key in told["keys"]
        if key.get("kty") == "EC" and key.get("crv") == CURVE and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str)
    }


async def signed_claims(token: str, keys: IssuerKeys, *, kind: str = PLAIN) -> dict[str, Any]:
    """The claims of a token of this kind that the issuer has signed. Raises InvalidToken, or IssuerAway."""
    if len(token) > LONGEST_TOKEN:
        raise InvalidToken("too-long")
    key_id = _key_id(_header(token), kind)
    key = await keys.named(key_id)
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM], decoder_cls=EachNameOnce).claims
    except BadSignatureError as error:
        raise InvalidToken("signature") from error
    except (JoseError, ValueError, RecursionError) as error:
        raise InvalidToken("malformed") from error


def require_person_and_time(claims: Mapping[str, Any], *, issuer: str) -> None:
    """What holds for every token: who made it and for whom, and that it is valid now and not for long. Raises InvalidToken."""
    now = time.time()
    if claims.get("iss") != issuer:
        raise InvalidToken("wrong-issuer")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise InvalidToken("no-subject")
    begins, ends = _moment(claims, "iat"), _moment(claims, "exp")
    valid_from = _moment(claims, "nbf") if "nbf" in claims else begins
    if ends is None:
        raise InvalidToken("no-end")
    if begins is None or valid_from is None:
        raise InvalidToken("no-beginning")
    if ends <= now:
        raise InvalidToken("expired")
    if max(begins, valid_from) > now + CLOCKS_DIFFER_SECONDS:
        raise InvalidToken("not-valid-yet")
    if ends - begins > LONGEST_LIFE_SECONDS:
        raise InvalidToken("lives-too-long")


def audiences_of(claims: Mapping[str, Any]) -> list[str]:
    """For whom the token is; nobody, when that is not said as the standard says it."""
    told = claims.get("aud")
    audiences = [told] if isinstance(told, str) else told
    return audiences if isinstance(audiences, list) and all(isinstance(one, str) for one in audiences) else []


def level_of(claims: Mapping[str, Any]) -> int:
    """`acr`: how surely the person has proved who he is. Words that are no level of ours prove nothing."""
    told = claims.get("acr")
    return int(told) if isinstance(told, str) and told in LEVELS else 0


def proved_at_of(claims: Mapping[str, Any]) -> float | None:
    """`auth_time`: when he did."""
    return _moment(claims, "auth_time")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    """Seconds of Unix time; None for whatever is no moment."""
    told = claims.get(name)
    return told if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= LAST_MOMENT else None


class EachNameOnce(json.JSONDecoder):
    """Reads JSON in which no name comes twice: which of two is meant must not be a matter of taste. Nor are there numbers without end."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_each_once, parse_constant=_no_number)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise InvalidToken("named-twice")
    return named


def _no_number(_: str) -> float:
    raise InvalidToken("malformed")


def _header(token: str) -> dict[str, Any]:
    first, *rest = token.split(".")
    try:
        header = json.loads(urlsafe_b64decode(first.encode()), cls=EachNameOnce)
    except (ValueError, RecursionError) as error:
        raise InvalidToken("malformed") from error
    if not isinstance(header, dict) or len(rest) != 2:
        raise InvalidToken("malformed")
    return header


def _key_id(header: Mapping[str, Any], kind: str) -> str:
    if header.get("alg") != ALGORITHM:
        raise InvalidToken("algorithm")
    if "crit" in header:
        raise InvalidToken("critical-header")
    if KEY_IN_HEADER & header.keys():
        raise InvalidToken("key-in-header")
    if header.keys() - KNOWN_HEADER:
        raise InvalidToken("unknown-header")
    if header.get("typ", PLAIN) != kind:
        raise InvalidToken("wrong-type")
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise InvalidToken("no-key-id")
    return key_id
