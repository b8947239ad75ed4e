"""The lead agency has taken the task on."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskAccepted
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_task_accepted(event: TaskAccepted, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
