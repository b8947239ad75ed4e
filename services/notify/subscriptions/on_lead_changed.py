"""Another agency leads from now on: to it the task is new, from who led or reported it is taken; those who coordinate have it already."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import LeadChanged
from services.notify.notices.kinds import AGENCY_ROLES, Audience, NoticeKind, lead_of
from services.notify.notices.telling import tell


async def on_lead_changed(event: LeadChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    # Of one event an agency is told once: whoever reported for the lead and leads now hears that the task is his.
    await tell(NoticeKind.RELEASED, event, envelope, connection, audiences=lead_of(event.state))
    before = [Audience(one.agency_id, AGENCY_ROLES) for one in event.change.ended if one.role != "COORDINATING"]
    await tell(NoticeKind.MOVED_AWAY, event, envelope, connection, detail={"reason": event.change.reason}, audiences=before)
