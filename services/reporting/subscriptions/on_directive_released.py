"""A directive was released: every one of its instructions has to arrive as a task."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveReleased
from services.reporting.projections.directives import keep_release


async def on_directive_released(event: DirectiveReleased, envelope: Envelope, connection: AsyncConnection) -> None:
    await keep_release(connection, event, envelope)
