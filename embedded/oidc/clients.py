"""Clients and how they prove who they are: a signed assertion, used once (`private_key_jwt`), never a shared secret."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from libs.common.tokens import ALGORITHM, CLIENT_ASSERTION

LONGEST_ASSERTION_SECONDS = 300
LEEWAY = 10
LONGEST_ASSERTION_ID = 200


class UnknownClient(Exception):
    """No such client, or it did not prove to be it."""


@dataclass(frozen=True)
class Client:
    """`key` is the public half. `targets` are the services for which it may ask a token of its own."""

    id: str
    key: ECKey
    redirect_uris: frozenset[str] = frozenset()
    after_sign_out: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()


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
            raise UnknownClient(client_id) from None

    def authenticate(self, form: Mapping[str, str]) -> Client:
        """The client that sent `form`. Raises UnknownClient."""
        if form.get("client_assertion_type") != CLIENT_ASSERTION:
            raise UnknownClient("no client assertion")
        client = self.find(form.get("client_id", ""))
        try:
            claims = jwt.decode(form.get("client_assertion", ""), client.key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise UnknownClient(type(error).__name__) from error
        audience = claims.get("aud")
        audiences = {audience} if isinstance(audience, str) else set(audience or ())
        if claims.get("iss") != client.id or claims.get("sub") != client.id or not audiences & self._audiences:
            raise UnknownClient("issuer, subject or audience of the assertion")
        ends, assertion_id = claims.get("exp"), claims.get("jti")
        if not isinstance(ends, int | float) or not time.time() - LEEWAY < ends <= time.time() + LONGEST_ASSERTION_SECONDS + LEEWAY:
            raise UnknownClient("lifetime of the assertion")
        if not isinstance(assertion_id, str) or not 1 <= len(assertion_id) <= LONGEST_ASSERTION_ID:
            raise UnknownClient("id of the assertion")
        self._use_once(client.id, assertion_id, ends)
        return client

    def _use_once(self, client_id: str, assertion_id: str, ends: float) -> None:
        now = time.time()
        self._used = {used: until for used, until in self._used.items() if until > now}
        if (client_id, assertion_id) in self._used:
            raise UnknownClient("assertion used before")
        self._used[client_id, assertion_id] = ends + LEEWAY
