"""Documents call an agency by one name more: whoever types or pastes it finds it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.common.change import Change
from libs.common.clock import vietnam_date
from services.directory.domain.agency import Agency
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason
from services.directory.use_cases.naming import Name, require_free_names


class AddAlias(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"alias": "Sở NNMT", "reason": "Cách viết trong Công văn số 5425/UBND-KGVX"}}
    )

    alias: Name
    reason: Reason


async def add_alias(agency_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Agency:
    async with uow:
        agency = await uow.agencies.get(agency_id)
        permit_to_change_agencies(change.actor)
        if await uow.is_repeat(change, agency):
            return agency
        command = change.command(AddAlias)
        agency.also_call(command.alias, reason=command.reason, at=now)
        await uow.agencies.lock_names()
        await require_free_names([("alias", command.alias)], agency, uow, day=vietnam_date(now))
        await uow.commit()
    return agency
