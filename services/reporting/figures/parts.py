"""Of how many agencies a group is made, and of which kinds: what a list says instead of one lead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.figures.rows import CountedTask

_PARTS = text("""
SELECT part.parent_id, count(*) AS total, array_agg(DISTINCT agency.kind) FILTER (WHERE agency.kind IS NOT NULL) AS kinds
FROM task_now AS part LEFT JOIN agency_replica AS agency ON agency.id = part.lead_agency_id
WHERE part.parent_id = ANY (CAST(:ids AS uuid[])) GROUP BY part.parent_id
""")


@dataclass(frozen=True)
class GroupParts:
    total: int
    kinds: list[str]


async def parts_of(connection: AsyncConnection, tasks: Iterable[CountedTask]) -> Mapping[UUID, GroupParts]:
    """Of the groups among `tasks`, as they are known now."""
    groups = [one.task_id for one in tasks if one.is_group]
    if not groups:
        return {}
    rows = await connection.execute(_PARTS, {"ids": groups})
    return {row.parent_id: GroupParts(row.total, sorted(row.kinds or ())) for row in rows}
