"""What happened to a task, as it is told to whoever may see the task."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.event_log import HistoryEntry, history
from services.tasks.api.schemas import HistoryItem, percent_of
from services.tasks.domain.lifecycle import State
from services.tasks.domain.receipt import Receipt
from services.tasks.queries.people import Holder, holder_of
from services.tasks.queries.tasks import ProgressTexts, progress_texts

ASSIGNED = "chidao.tasks.task-assigned.v1"
PROGRESS_REPORTED = "chidao.tasks.progress-reported.v1"
REPORTS = {PROGRESS_REPORTED, "chidao.tasks.result-submitted.v1"}


async def told_history(connection: AsyncConnection, task_id: UUID, number: int) -> list[HistoryItem]:
    """Everything, oldest first, of the task with this number, which the caller has been allowed to see."""
    entries = await history(connection, task_id)
    reported = any(entry.type == PROGRESS_REPORTED for entry in entries)
    texts = await progress_texts(connection, task_id) if reported else {}
    released_by = entries[0].data["change"].get("released_by") if entries else None
    releaser = await holder_of(connection, UUID(released_by)) if released_by else None
    return [_history_item(entry, number, texts.get(entry.version), releaser if entry.type == ASSIGNED else None) for entry in entries]


def _history_item(entry: HistoryEntry, number: int, progress: ProgressTexts | None, releaser: Holder | None) -> HistoryItem:
    """A task is written by the service, but a person released it: `releaser` is who acted in that."""
    state = State(entry.data["state"]["state"])
    return HistoryItem(
        version=entry.version,
        type=entry.type,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        actor_person_id=releaser.person_id if releaser else None if entry.actor.startswith("service-") else UUID(entry.actor),
        actor_role=releaser.role if releaser else entry.role,
        agency_id=releaser.agency_id if releaser else entry.agency_id,
        state=state,
        percent=percent_of(state, entry.data["state"]["percent"]),
        change=entry.data["change"],
        progress=vars(progress) if progress else None,
        receipt_code=str(Receipt(number, entry.version)) if entry.type in REPORTS else None,
    )
