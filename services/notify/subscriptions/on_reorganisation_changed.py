"""Agencies were reorganised: whoever alone took over reads from now on what those that ended were told."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.directory import ReorganisationChanged
from services.notify.notices.mailboxes import hand_over


async def on_reorganisation_changed(event: ReorganisationChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    """Where several took over, or nobody, no people follow the work as a whole, and the mailbox stays closed."""
    state = event.state
    if state.standing == "IN_EFFECT" and len(state.successor_ids) == 1:
        await hand_over(connection, state.ended_agency_ids, state.successor_ids[0])
