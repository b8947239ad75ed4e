"""The working calendar of a year gets other days, from a day to come."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from libs.common.calendar_day import CalendarDay as Day
from libs.common.change import Change
from libs.contracts.bounds import DAYS_OF_A_YEAR, NAME_OF_A_DAY
from libs.contracts.working_days import CalendarDay, DayType
from services.directory.domain.province_rules import CalendarOfYear
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason, permit_to_decide

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_OF_A_DAY.characters),
    AfterValidator(NAME_OF_A_DAY.checked),
]


class PlannedDay(BaseModel):
    """`pending`: proposed and not yet decided, so it is shown and changes nothing."""

    model_config = ConfigDict(extra="forbid")

    date: Day
    type: DayType
    name: Words
    legal_basis: Words | None = None
    pending: bool = False


class PlanCalendar(BaseModel):
    """All days of the year that depart from the plain week, as they are valid from `valid_from` on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "days": [{"date": "2027-11-24", "type": "LE", "name": "Ngày Văn hóa Việt Nam"}],
                "valid_from": "2027-01-01",
                "reason": "Thông báo nghỉ lễ, Tết năm 2027",
            }
        },
    )

    days: Annotated[list[PlannedDay], Field(max_length=DAYS_OF_A_YEAR)]
    valid_from: Day
    reason: Reason


async def plan_calendar(year: int, change: Change, uow: DirectoryUnitOfWork, *, now: datetime) -> CalendarOfYear:
    async with uow:
        calendar = await uow.calendars.get(year)
        permit_to_decide(change.actor)
        if await uow.is_repeat(change, calendar):
            return calendar
        command = change.command(PlanCalendar)
        days = tuple(CalendarDay(**day.model_dump()) for day in command.days)
        calendar.plan(days, valid_from=command.valid_from, reason=command.reason, by=change.actor, at=now)
        await uow.commit()
    return calendar
