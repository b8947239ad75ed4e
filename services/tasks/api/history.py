"""What happened to a task, as it is told to whoever may see the task."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.tasks.api.schemas import HistoryItem, percent_of
from services.tasks.domain.lifecycle import State
from services.tasks.domain.receipt import Receipt
from services.tasks.queries.history import happened_to

REPORTS = {"chidao.tasks.progress-reported.v1", "chidao.tasks.result-submitted.v1"}
SERVICE = "service-"


async def told_history(connection: AsyncConnection, task_id: UUID, number: int) -> list[HistoryItem]:
    """Everything, oldest first, of the task with this number, which the caller has been allowed to see."""
    return [_item(row, number) for row in await happened_to(connection, task_id)]


def _item(row: Any, number: int) -> HistoryItem:
    state = State(row.state)
    person_id = None if row.actor.startswith(SERVICE) else UUID(row.actor)
    released = row.released_by is not None
    reported = {"percent": row.reported, "content": row.content, "difficulty": row.difficulty, "proposal": row.proposal}
    return HistoryItem(
        version=row.version,
        type=row.type,
        occurred_at=row.occurred_at,
        recorded_at=row.created_at,
        actor_person_id=row.released_by if released else person_id,
        actor_role=row.released_as if released else row.role,
        agency_id=row.released_for if released else row.agency_id,
        state=state,
        percent=percent_of(state, row.percent),
        change=json.loads(row.change),
        progress=reported if row.content is not None else None,
        receipt_code=str(Receipt(number, row.version)) if row.type in REPORTS else None,
    )
