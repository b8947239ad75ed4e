"""What awaits a decision on its result, the oldest submission first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.contracts.buckets import AwaitingCountsAs
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import VISIBLE, visibility_of
from services.tasks.queries.listing import with_standing

# What his own office has decided waits for nobody any more, unless it became void.
_AWAITING = f"""FROM task t WHERE t.state = 'AWAITING_CONFIRMATION' AND {VISIBLE} AND NOT EXISTS (
  SELECT 1 FROM held_act h WHERE h.aggregate_id = t.id AND h.agency_id = CAST(:office AS uuid) AND h.void_because IS NULL)"""
_ORDER = "ORDER BY t.submitted_at, t.number"
_AFTER = " AND (t.submitted_at, t.number) > (CAST(:after_moment AS timestamptz), CAST(:after_number AS bigint))"
_COUNT = text(f"SELECT count(*) {_AWAITING}")


def _page(rule: AwaitingCountsAs, after: str) -> str:
    return f"{with_standing(f'(SELECT t.* {_AWAITING}{after} {_ORDER} LIMIT :limit)', rule)} {_ORDER}"


_FIRST = {rule: text(_page(rule, "")) for rule in AwaitingCountsAs}
_NEXT = {rule: text(_page(rule, _AFTER)) for rule in AwaitingCountsAs}


@dataclass(frozen=True)
class AfterSubmission:
    """The last row of the page before."""

    moment: datetime
    number: int


async def list_awaiting(connection: AsyncConnection, actor: Actor, today: Today, *, after: AfterSubmission | None, limit: int) -> list[Any]:
    """A page of what the actor sees and his office has not decided."""
    asked = {**_asked_by(actor), "as_of": today.day, "limit": limit}
    if after is None:
        return list((await connection.execute(_FIRST[today.awaiting_counts_as], asked)).all())
    last = {"after_moment": after.moment, "after_number": after.number}
    return list((await connection.execute(_NEXT[today.awaiting_counts_as], asked | last)).all())


async def count_awaiting(connection: AsyncConnection, actor: Actor) -> int:
    """How many rows the list has in all."""
    return int((await connection.execute(_COUNT, _asked_by(actor))).scalar_one())


def _asked_by(actor: Actor) -> dict[str, Any]:
    return {**visibility_of(actor), "office": actor.agency_id}
