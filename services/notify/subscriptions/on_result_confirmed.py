"""The Office found a result in order: the agency hears of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultConfirmed
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import read_by_decider, tell


async def on_result_confirmed(event: ResultConfirmed, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.CONFIRMED, event, envelope, connection, detail={"quality": event.change.quality})
    await read_by_decider(envelope, event.state.id, connection)
