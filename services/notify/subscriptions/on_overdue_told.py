"""A due date has passed: the agency hears of it, once, and the Office of all that passed on this day."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import OverdueTold
from services.notify.notices.gathering import tell_overdue


async def on_overdue_told(event: OverdueTold, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell_overdue(event, envelope, connection)
