"""A setting of the province gets another value, from a day to come."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr

from libs.common.calendar_day import CalendarDay
from libs.common.change import Change
from services.directory.domain.province_rules import ProvinceSetting
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason, permit_to_decide


class PlanSetting(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"value": 5, "valid_from": "2027-01-01", "reason": "Quyết định số 41/2026/QĐ-UBND, Điều 9"}},
    )

    value: StrictBool | StrictInt | StrictStr
    valid_from: CalendarDay
    reason: Reason


async def plan_setting(key: str, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> ProvinceSetting:
    """Of two plans for one day the later replaces the earlier."""
    async with uow:
        setting = await uow.settings.get(key)
        permit_to_decide(change.actor)
        if await uow.is_repeat(change, setting):
            return setting
        command = change.command(PlanSetting)
        setting.plan(command.value, valid_from=command.valid_from, reason=command.reason, by=change.actor, at=now)
        await uow.commit()
    return setting
