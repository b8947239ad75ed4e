"""Changes no figure, which turns at midnight by itself; kept because it is a version of the task."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskOverdue
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_task_overdue(event: TaskOverdue, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
