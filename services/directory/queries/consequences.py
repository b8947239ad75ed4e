"""What would follow from a reorganisation as things stand now: who ends, who takes over, who moves with it, and what is left to be done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.domain.reorganisation import ReorganisationPlan

_AGENCIES = text("""
SELECT a.id, a.name, a.short_name, a.kind, count(DISTINCT m.person_id) AS people,
  count(DISTINCT m.person_id) FILTER (WHERE m.is_head) AS heads
FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS asked (id, place) JOIN agency a ON a.id = asked.id
LEFT JOIN membership m ON m.agency_id = a.id AND coalesce(m.valid_to, 'infinity') >= :day
GROUP BY a.id, asked.place ORDER BY asked.place
""")
_SUBORDINATES = text("""
SELECT id, name, short_name FROM agency
WHERE parent_id = ANY(CAST(:ids AS uuid[])) AND id <> ALL(CAST(:ids AS uuid[])) AND coalesce(valid_to, 'infinity') >= :day
ORDER BY sort_key, id
""")


@dataclass(frozen=True)
class AgencyConcerned:
    """`is_new`: it begins on the day, so nobody works in it yet. `heads` are those of its people that are its head."""

    id: UUID
    name: str
    short_name: str
    kind: str
    people: int
    heads: int
    is_new: bool


@dataclass(frozen=True)
class Subordinate:
    id: UUID
    name: str
    short_name: str


@dataclass(frozen=True)
class Consequences:
    """`before` are those it starts from, `after` those that take over. `moves_by_itself`: work and people go to the only one of them.

    `people_moving` follow to it, of whom `heads_meeting` are no heads any more until one is appointed; `people_without_place` lose
    the place that they had.
    """

    before: list[AgencyConcerned]
    after: list[AgencyConcerned]
    ending: tuple[UUID, ...]
    subordinates: list[Subordinate]
    moves_by_itself: bool
    people_moving: int
    heads_meeting: int
    people_without_place: int


async def consequences_of(connection: AsyncConnection, plan: ReorganisationPlan) -> Consequences:
    """Counted now; whoever comes or goes until the day is counted on the day."""
    before = await _agencies(connection, plan.from_agency_ids, plan.effective_on)
    living = await _agencies(connection, plan.to_agency_ids, plan.effective_on)
    new = [AgencyConcerned(one.id, one.name, one.short_name, one.kind.value, 0, 0, is_new=True) for one in plan.new_agencies]
    ended = [one for one in before if one.id in plan.ended_agency_ids]
    people, heads = sum(one.people for one in ended), sum(one.heads for one in ended)
    moves = plan.sole_successor_id is not None and bool(ended)
    asked: dict[str, Any] = {"ids": list(plan.ended_agency_ids), "day": plan.effective_on}
    return Consequences(
        before=before,
        after=[*living, *new],
        ending=plan.ended_agency_ids,
        subordinates=[Subordinate(*row) for row in await connection.execute(_SUBORDINATES, asked)],
        moves_by_itself=moves,
        people_moving=people if moves else 0,
        heads_meeting=heads if moves and not plan.is_one_to_one else 0,
        people_without_place=0 if moves else people,
    )


async def _agencies(connection: AsyncConnection, ids: Collection[UUID], day: date) -> list[AgencyConcerned]:
    rows = await connection.execute(_AGENCIES, {"ids": list(ids), "day": day})
    return [AgencyConcerned(**row._mapping, is_new=False) for row in rows]
