"""Somebody does another thing in his agency from a day on: one membership ends and another begins, so that the past stays as it was."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import ConfigDict

from libs.common.change import Change
from libs.common.clock import vietnam_date
from libs.common.domain import DomainError
from services.directory.domain.managing_people import MANAGE_THEIR_OWN, permit_to_end
from services.directory.domain.membership import Membership
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.ending import membership_to_end
from services.directory.use_cases.giving import Given, give, require_somebody_who_manages


class RoleAsBefore(DomainError):
    """Nothing would be otherwise."""

    code = "role-as-before"


class ChangeRole(Given):
    """`leaves_nobody`: whoever changes it knows that nobody of the agency can manage its people afterwards."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "position": "Chánh Văn phòng Sở",
                "role": "AGENCY_CLERK",
                "is_head": False,
                "valid_from": "2027-01-04",
                "valid_to": None,
                "reason": "Quyết định bổ nhiệm số 8/QĐ-SYT",
                "leaves_nobody": False,
            }
        },
    )

    leaves_nobody: bool = False


async def change_role(membership_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Membership:
    """The one that ends. Whoever may not manage people there does not learn whether it exists."""
    async with uow:
        membership = await membership_to_end(membership_id, change.actor, uow)
        permit_to_end(change.actor, membership.place)
        if await uow.is_repeat(change, membership):
            return membership
        command = change.command(ChangeRole)
        agency = await uow.agencies.look_at(membership.place.agency_id)
        if command.place(membership.place.person_id, agency.id) == membership.place and command.valid_to == membership.valid_to:
            raise RoleAsBefore
        new = await give(command, membership.place.person_id, agency, uow, by=change.actor, now=now, instead_of=membership.id)
        is_today = command.valid_from == vietnam_date(now)
        over_from = membership.end(reason=command.reason, at=now, last_day=None if is_today else command.valid_from - timedelta(days=1))
        if new.place.role not in MANAGE_THEIR_OWN or new.valid_to is not None:
            await require_somebody_who_manages(membership, over_from, uow, by=change.actor, is_meant=command.leaves_nobody)
        await uow.commit()
    return membership
