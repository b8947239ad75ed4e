"""A due date has passed: the agency and the Office hear of it, once."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import OverdueTold
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import tell


async def on_overdue_told(event: OverdueTold, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.OVERDUE, event, envelope, connection, detail={"due": event.change.due.isoformat()})
