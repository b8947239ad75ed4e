"""Whoever took over from an agency that has ended has its part; what was before stays with the one that had it then."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskPassedOn
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_task_passed_on(event: TaskPassedOn, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
