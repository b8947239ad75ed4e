"""Whose mailbox is read by whom besides its agency: that of an agency that has ended, by whoever alone took over (rulebook 1.11)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Each with its own heir, who may have ended in turn: whoever reads follows them, in whatever order they are told.
_HAND_OVER = text("""
INSERT INTO succession (ended_agency_id, heir_id) SELECT ended, :heir_id FROM unnest(CAST(:ended_agency_ids AS uuid[])) AS ended
ON CONFLICT DO NOTHING
""")


async def hand_over(connection: AsyncConnection, ended_agency_ids: Sequence[UUID], heir_id: UUID) -> None:
    """Told again it changes nothing: an agency ends once."""
    await connection.execute(_HAND_OVER, {"ended_agency_ids": list(ended_agency_ids), "heir_id": heir_id})
