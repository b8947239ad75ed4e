"""The settings and the working calendar of the province (rulebook 1.7, 1.12): what each may be."""

from collections.abc import Sequence
from datetime import date

from libs.common.domain import DomainError, DomainEvent, Refusal
from libs.contracts.directory import calendar_id, setting_id
from libs.contracts.province import CalendarDays, Setting, SettingValue, WrongSettingValue
from libs.contracts.working_days import BUNDLED_DAYS, DayType, is_of_the_week
from services.directory.domain import events
from services.directory.domain.decisions import Decided, DecidedForDays


class SettingValueWrong(DomainError):
    """The setting can never have this value."""

    code = "setting-value-wrong"
    refusal = Refusal.NEVER_RIGHT
    field = "value"


class CalendarDaysWrong(DomainError):
    """Days that are none of this year, named twice, or of a type that does not fit their place in the week; `errors` name them."""

    code = "calendar-days-wrong"
    refusal = Refusal.NEVER_RIGHT
    field = "days"


class CalendarDayNotToCome(DomainError):
    """A calendar valid from a day on changes no day before it: what was counted over that day stays counted."""

    code = "calendar-day-not-to-come"
    refusal = Refusal.NEVER_RIGHT
    field = "days"


class LaterCalendarPlanned(DomainError):
    """A calendar of the whole year is planned for a later day, which would undo this change: it has to be taken back first."""

    code = "later-calendar-planned"


class ProvinceSetting(DecidedForDays[SettingValue]):
    def __init__(self, setting: Setting, decisions: Sequence[Decided[SettingValue]] = (), *, version: int = 0) -> None:
        super().__init__(setting_id(setting.key), decisions, version=version)
        self.setting = setting
        self.default = setting.default

    def _checked(self, value: SettingValue, valid_from: date) -> SettingValue:
        try:
            return self.setting.checked(value)
        except WrongSettingValue as error:
            raise SettingValueWrong(str(error)) from error

    def _happened(self, decision: Decided[SettingValue]) -> DomainEvent:
        return events.SettingDecided(
            value=decision.value, valid_from=decision.valid_from, reason=decision.reason, occurred_at=decision.decided_at
        )


class CalendarOfYear(DecidedForDays[CalendarDays]):
    def __init__(self, year: int, decisions: Sequence[Decided[CalendarDays]] = (), *, version: int = 0) -> None:
        super().__init__(calendar_id(year), decisions, version=version)
        self.year = year
        self.default = BUNDLED_DAYS.get(year, ())

    def _checked(self, value: CalendarDays, valid_from: date) -> CalendarDays:
        if errors := self._errors(value):
            raise CalendarDaysWrong(errors=errors)
        if later := [day.isoformat() for day in self.timeline.days if day > valid_from]:
            raise LaterCalendarPlanned(days=later)
        changed = {day.date for day in {*value} ^ {*self.value_on(valid_from)}}
        if before := sorted(day.isoformat() for day in changed if day < valid_from):
            raise CalendarDayNotToCome(days=before)
        return tuple(sorted(value, key=lambda day: day.date))

    def _errors(self, days: CalendarDays) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        seen: set[date] = set()
        for place, day in enumerate(days):
            if day.date.year != self.year:
                found.append({"field": f"days.{place}.date", "code": "day-of-another-year"})
            elif day.date in seen:
                found.append({"field": f"days.{place}.date", "code": "day-named-twice"})
            elif day.type is not DayType.LE and is_of_the_week(day.date) is (day.type is DayType.HOAN_DOI_LAM):
                found.append({"field": f"days.{place}.type", "code": "type-does-not-fit-the-week"})
            seen.add(day.date)
        return found

    def _happened(self, decision: Decided[CalendarDays]) -> DomainEvent:
        return events.CalendarDecided(
            days=decision.value, valid_from=decision.valid_from, reason=decision.reason, occurred_at=decision.decided_at
        )
