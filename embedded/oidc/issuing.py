"""The tokens that are given: for a person to all services through the portal, for a service to one other."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from embedded.oidc.authorization import InvalidGrant, Session
from libs.common.signed_claims import ALGORITHM, LOGOUT, PLAIN

ACCESS_SECONDS = 300
# As long as a session of the portal may last at most.
SESSION_SECONDS = 10 * 3600
LOGOUT_SECONDS = 120
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Position(Protocol):
    @property
    def agency_name(self) -> str: ...
    @property
    def agency_kind(self) -> str: ...
    @property
    def position(self) -> str: ...
    @property
    def role(self) -> str: ...


class Account(Protocol):
    """Somebody who may sign in today, with the positions he holds today."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def positions(self) -> Sequence[Position]: ...


class TokenIssuer:
    """`issuer` is our name in every token, `audiences` the services a person's token is for.

    Each refresh token serves once, and brings the next one. Ended sessions, and which token is a session's newest, are remembered in
    memory: a refresh token outlives a restart of this demonstration, as the portal's sessions do.
    """

    def __init__(self, issuer: str, key: ECKey, audiences: Iterable[str]) -> None:
        self.issuer = issuer
        self._key = key
        self._audiences = sorted(audiences)
        self._ended: dict[str, float] = {}
        self._newest: dict[str, tuple[str, float]] = {}

    def public_keys(self) -> dict[str, Any]:
        (public,) = KeySet([self._key]).as_dict(private=False)["keys"]
        return {"keys": [{**public, "use": "sig", "alg": ALGORITHM}]}

    def for_person(self, session: Session, account: Account, *, nonce: str | None = None) -> dict[str, Any]:
        """The answer of the token endpoint; `nonce` belongs to the first ID token of a sign-in."""
        subject = str(session.person_id)
        proved = {"acr": str(session.level), "auth_time": session.signed_in_at}
        common = {"azp": session.client_id, "sub": subject, "sid": session.id, **proved}
        roles = sorted({position.role for position in account.positions})
        identity = {
            **common,
            "typ": "ID",
            "aud": session.client_id,
            "name": account.name,
            "preferred_username": account.username,
        }
        session_ends = session.signed_in_at + SESSION_SECONDS
        refresh_id = str(uuid4())
        self._newest = _still_to_end(self._newest) | {session.id: (refresh_id, session_ends)}
        return {
            "access_token": self._sign({**common, "typ": "Bearer", "aud": self._audiences, "realm_access": {"roles": roles}}),
            "id_token": self._sign(identity if nonce is None else {**identity, "nonce": nonce}),
            "refresh_token": self._sign({**common, "typ": "Refresh", "aud": self.issuer, "jti": refresh_id}, ends=session_ends),
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_expires_in": session_ends - int(time.time()),
            "scope": "openid",
        }

    def for_service(self, client_id: str, target: str) -> dict[str, Any]:
        token = self._sign({"azp": client_id, "sub": client_id, "typ": "Bearer", "aud": [target]})
        return {"access_token": token, "token_type": "Bearer", "expires_in": ACCESS_SECONDS, "scope": target}

    def session_to_refresh(self, token: str, *, client_id: str) -> Session:
        """Raises InvalidGrant."""
        claims = self._read(token)
        if claims.get("typ") != "Refresh":
            raise InvalidGrant("refresh-token-of-another-kind")
        if claims.get("azp") != client_id:
            raise InvalidGrant("refresh-token-of-another-client")
        if claims["exp"] <= time.time():
            raise InvalidGrant("refresh-token-too-old")
        if claims["sid"] in self._ended:
            raise InvalidGrant("session-ended")
        session = _session_of(claims)
        newest, _ = self._newest.get(session.id, (claims["jti"], 0.0))
        if newest != claims["jti"]:
            # Two have it, and one of them has stolen it.
            raise InvalidGrant("refresh-token-used-before", stolen=session)
        return session

    def session_to_end(self, identity_token: str) -> Session:
        """That of an ID token of ours, however old. Raises InvalidGrant."""
        claims = self._read(identity_token)
        if claims.get("typ") != "ID":
            raise InvalidGrant("not-an-id-token")
        return _session_of(claims)

    def person_of(self, identity_token: str) -> UUID:
        """Whose ID token it is. Raises InvalidGrant, also when his session has ended."""
        session = self.session_to_end(identity_token)
        if session.id in self._ended:
            raise InvalidGrant("session-ended")
        return session.person_id

    def end(self, session: Session) -> str | None:
        """The logout token for its client; None when it had ended before."""
        now = time.time()
        self._ended = {ended: until for ended, until in self._ended.items() if until > now}
        self._newest.pop(session.id, None)
        if session.id in self._ended:
            return None
        self._ended[session.id] = now + SESSION_SECONDS
        claims = {"sub": str(session.person_id), "sid": session.id, "aud": session.client_id, "events": {LOGOUT_EVENT: {}}}
        return self._sign(claims, ends=int(now) + LOGOUT_SECONDS, kind=LOGOUT)

    def _read(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise InvalidGrant("signature") from error
        if claims.get("iss") != self.issuer:
            raise InvalidGrant("wrong-issuer")
        return claims

    def _sign(self, claims: dict[str, Any], *, ends: int | None = None, kind: str = PLAIN) -> str:
        now = int(time.time())
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": kind}
        return jwt.encode(
            header, {"iss": self.issuer, "iat": now, "exp": ends or now + ACCESS_SECONDS, "jti": str(uuid4()), **claims}, self._key
        )


def _session_of(claims: Mapping[str, Any]) -> Session:
    return Session(claims["sid"], claims["azp"], UUID(claims["sub"]), claims["auth_time"], int(claims.get("acr", "1")))


def _still_to_end(kept: Mapping[str, tuple[str, float]]) -> dict[str, tuple[str, float]]:
    now = time.time()
    return {name: (value, ends) for name, (value, ends) in kept.items() if ends > now}
