"""What would follow from a reorganisation, before anybody has planned it: refused like the plan itself, and nothing is kept."""

from datetime import datetime

from libs.common.change import Change
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.queries.consequences import Consequences, consequences_of
from services.directory.use_cases.planned_reorganisation import sound_plan


async def preview_reorganisation(change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Consequences:
    async with uow:
        permit_to_change_agencies(change.actor)
        return await consequences_of(uow.connection, await sound_plan(change, uow, now=now))
