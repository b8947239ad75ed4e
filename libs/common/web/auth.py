"""Who asks. A person brings a token and names the membership he acts in; a service brings a token made for us."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from libs.common.actor import Actor
from libs.common.signed_claims import InvalidToken, IssuerAway
from libs.common.tokens import Claims, TokenVerifier
from libs.common.web.problems import Problem

log = structlog.get_logger()

MEMBERSHIP_HEADER = "Chidao-Membership"
PORTAL_PARTY = "chidao-portal"

T = TypeVar("T")


class Asking(SecurityBase, Generic[T]):
    """A dependency that answers with what `ask` finds out, and says in the description of the API that a token is needed for it.

    One object does both, where two would be solved for every request. The header is read by `ask`, so that a missing token is a
    problem document like every other refusal.
    """

    def __init__(self, ask: Callable[[Request], Awaitable[T]]) -> None:
        self._ask = ask
        self.scheme_name = "HTTPBearer"
        self.model = HTTPBearer(description="Access token of the sign-in service; a person also sends Chidao-Membership.")

    async def __call__(self, request: Request) -> T:
        return await self._ask(request)


@dataclass(frozen=True)
class Person:
    """Somebody signed in, before it is known in which membership he acts."""

    id: UUID
    roles: frozenset[str]


class Memberships(Protocol):
    """Who acts: the directory answers from its own tables, the others from their replica."""

    async def resolve_actor(self, person_id: UUID, membership_id: UUID, roles: frozenset[str]) -> Actor | None:
        """The actor, or None when the membership is not his, not valid today or not of the token's roles."""
        ...

    async def require_fresh(self) -> None:
        """Raises a DomainError (503) when what is known of memberships is too old to change anything."""
        ...


@dataclass
class Doorkeeper:
    """What a service needs to know who asks; lies in `app.state.doorkeeper`."""

    verifier: TokenVerifier
    memberships: Memberships


def _unauthorized(reason: str) -> Problem:
    return Problem(401, "not-signed-in", headers={"WWW-Authenticate": "Bearer"}, reason=reason)


async def claims_of(request: Request) -> Claims:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized("no-token")
    keeper: Doorkeeper = request.app.state.doorkeeper
    try:
        return await keeper.verifier.verify(token)
    except InvalidToken as error:
        log.info("token-refused", reason=str(error))
        raise _unauthorized("token-refused") from error
    except IssuerAway as error:
        raise Problem(503, "unavailable", headers={"Retry-After": "2"}) from error


async def person_of(request: Request) -> Person:
    claims = await claims_of(request)
    if claims.party != PORTAL_PARTY:
        raise _unauthorized("not-a-person")
    try:
        return Person(UUID(claims.subject), claims.roles)
    except ValueError:
        raise _unauthorized("subject") from None


async def actor_of(request: Request) -> Actor:
    person = await person_of(request)
    try:
        membership = UUID(request.headers.get(MEMBERSHIP_HEADER, ""))
    except ValueError:
        raise Problem(401, "membership-not-valid", "header Chidao-Membership is missing or no id") from None
    keeper: Doorkeeper = request.app.state.doorkeeper
    actor = await keeper.memberships.resolve_actor(person.id, membership, person.roles)
    if actor is None:
        raise Problem(401, "membership-not-valid")
    return actor


async def service_of(request: Request) -> str:
    claims = await claims_of(request)
    # The portal asks for people and, as itself, for the live stream: only then is it the subject.
    if claims.party == PORTAL_PARTY and claims.subject != PORTAL_PARTY:
        raise _unauthorized("not-a-service")
    return claims.party


SignedInPerson = Annotated[Person, Depends(Asking(person_of))]
SignedIn = Annotated[Actor, Depends(Asking(actor_of))]
ServiceCaller = Annotated[str, Depends(Asking(service_of))]
