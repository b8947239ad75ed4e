"""Agencies were reorganised: who took over has their parts in tasks from now on. What is only planned, or withdrawn, is nothing yet."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.directory import ReorganisationChanged
from services.tasks.persistence.successions import ToldSuccession, keep_succession


async def on_reorganisation_changed(event: ReorganisationChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    state = event.state
    if state.standing == "IN_EFFECT":
        told = ToldSuccession(state.id, state.ended_agency_ids, state.successor_ids, state.effective_on, state.legal_basis)
        await keep_succession(connection, told)
