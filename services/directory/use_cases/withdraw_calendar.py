"""What was planned for the calendar of a year is taken back before its day."""

from datetime import datetime

from libs.common.change import Change
from services.directory.domain.province_rules import CalendarOfYear
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import WithdrawPlanned, permit_to_decide


async def withdraw_calendar(year: int, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> CalendarOfYear:
    async with uow:
        calendar = await uow.calendars.get(year)
        permit_to_decide(change.actor)
        if await uow.is_repeat(change, calendar):
            return calendar
        command = change.command(WithdrawPlanned)
        calendar.withdraw(command.valid_from, reason=command.reason, by=change.actor, at=now)
        await uow.commit()
    return calendar
