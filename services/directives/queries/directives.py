"""Directives for screens: the list, filtered by what the actor may see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.folding import sought_words
from services.directives.persistence.repository import CONCERNED, VISIBLE, visibility_of

_LIST = text(f"""
WITH matched AS (
  SELECT d.*,
    (SELECT count(*) FROM instruction seen WHERE seen.directive_id = d.id AND (:sees_all OR {CONCERNED})) AS instruction_count
  FROM directive d
  WHERE {VISIBLE} AND (CAST(:state AS text) IS NULL OR d.state = :state) AND d.search LIKE ALL(CAST(:words AS text[])))
SELECT *, (SELECT count(*) FROM matched) AS total FROM matched
WHERE CAST(:before AS timestamptz) IS NULL OR (created_at, id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid))
ORDER BY created_at DESC, id DESC LIMIT :limit
""")
_TOTAL = text(f"""
SELECT count(*) FROM directive d
WHERE {VISIBLE} AND (CAST(:state AS text) IS NULL OR d.state = :state) AND d.search LIKE ALL(CAST(:words AS text[]))
""")


@dataclass(frozen=True)
class ListedDirective:
    id: UUID
    version: int
    state: str
    kind: str
    number: str | None
    notation: str | None
    issue_date: date
    urgency: str
    subject: str
    instruction_count: int
    created_at: datetime
    released_at: datetime | None


def patterns_of(typed: str | None) -> list[str]:
    """LIKE patterns that together find the words typed, in any order and without diacritics; everything when nothing was typed."""
    if not typed:
        return ["%"]
    # Words are letters and digits alone. What has no word finds nothing: no directive is without one.
    return [f"%{word}%" for word in sought_words(typed)] or [""]


async def list_directives(
    connection: AsyncConnection, actor: Actor, *, state: str | None, q: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[ListedDirective], int]:
    """A page of directives, newest first, and how many match in all."""
    filters: dict[str, Any] = {**visibility_of(actor), "state": state, "words": patterns_of(q)}
    page = {"before": before[0] if before else None, "before_id": before[1] if before else None, "limit": limit}
    rows = (await connection.execute(_LIST, {**filters, **page})).all()
    total = rows[0].total if rows else (await connection.execute(_TOTAL, filters)).scalar_one()
    listed = [
        ListedDirective(
            row.id,
            row.version,
            row.state,
            row.kind,
            row.number,
            row.notation,
            row.issue_date,
            row.urgency,
            row.subject,
            row.instruction_count,
            row.created_at,
            row.released_at,
        )
        for row in rows
    ]
    return listed, total
