"""The same state once more, with fields that were not told before."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskRestated
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_task_restated(event: TaskRestated, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
