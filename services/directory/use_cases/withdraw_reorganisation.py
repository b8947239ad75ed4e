"""A planned reorganisation is taken back before its day: nothing of it has happened."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.common.change import Change
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.domain.reorganisation import Reorganisation
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason


class WithdrawReorganisation(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Nghị quyết được sửa đổi trước ngày có hiệu lực"}})

    reason: Reason


async def withdraw_reorganisation(reorganisation_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Reorganisation:
    """Who may not plan does not learn whether it is there."""
    async with uow:
        permit_to_change_agencies(change.actor)
        reorganisation = await uow.reorganisations.get(reorganisation_id)
        if await uow.is_repeat(change, reorganisation):
            return reorganisation
        reorganisation.withdraw(reason=change.command(WithdrawReorganisation).reason, at=now)
        await uow.commit()
    return reorganisation
