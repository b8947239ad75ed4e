"""Somebody leaves a position: from this moment his membership opens nothing any more."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.common.change import Change
from libs.common.domain import Forbidden
from services.directory.domain.membership import Membership, Role
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason


class EndMembership(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Điều động theo Quyết định số 12/QĐ-UBND"}})

    reason: Reason


async def end_membership(membership_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Membership:
    """Only an administrator may; who may not does not learn whether the membership exists."""
    async with uow:
        if change.actor.role != Role.SYSTEM_ADMIN:
            raise Forbidden
        membership = await uow.memberships.get(membership_id)
        if await uow.is_repeat(change, membership):
            return membership
        command = change.command(EndMembership)
        membership.end(reason=command.reason, at=now)
        await uow.commit()
    return membership
