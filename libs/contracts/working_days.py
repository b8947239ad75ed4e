"""Working days of Viet Nam (rulebook 1.7): Monday to Friday, holidays and swapped days as decided for each year.

Lateness is told in calendar days, time ahead in working days. The calendar is data; days marked `pending` are not decided and
not counted. Beyond the years of the calendar only weekends are known.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

CALENDAR = Path(__file__).parent / "data" / "vn-working-days.json"
SATURDAY = 5
DUE_SOON_WORKING_DAYS = 3
ONE_DAY = timedelta(days=1)


def _decided_days() -> Mapping[date, bool]:
    """Whether the day is worked, for each day on which the calendar departs from the plain week."""
    calendar = json.loads(CALENDAR.read_text(encoding="utf-8"))
    return {
        date.fromisoformat(day["date"]): day["type"] == "HOAN_DOI_LAM"
        for year in calendar["years"]
        for day in year["days"]
        if not day.get("pending", False)
    }


_DECIDED = _decided_days()


def is_working_day(day: date) -> bool:
    """Ngày làm việc."""
    return _DECIDED.get(day, _is_of_the_week(day))


def _is_of_the_week(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < SATURDAY


def add_working_days(start: date, days: int) -> date:
    """The `days`-th working day after `start`, which itself is not counted (Civil Code 2015)."""
    if days < 1:
        raise ValueError("a period has at least one working day")
    day = start
    while days:
        day += ONE_DAY
        days -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 when `end` is not after `start`."""
    # Counted by weeks: a due date may lie thousands of years ahead by a slip of the finger, and a page must not wait for that.
    weeks, rest = divmod(max(0, (end - start).days), 7)
    plain = 5 * weeks + sum((start.weekday() + n) % 7 < SATURDAY for n in range(1, rest + 1))
    return plain + sum(worked - _is_of_the_week(day) for day, worked in _DECIDED.items() if start < day <= end)


def days_overdue(due: date, today: date) -> int:
    """Calendar days since the due date; 0 while it has not passed."""
    return max(0, (today - due).days)


def due_soon_until(today: date, days: int = DUE_SOON_WORKING_DAYS) -> date:
    """Sắp đến hạn: what is open and due from `today` up to this day is due soon (within `days` working days)."""
    return add_working_days(today, days)
