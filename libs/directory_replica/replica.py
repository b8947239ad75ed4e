"""Questions to the replica: who acts, which agencies live, and whether the directory was heard from lately."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor, grants
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.domain import DomainError, Refusal

# A moved officer loses access within a second: half of it may pass here, the rest is the event's way.
ACTOR_KEPT_SECONDS = 0.5
ACTORS_KEPT = 5_000

_MEMBERSHIP = text("""
SELECT agency_id, role FROM membership_replica
WHERE id = :id AND person_id = :person_id
  AND coalesce(valid_from, '-infinity') <= :today AND coalesce(valid_to, 'infinity') >= :today
""")
_HEARD = text("""
SELECT coalesce(extract(epoch FROM now() - max(heard_at)), 1e9) AS seconds
FROM feed_position WHERE consumer = :consumer AND source = 'directory' AND heard_at > '-infinity'
""")
_LIVING = text("""
SELECT id, kind, coalesce(scope = (SELECT scope FROM agency_replica WHERE id = CAST(:within AS uuid)), false) AS is_within
FROM agency_replica
WHERE (id = ANY(CAST(:ids AS uuid[]))
       OR (kind = ANY(CAST(:kinds AS text[])) AND scope = (SELECT scope FROM agency_replica WHERE id = CAST(:within AS uuid))))
  AND coalesce(valid_from, '-infinity') <= :day AND coalesce(valid_to, 'infinity') >= :day
ORDER BY sort_key, id
""")
_WITH_ACCOUNT = text("""
SELECT DISTINCT agency_id FROM membership_replica
WHERE agency_id = ANY(CAST(:ids AS uuid[])) AND role = ANY(CAST(:roles AS text[]))
  AND coalesce(valid_from, '-infinity') <= :day AND coalesce(valid_to, 'infinity') >= :day
""")


class ReplicaStale(DomainError):
    """The directory was not heard from for longer than `membership_max_age`: who may do what is not certain, so nothing changes."""

    code = "replica-stale"
    refusal = Refusal.UNAVAILABLE


@dataclass(frozen=True)
class LivingAgency:
    """`is_within`: it is of the province that was asked for."""

    id: UUID
    kind: str
    is_within: bool = True


async def living_agencies(
    connection: AsyncConnection, *, ids: Collection[UUID] = (), kinds: Collection[str] = (), within: UUID | None = None, day: date
) -> list[LivingAgency]:
    """Those that live on `day` among `ids` and the agencies of `kinds` in the province of the agency `within`, in alphabetical order."""
    rows = await connection.execute(_LIVING, {"ids": list(ids), "kinds": list(kinds), "within": within, "day": day})
    return [LivingAgency(row.id, row.kind, row.is_within) for row in rows]


async def agencies_with_account(connection: AsyncConnection, ids: Collection[UUID], *, roles: Collection[str], day: date) -> set[UUID]:
    """Those among `ids` for which somebody may sign in on `day` in one of `roles`."""
    return set((await connection.execute(_WITH_ACCOUNT, {"ids": list(ids), "roles": list(roles), "day": day})).scalars())


class DirectoryReplica:
    """`consumer` is the name under which the service follows the directory."""

    def __init__(self, database: Database, clock: Clock, *, consumer: str, max_age_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._consumer = consumer
        self._max_age = max_age_seconds
        self._actors: dict[tuple[UUID, UUID, frozenset[str]], tuple[Actor, float]] = {}
        self._fresh_until = 0.0

    async def resolve_actor(self, person_id: UUID, membership_id: UUID, roles: frozenset[str]) -> Actor | None:
        """The actor, or None when the membership is not this person's, not valid today, or of a role the token does not grant."""
        asked = (person_id, membership_id, roles)
        kept, until = self._actors.get(asked, (None, 0.0))
        if kept is not None and until > time.monotonic():
            return kept
        async with self._database.read() as connection:
            found = (
                await connection.execute(_MEMBERSHIP, {"id": membership_id, "person_id": person_id, "today": self._clock.today()})
            ).one_or_none()
        if found is None or not grants(roles, found.role):
            self._actors.pop(asked, None)
            return None
        actor = Actor.of_person(person_id, membership_id, found.agency_id, found.role)
        if len(self._actors) >= ACTORS_KEPT:
            self._actors.clear()
        self._actors[asked] = (actor, time.monotonic() + ACTOR_KEPT_SECONDS)
        return actor

    async def require_fresh(self) -> None:
        """Raises ReplicaStale when the directory was silent for too long. Asked before every change."""
        if time.monotonic() < self._fresh_until:
            return
        async with self._database.read() as connection:
            silent: float = float((await connection.execute(_HEARD, {"consumer": self._consumer})).scalar_one())
        if silent > self._max_age:
            raise ReplicaStale(silent_seconds=round(silent))
        self._fresh_until = time.monotonic() + min(1.0, self._max_age - silent)
