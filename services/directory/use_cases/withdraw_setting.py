"""What was planned for a setting is taken back before its day."""

from datetime import datetime

from libs.common.change import Change
from services.directory.domain.province_rules import ProvinceSetting
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import WithdrawPlanned, permit_to_decide


async def withdraw_setting(key: str, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> ProvinceSetting:
    async with uow:
        setting = await uow.settings.get(key)
        permit_to_decide(change.actor)
        if await uow.is_repeat(change, setting):
            return setting
        command = change.command(WithdrawPlanned)
        setting.withdraw(command.valid_from, reason=command.reason, by=change.actor, at=now)
        await uow.commit()
    return setting
