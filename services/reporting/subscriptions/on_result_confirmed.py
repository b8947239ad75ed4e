"""The task is completed, on the day that the event names."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultConfirmed
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_result_confirmed(event: ResultConfirmed, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
