"""The lead agency told how far it is."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ProgressReported
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_progress_reported(event: ProgressReported, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
