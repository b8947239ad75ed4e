"""A result awaits the Office."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultSubmitted
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import tell


async def on_result_submitted(event: ResultSubmitted, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.SUBMITTED, event, envelope, connection, detail={"report_number": event.change.report_number})
