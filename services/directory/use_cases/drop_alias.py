"""A name by which documents were thought to call an agency is taken away: it finds it no more."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.common.change import Change
from services.directory.domain.agency import Agency
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason
from services.directory.use_cases.naming import Name


class DropAlias(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"alias": "Sở NNMT", "reason": "Cách viết trong Công văn số 5425/UBND-KGVX"}}
    )

    alias: Name
    reason: Reason


async def drop_alias(agency_id: UUID, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Agency:
    async with uow:
        agency = await uow.agencies.get(agency_id)
        permit_to_change_agencies(change.actor)
        if await uow.is_repeat(change, agency):
            return agency
        command = change.command(DropAlias)
        agency.no_longer_call(command.alias, reason=command.reason, at=now)
        await uow.commit()
    return agency
