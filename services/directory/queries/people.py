"""People: who is signed in and in which memberships he may act; names for the ids that other services know."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor, grants
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.domain import NotFound

VALID = "coalesce(m.valid_from, '-infinity') <= :day AND coalesce(m.valid_to, 'infinity') >= :day"

_PERSON = text("SELECT id, name FROM person WHERE id = :id")
_MEMBERSHIPS = text(f"""
SELECT m.id, m.position, m.role, m.is_head, a.id AS agency_id, a.key, a.name, a.short_name, a.kind
FROM membership m JOIN agency a ON a.id = m.agency_id
WHERE m.person_id = :id AND {VALID}
ORDER BY m.is_head DESC, m.role, a.sort_key, m.id
""")
_ACTOR = text(f"SELECT m.agency_id, m.role FROM membership m WHERE m.id = :id AND m.person_id = :person_id AND {VALID}")
# The newest membership tells the position; one that has ended still tells who it was.
_NAMES = text("""
SELECT DISTINCT ON (p.id) p.id, p.name, m.position, m.agency_id
FROM person p LEFT JOIN membership m ON m.person_id = p.id
WHERE p.id = ANY(CAST(:ids AS uuid[]))
ORDER BY p.id, m.valid_to DESC NULLS FIRST, m.is_head DESC, m.id
""")


@dataclass(frozen=True)
class MembershipHere:
    id: UUID
    position: str
    role: str
    is_head: bool
    agency_id: UUID
    agency_key: str
    agency_name: str
    agency_short_name: str
    agency_kind: str


@dataclass(frozen=True)
class Me:
    person_id: UUID
    name: str
    memberships: list[MembershipHere]


async def me(connection: AsyncConnection, person_id: UUID, roles: frozenset[str], *, day: date) -> Me:
    """Raises NotFound for somebody who signed in but is not in the directory."""
    person = (await connection.execute(_PERSON, {"id": person_id})).one_or_none()
    if person is None:
        raise NotFound
    rows = await connection.execute(_MEMBERSHIPS, {"id": person_id, "day": day})
    return Me(
        person.id,
        person.name,
        [
            MembershipHere(row.id, row.position, row.role, row.is_head, row.agency_id, row.key, row.name, row.short_name, row.kind)
            for row in rows
            if grants(roles, row.role)
        ],
    )


@dataclass(frozen=True)
class NamedPerson:
    id: UUID
    name: str
    position: str | None
    agency_id: UUID | None


async def named_people(connection: AsyncConnection, ids: list[UUID]) -> list[NamedPerson]:
    return [NamedPerson(*row) for row in await connection.execute(_NAMES, {"ids": ids})]


async def names_of_actors(connection: AsyncConnection, actors: Collection[str]) -> dict[str, str]:
    """By the name of the actor; a service has none."""
    people = [UUID(name) for name in set(actors) if not name.startswith("service-")]
    return {str(person.id): person.name for person in await named_people(connection, people)}


class OwnMemberships:
    """The directory resolves who acts from its own tables: it needs no replica and is never stale."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def resolve_actor(self, person_id: UUID, membership_id: UUID, roles: frozenset[str]) -> Actor | None:
        async with self._database.read() as connection:
            found = (
                await connection.execute(_ACTOR, {"id": membership_id, "person_id": person_id, "day": self._clock.today()})
            ).one_or_none()
        if found is None or not grants(roles, found.role):
            return None
        return Actor.of_person(person_id, membership_id, found.agency_id, found.role)

    async def require_fresh(self) -> None:
        """What is asked here is the source itself."""
