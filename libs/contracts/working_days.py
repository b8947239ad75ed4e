"""Working days of Viet Nam (rulebook 1.7): Monday to Friday, holidays and swapped days as decided for each year.

Lateness is told in calendar days, time ahead in working days. The calendar is data of the province (`province.py` knows which one is
valid on a day); the one in `data/` is the first. Days marked `pending` are not decided and not counted. Beyond the years of a
calendar only weekends are known.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from libs.contracts.contract import Part

CALENDAR = Path(__file__).parent / "data" / "vn-working-days.json"
SATURDAY = 5
DUE_SOON_WORKING_DAYS = 3
ONE_DAY = timedelta(days=1)


class DayType(StrEnum):
    """Why a day departs from the plain week."""

    LE = "LE"
    """Nghỉ lễ, Tết."""
    BU = "BU"
    """Nghỉ bù: a holiday fell on a day off."""
    HOAN_DOI_NGHI = "HOAN_DOI_NGHI"
    """A working day given off by a swap."""
    HOAN_DOI_LAM = "HOAN_DOI_LAM"
    """A day of the weekend that is worked instead."""


class CalendarDay(Part):
    """One day that departs from the plain week; `pending` is proposed and not yet decided, so it changes nothing."""

    date: date
    type: DayType
    name: str
    legal_basis: str | None = None
    pending: bool = False


@dataclass(frozen=True)
class WorkingCalendar:
    """`decided` says whether a day is worked, for each day on which the calendar departs from the plain week."""

    decided: Mapping[date, bool]

    @staticmethod
    def of(days: Iterable[CalendarDay]) -> "WorkingCalendar":
        return WorkingCalendar({day.date: day.type is DayType.HOAN_DOI_LAM for day in days if not day.pending})

    def is_working_day(self, day: date) -> bool:
        """Ngày làm việc."""
        return self.decided.get(day, is_of_the_week(day))

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start`, which itself is not counted (Civil Code 2015)."""
        if days < 1:
            raise ValueError("a period has at least one working day")
        day = start
        while days:
            day += ONE_DAY
            days -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not after `start`."""
        if end <= start:
            return 0
        # Counted by weeks: a due date may lie thousands of years ahead by a slip of the finger, and a page must not wait for that.
        weeks, rest = divmod((end - start).days, 7)
        plain = 5 * weeks + sum((start.weekday() + n) % 7 < SATURDAY for n in range(1, rest + 1))
        return plain + self._departed_until(end) - self._departed_until(start)

    def _departed_until(self, day: date) -> int:
        """How many working days more than in plain weeks there are up to and including `day`."""
        days, more = self._departures
        return more[bisect_right(days, day)]

    @cached_property
    def _departures(self) -> tuple[Sequence[date], Sequence[int]]:
        """The decided days in order, and how many working days more there are before the first of them, and up to each."""
        days = sorted(self.decided)
        return days, list(accumulate((self.decided[day] - is_of_the_week(day) for day in days), initial=0))

    def due_soon_until(self, today: date, days: int = DUE_SOON_WORKING_DAYS) -> date:
        """Sắp đến hạn: what is open and due from `today` up to this day is due soon (within `days` working days)."""
        return self.add_working_days(today, days)


def is_of_the_week(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < SATURDAY


def days_overdue(due: date, today: date) -> int:
    """Calendar days since the due date; 0 while it has not passed."""
    return max(0, (today - due).days)


def _bundled_days() -> Mapping[int, tuple[CalendarDay, ...]]:
    calendar = json.loads(CALENDAR.read_text(encoding="utf-8"))
    return {year["year"]: tuple(CalendarDay(**day, name=day["name_vi"]) for day in year["days"]) for year in calendar["years"]}


BUNDLED_DAYS = _bundled_days()
"""Year → the days of the calendar that the software brings: what is valid until a province decides otherwise."""
BUNDLED = WorkingCalendar.of(day for days in BUNDLED_DAYS.values() for day in days)


def is_working_day(day: date) -> bool:
    """By the bundled calendar. For callers that have no rules of the province yet; `ProvinceRules.calendar_on` replaces it."""
    return BUNDLED.is_working_day(day)


def add_working_days(start: date, days: int) -> date:
    """By the bundled calendar. For callers that have no rules of the province yet; `ProvinceRules.calendar_on` replaces it."""
    return BUNDLED.add_working_days(start, days)


def working_days_between(start: date, end: date) -> int:
    """By the bundled calendar. For callers that have no rules of the province yet; `ProvinceRules.calendar_on` replaces it."""
    return BUNDLED.working_days_between(start, end)


def due_soon_until(today: date, days: int = DUE_SOON_WORKING_DAYS) -> date:
    """By the bundled calendar. For callers that have no rules of the province yet; `ProvinceRules.due_soon_until` replaces it."""
    return BUNDLED.due_soon_until(today, days)
