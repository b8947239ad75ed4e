"""Another agency leads; what was before stays with the one that led then."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import LeadChanged
from services.reporting.projections.tasks import keep_tasks, known_task


async def on_lead_changed(event: LeadChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_tasks(connection, known_task(event, envelope))
