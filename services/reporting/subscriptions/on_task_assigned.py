"""A task begins to count: it is given to its lead agency."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskAssigned
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_task_assigned(event: TaskAssigned, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
