"""A task was assigned: the lead agency and those who coordinate hear of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskAssigned
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import tell


async def on_task_assigned(event: TaskAssigned, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.RELEASED, event, envelope, connection)
