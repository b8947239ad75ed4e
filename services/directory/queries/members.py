"""The people of an agency: who acts in it as what, and who did; whoever acts now comes first."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_HAS_ENDED = "CAST(coalesce(m.valid_to < :day, false) AS int)"
_IS_NO_HEAD = "CAST(NOT m.is_head AS int)"
_MEMBERS = text(f"""
SELECT m.id, p.name, m.position, m.role, m.is_head, m.valid_from, m.valid_to, {_HAS_ENDED} AS ended, {_IS_NO_HEAD} AS no_head,
  (SELECT count(*) FROM membership WHERE agency_id = :agency_id) AS total
FROM membership m JOIN person p ON p.id = m.person_id
WHERE m.agency_id = :agency_id
  AND (CAST(:after_ended AS int) IS NULL OR ({_HAS_ENDED}, {_IS_NO_HEAD}, m.position, m.id)
       > (CAST(:after_ended AS int), CAST(:after_no_head AS int), CAST(:after_position AS text), CAST(:after_id AS uuid)))
ORDER BY ended, no_head, m.position, m.id LIMIT :limit
""")


@dataclass(frozen=True)
class Member:
    """`ended` and `no_head` are numbers because they order the list."""

    id: UUID
    name: str
    position: str
    role: str
    is_head: bool
    valid_from: date | None
    valid_to: date | None
    ended: int
    no_head: int


async def members_of(
    connection: AsyncConnection, agency_id: UUID, *, day: date, after: tuple[int, int, str, UUID] | None, limit: int
) -> tuple[list[Member], int]:
    """In pages, and how many memberships there are."""
    keys: dict[str, Any] = dict(zip(("after_ended", "after_no_head", "after_position", "after_id"), after or (None,) * 4, strict=True))
    rows = (await connection.execute(_MEMBERS, {"agency_id": agency_id, "day": day, "limit": limit, **keys})).all()
    return [Member(*row[:-1]) for row in rows], rows[0].total if rows else 0
