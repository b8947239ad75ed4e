"""The agencies as they stood on a day: who lived, under whom, and from whom each took over."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.queries.agencies import LIVES, Successor, living_successors

# Of those under whom an agency stood before, the one whose last day is the next from the day on; without any the one of now.
PARENT = """
coalesce((SELECT f.parent_id FROM agency_former_parent f WHERE f.agency_id = a.id AND f.valid_to >= :day ORDER BY f.valid_to LIMIT 1),
         a.parent_id)
"""
_TREE = text(f"""
SELECT a.id, a.name, a.short_name, a.kind, a.scope, {PARENT} AS parent_id, a.valid_from, a.valid_to,
  coalesce(a.scope = (SELECT scope FROM agency WHERE id = CAST(:within AS uuid)), false) AS is_within
FROM agency a WHERE {LIVES} ORDER BY is_within DESC, a.scope, a.sort_key, a.id
""")
# Who ended on the eve of the first day of whoever took over, or while it lived already.
_ORIGINS = text("""
SELECT s.successor_id, p.id, p.name, p.short_name FROM agency_successor s JOIN agency p ON p.id = s.agency_id
WHERE s.successor_id = ANY(CAST(:ids AS uuid[])) AND p.valid_to < :day ORDER BY p.sort_key, p.id
""")
_ENDED_COUNT = text("SELECT count(*) FROM agency a WHERE a.valid_to < :day")
_ENDED = text("""
SELECT a.id, a.name, a.short_name, a.kind, a.scope, a.valid_from, a.valid_to, a.sort_key FROM agency a
WHERE a.valid_to < :day
  AND (CAST(:after_day AS date) IS NULL OR a.valid_to < :after_day
       OR (a.valid_to = :after_day AND (a.sort_key, a.id) > (CAST(:after_key AS text), CAST(:after_id AS uuid))))
ORDER BY a.valid_to DESC, a.sort_key, a.id LIMIT :limit
""")


@dataclass(frozen=True)
class AgencyInTree:
    """`origins` are those that ended before the day and whose work it took over. `is_within`: of the province of whoever asks."""

    id: UUID
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    is_within: bool
    origins: tuple[Successor, ...] = ()


@dataclass(frozen=True)
class AgencyTree:
    """`ended` counts those that had ended before the day."""

    items: list[AgencyInTree]
    ended: int


@dataclass(frozen=True)
class EndedAgency:
    """`successors` are those who live on the day."""

    id: UUID
    name: str
    short_name: str
    kind: str
    scope: str
    valid_from: date | None
    valid_to: date
    sort_key: str
    successors: tuple[Successor, ...] = ()


async def agency_tree(connection: AsyncConnection, *, within: UUID | None, day: date) -> AgencyTree:
    """`within` is the agency of whoever asks: its province comes first."""
    rows = (await connection.execute(_TREE, {"within": within, "day": day})).all()
    found = [AgencyInTree(**row._mapping) for row in rows]
    origins: dict[UUID, list[Successor]] = {}
    for row in await connection.execute(_ORIGINS, {"ids": [one.id for one in found], "day": day}):
        origins.setdefault(row.successor_id, []).append(Successor(row.id, row.name, row.short_name))
    ended = (await connection.execute(_ENDED_COUNT, {"day": day})).scalar_one()
    return AgencyTree([replace(one, origins=tuple(origins.get(one.id, ()))) for one in found], ended)


async def ended_agencies(
    connection: AsyncConnection, *, day: date, after: tuple[date, str, UUID] | None, limit: int
) -> tuple[list[EndedAgency], int]:
    """Those that had ended before the day, the last to end first, and how many there are."""
    keys: dict[str, Any] = dict(zip(("after_day", "after_key", "after_id"), after or (None,) * 3, strict=True))
    rows = (await connection.execute(_ENDED, {"day": day, "limit": limit, **keys})).all()
    successors = await living_successors(connection, [row.id for row in rows], day)
    total: int = (await connection.execute(_ENDED_COUNT, {"day": day})).scalar_one()
    return [EndedAgency(**row._mapping, successors=successors.get(row.id, ())) for row in rows], total
