"""Agencies are reorganised on a day to come: merged, split, carved out, dissolved or renamed (rulebook 1.11)."""

from datetime import datetime

from uuid_utils.compat import uuid7

from libs.common.change import Change
from services.directory.domain.permissions import permit_to_change_agencies
from services.directory.domain.reorganisation import Reorganisation
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.planned_reorganisation import sound_plan


async def plan_reorganisation(change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> Reorganisation:
    async with uow:
        permit_to_change_agencies(change.actor)
        if await uow.is_repeat(change):
            return await uow.reorganisations.get(uow.repeated_id(change))
        plan = await sound_plan(change, uow, now=now)
        planned = uow.reorganisations.touch(Reorganisation.plan_for(uuid7(), plan, by=change.actor.name, at=now))
        await uow.commit()
    return planned
