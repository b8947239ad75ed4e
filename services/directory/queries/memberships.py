"""Who acts in an agency and who did, apart: in pages, found by name without diacritics. And one membership with what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.folding import search_words

_FOUND = """
FROM membership m JOIN person p ON p.id = m.person_id
WHERE m.agency_id = :agency_id AND ' ' || p.folded || ' ' LIKE ALL(CAST(:words AS text[]))
"""
_LASTS = f"{_FOUND} AND coalesce(m.valid_to, 'infinity') >= :day"
_HAS_ENDED = f"{_FOUND} AND coalesce(m.valid_to, 'infinity') < :day"
_ROW = """m.id, m.version, m.person_id, p.name, p.officer_code, m.agency_id, m.position, m.role, m.is_head, m.valid_from, m.valid_to,
  CAST(NOT m.is_head AS int) AS no_head"""
_CURRENT = text(f"""
SELECT {_ROW}, (SELECT count(*) {_LASTS}) AS total {_LASTS}
  AND (CAST(:after_no_head AS int) IS NULL OR (CAST(NOT m.is_head AS int), m.position, m.id)
       > (CAST(:after_no_head AS int), CAST(:after_position AS text), CAST(:after_id AS uuid)))
ORDER BY no_head, m.position, m.id LIMIT :limit
""")
# Along membership_standing, the last to leave first.
_ENDED = text(f"""
SELECT {_ROW}, (SELECT count(*) {_HAS_ENDED}) AS total {_HAS_ENDED}
  AND (CAST(:after_valid_to AS date) IS NULL OR (coalesce(m.valid_to, 'infinity'), m.id)
       < (CAST(:after_valid_to AS date), CAST(:after_id AS uuid)))
ORDER BY coalesce(m.valid_to, 'infinity') DESC, m.id DESC LIMIT :limit
""")
_ONE = text(f"SELECT {_ROW} FROM membership m JOIN person p ON p.id = m.person_id WHERE m.id = :id")


@dataclass(frozen=True)
class HeldMembership:
    """`no_head` is a number because it orders the list."""

    id: UUID
    version: int
    person_id: UUID
    name: str
    officer_code: str | None
    agency_id: UUID
    position: str
    role: str
    is_head: bool
    valid_from: date | None
    valid_to: date | None
    no_head: int


async def current_memberships(
    connection: AsyncConnection, agency_id: UUID, *, q: str | None, day: date, after: tuple[int, str, UUID] | None, limit: int
) -> tuple[list[HeldMembership], int]:
    """Those that hold on `day` or will, its head first, then by position; and how many there are."""
    keys = dict(zip(("after_no_head", "after_position", "after_id"), after or (None,) * 3, strict=True))
    return await _page(connection, _CURRENT, agency_id, q, day, keys, limit)


async def ended_memberships(
    connection: AsyncConnection, agency_id: UUID, *, q: str | None, day: date, after: tuple[date, UUID] | None, limit: int
) -> tuple[list[HeldMembership], int]:
    """Those that were over before `day`, the last to end first; and how many there are."""
    keys = dict(zip(("after_valid_to", "after_id"), after or (None,) * 2, strict=True))
    return await _page(connection, _ENDED, agency_id, q, day, keys, limit)


async def _page(
    connection: AsyncConnection, statement: TextClause, agency_id: UUID, q: str | None, day: date, keys: dict[str, Any], limit: int
) -> tuple[list[HeldMembership], int]:
    asked = {"agency_id": agency_id, "words": _each_begins_a_word(q), "day": day, "limit": limit, **keys}
    rows = (await connection.execute(statement, asked)).all()
    return [HeldMembership(*row[:-1]) for row in rows], rows[0].total if rows else 0


def _each_begins_a_word(q: str | None) -> Sequence[str]:
    """Words are letters and digits alone; without any, everybody is found."""
    return [f"% {word}%" for word in search_words(q or "")]


async def one_membership(connection: AsyncConnection, membership_id: UUID) -> HeldMembership:
    """Raises NotFound."""
    row = (await connection.execute(_ONE, {"id": membership_id})).one_or_none()
    if row is None:
        raise NotFound
    return HeldMembership(*row)
