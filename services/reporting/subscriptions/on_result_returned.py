"""The result was returned: the task counts as not completed."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultReturned
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_result_returned(event: ResultReturned, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
