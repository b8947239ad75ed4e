"""The Office returned a result: the agency reads why."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import ResultReturned
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.telling import read_by_decider, tell


async def on_result_returned(event: ResultReturned, envelope: Envelope, connection: AsyncConnection) -> None:
    await tell(NoticeKind.RETURNED, event, envelope, connection, detail={"reason": event.change.reason})
    await read_by_decider(envelope, event.state.id, connection)
