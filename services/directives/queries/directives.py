"""Directives for screens: the list, filtered by what the actor may see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.folding import sought_words
from services.directives.persistence.repository import CONCERNED, visibility_of

# Matches are told row by row from the newest on, and the page stops when it is full: only of its own rows the instructions are counted.
# Who does not see all is led by the index of his agency's instructions.
_OF_HIS_AGENCY = f"d.state = 'RELEASED' AND d.id IN (SELECT seen.directive_id FROM instruction seen WHERE {CONCERNED})"
_BEFORE = "(d.created_at, d.id) < (CAST(:before AS timestamptz), CAST(:before_id AS uuid))"


def _matching(*, sees_all: bool, state: str | None, q: str | None) -> str:
    conditions = [] if sees_all else [_OF_HIS_AGENCY]
    if state is not None:
        conditions.append("d.state = :state")
    if q:
        conditions.append("d.search LIKE ALL(CAST(:words AS text[]))")
    return " AND ".join(conditions) or "TRUE"


def _page(matching: str, *, sees_all: bool, later: bool) -> str:
    return f"""
SELECT page.*,
  (SELECT count(*) FROM instruction seen WHERE seen.directive_id = page.id AND {"TRUE" if sees_all else CONCERNED}) AS instruction_count
FROM (
  SELECT d.* FROM directive d WHERE {matching} AND {_BEFORE if later else "TRUE"}
  ORDER BY d.created_at DESC, d.id DESC LIMIT :limit) AS page
ORDER BY page.created_at DESC, page.id DESC
"""


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
    seen = visibility_of(actor)
    sees_all = bool(seen["sees_all"])
    of_agency = {} if sees_all else {"agency_id": seen["agency_id"]}
    matching = _matching(sees_all=sees_all, state=state, q=q)
    asked: dict[str, Any] = {"state": state} if state is not None else {}
    asked |= {"words": patterns_of(q)} if q else {}
    page = text(_page(matching, sees_all=sees_all, later=before is not None))
    place = {"before": before[0], "before_id": before[1]} if before is not None else {}
    rows = (await connection.execute(page, {**asked, **of_agency, **place, "limit": limit})).all()
    total = (await connection.execute(text(f"SELECT count(*) FROM directive d WHERE {matching}"), {**asked, **of_agency})).scalar_one()
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
