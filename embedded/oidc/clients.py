"""Clients and how they prove who they are: a signed assertion, used once (`private_key_jwt`), never a shared secret."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey

from libs.common.signed_claims import ALGORITHM, EachNameOnce, InvalidToken, audiences_of
from libs.common.tokens import CLIENT_ASSERTION

LONGEST_ASSERTION_SECONDS = 300
LEEWAY = 10
LONGEST_ASSERTION_ID = 200


class UnknownClient(Exception):
    """No such client, or it did not prove to be it."""


@dataclass(frozen=True)
class Client:
    """`key` is the public half. `targets` are the services for which it may ask a token of its own.

    `told_of_sign_outs` is the address at which it hears that somebody was signed out.
    """

    id: str
    key: ECKey
    redirect_uris: frozenset[str] = frozenset()
    after_sign_out: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    told_of_sign_outs: str | None = None


class Clients:
    """`audiences` are the names under which the token endpoint is known to clients."""

    def __init__(self, clients: Iterable[Client], *, audiences: frozenset[str]) -> None:
        self._clients = {client.id: client for client in clients}
        self._audiences = audiences
        self._used: dict[tuple[str, str], float] = {}

    def find(self, client_id: str) -> Client:
        """Raises UnknownClient."""
        try:
            return self._clients[client_id]
        except KeyError:
            raise UnknownClient("unknown-client") from None

    def authenticate(self, form: Mapping[str, str]) -> Client:
        """The client that sent `form`. Raises UnknownClient, with the reason for the log."""
        if form.get("client_assertion_type") != CLIENT_ASSERTION or "client_secret" in form:
            raise UnknownClient("no-assertion")
        client = self.find(form.get("client_id", ""))
        claims = _signed_by(client, form.get("client_assertion", ""))
        if claims.get("iss") != client.id or claims.get("sub") != client.id:
            raise UnknownClient("wrong-issuer-or-subject")
        # One audience: an assertion that is also for somebody else could be used here by him.
        if len(audiences := audiences_of(claims)) != 1 or audiences[0] not in self._audiences:
            raise UnknownClient("wrong-audience")
        now, ends, assertion_id = time.time(), claims.get("exp"), claims.get("jti")
        if not isinstance(ends, int | float) or not now - LEEWAY < ends <= now + LONGEST_ASSERTION_SECONDS + LEEWAY:
            raise UnknownClient("expired-or-lives-too-long")
        if any(not isinstance(claims[name], int | float) or claims[name] > now + LEEWAY for name in ("iat", "nbf") if name in claims):
            raise UnknownClient("not-valid-yet")
        if not isinstance(assertion_id, str) or not 1 <= len(assertion_id) <= LONGEST_ASSERTION_ID:
            raise UnknownClient("no-assertion-id")
        self._use_once(client.id, assertion_id, ends)
        return client

    def _use_once(self, client_id: str, assertion_id: str, ends: float) -> None:
        now = time.time()
        self._used = {used: until for used, until in self._used.items() if until > now}
        if (client_id, assertion_id) in self._used:
            raise UnknownClient("assertion-used-before")
        self._used[client_id, assertion_id] = ends + LEEWAY


def _signed_by(client: Client, assertion: str) -> dict[str, Any]:
    try:
        return jwt.decode(assertion, client.key, algorithms=[ALGORITHM], decoder_cls=EachNameOnce).claims
    except UnsupportedAlgorithmError as error:
        raise UnknownClient("algorithm") from error
    except BadSignatureError as error:
        raise UnknownClient("signature") from error
    except (JoseError, ValueError, RecursionError, InvalidToken) as error:
        raise UnknownClient("malformed") from error
