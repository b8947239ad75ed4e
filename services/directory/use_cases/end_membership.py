"""Somebody leaves a position: from this moment, or after a last day, his membership opens nothing any more."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.common.calendar_day import CalendarDay
from libs.common.change import Change
from services.directory.domain.managing_people import permit_to_end
from services.directory.domain.membership import Membership
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason
from services.directory.use_cases.ending import membership_to_end
from services.directory.use_cases.giving import require_somebody_who_manages


class EndMembership(BaseModel):
    """`last_day`: on which it still holds; without it, it ends at once. `leaves_nobody`: whoever ends it knows that nobody of the agency
    can manage its people afterwards."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"reason": "Điều động theo Quyết định số 12/QĐ-UBND", "last_day": None, "leaves_nobody": False}},
    )

    reason: Reason
    last_day: CalendarDay | None = None
    leaves_nobody: bool = False


async def end_membership(membership_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Membership:
    """Whoever may not manage people there does not learn whether the membership exists."""
    async with uow:
        membership = await membership_to_end(membership_id, change.actor, uow)
        permit_to_end(change.actor, membership.place)
        if await uow.is_repeat(change, membership):
            return membership
        command = change.command(EndMembership)
        over_from = membership.end(reason=command.reason, at=now, last_day=command.last_day)
        await require_somebody_who_manages(membership, over_from, uow, by=change.actor, is_meant=command.leaves_nobody)
        await uow.commit()
    return membership
