"""A result awaits the Office; by the setting it keeps the task in time."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultSubmitted
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_result_submitted(event: ResultSubmitted, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
