"""One task for a screen, and what was reported of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import NotFound
from libs.contracts.buckets import AwaitingCountsAs
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import VISIBLE, visibility_of
from services.tasks.queries.listing import with_standing

_ONE = {rule: text(f"{with_standing('task', rule)} WHERE t.id = :id AND {VISIBLE}") for rule in AwaitingCountsAs}


async def one_task(connection: AsyncConnection, task_id: UUID, actor: Actor, today: Today) -> Any:
    """The row of a task with its bucket; raises NotFound when unknown or not to be seen."""
    one = _ONE[today.awaiting_counts_as]
    row = (await connection.execute(one, {"id": task_id, "as_of": today.day, **visibility_of(actor)})).one_or_none()
    if row is None:
        raise NotFound
    return row


_NUMBER = text(f"SELECT t.number FROM task t WHERE t.id = :id AND {VISIBLE}")


async def visible_number(connection: AsyncConnection, task_id: UUID, actor: Actor) -> int:
    """The number of a task for whoever wants no more of it; raises NotFound when unknown or not to be seen."""
    number: int | None = (await connection.execute(_NUMBER, {"id": task_id, **visibility_of(actor)})).scalar_one_or_none()
    if number is None:
        raise NotFound
    return number


@dataclass(frozen=True)
class ReceivedReport:
    """What a receipt code stands for."""

    task_id: UUID
    task_number: int
    version: int
    type: str
    received_at: datetime


_RECEIVED = text(f"""
SELECT t.id, t.number, e.version, e.type, e.occurred_at
FROM task t JOIN event_log e ON e.aggregate_id = t.id AND e.version = :version
WHERE t.number = :number AND {VISIBLE}
  AND e.type IN ('chidao.tasks.progress-reported.v1', 'chidao.tasks.result-submitted.v1')
""")


async def received_report(connection: AsyncConnection, actor: Actor, *, task_number: int, version: int) -> ReceivedReport:
    """Raises NotFound when there is no such report or it is not to be seen."""
    row = (await connection.execute(_RECEIVED, {"number": task_number, "version": version, **visibility_of(actor)})).one_or_none()
    if row is None:
        raise NotFound
    return ReceivedReport(*row)
