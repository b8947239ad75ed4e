"""A task was assigned: the lead agency and those who coordinate hear of it. Of a group its code is kept, for what is told of its parts."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import TaskAssigned
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import tell

_KNOW_GROUP = text("INSERT INTO told_group (id, code) VALUES (:id, :code) ON CONFLICT DO NOTHING")


async def on_task_assigned(event: TaskAssigned, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.RELEASED, event, envelope, connection)
    if event.state.is_group:
        await connection.execute(_KNOW_GROUP, [{"id": event.state.id, "code": event.state.code}])
