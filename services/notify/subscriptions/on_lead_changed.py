"""Another agency leads from now on: to it the task is new; those who coordinate have it already."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import LeadChanged
from services.notify.notices.kinds import NoticeKind, lead_of
from services.notify.notices.telling import tell


async def on_lead_changed(event: LeadChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.RELEASED, event, envelope, connection, audiences=lead_of(event.state))
