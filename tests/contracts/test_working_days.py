"""The dates of rulebook 1.7, and the checks and yearly totals that the calendar itself brings."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from libs.contracts.working_days import CALENDAR, add_working_days, days_overdue, due_soon_until, is_working_day, working_days_between

CONTENT: dict[str, Any] = json.loads(CALENDAR.read_text(encoding="utf-8"))
CHECKS = CONTENT["checks"]
WHOLE_YEARS = [year for year in CONTENT["years"] if "working_days" in year]


def test_the_calendar_is_not_empty() -> None:
    assert len(CHECKS) >= 10
    assert len(WHOLE_YEARS) >= 13


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [(date(2026, 2, 13), 3, date(2026, 2, 25)), (date(2026, 4, 23), 2, date(2026, 4, 28))],
    ids=["Tết", "Hùng Kings on a Sunday"],
)
def test_dates_of_the_rule_book(start: date, days: int, expected: date) -> None:
    assert add_working_days(start, days) == expected


@pytest.mark.parametrize("check", CHECKS, ids=[check["note"] for check in CHECKS])
def test_checks_of_the_calendar(check: dict[str, Any]) -> None:
    start, expected = date.fromisoformat(check["start"]), date.fromisoformat(check["expected"])
    assert add_working_days(start, check["working_days"]) == expected
    assert working_days_between(start, expected) == check["working_days"]


@pytest.mark.parametrize("year", WHOLE_YEARS, ids=[str(year["year"]) for year in WHOLE_YEARS])
def test_working_days_of_a_year(year: dict[str, Any]) -> None:
    new_years_eve = date(year["year"] - 1, 12, 31)
    assert working_days_between(new_years_eve, date(year["year"], 12, 31)) == year["working_days"]


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 11, 24)])
def test_a_pending_holiday_is_worked(day: date) -> None:
    assert is_working_day(day)


def test_swapped_days() -> None:
    assert not is_working_day(date(2026, 1, 2))
    assert is_working_day(date(2026, 1, 10))


def test_between_counts_neither_the_start_nor_the_past() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert working_days_between(friday, friday) == 0
    assert working_days_between(friday, monday) == 1
    assert working_days_between(monday, friday) == 0


def test_lateness_is_told_in_calendar_days() -> None:
    friday = date(2026, 3, 6)
    assert days_overdue(friday, friday) == 0
    assert days_overdue(friday, friday - timedelta(days=2)) == 0
    assert days_overdue(friday, date(2026, 3, 9)) == 3


def test_due_soon_reaches_over_a_weekend_and_over_tet() -> None:
    assert due_soon_until(date(2026, 3, 5)) == date(2026, 3, 10)
    assert due_soon_until(date(2026, 2, 13)) == date(2026, 2, 25)
    assert due_soon_until(date(2026, 3, 5), days=1) == date(2026, 3, 6)


def test_a_period_has_a_day() -> None:
    with pytest.raises(ValueError):
        add_working_days(date(2026, 3, 6), 0)


def test_weeks_are_counted_as_their_days_would_be() -> None:
    for first in (date(2025, 12, 1) + timedelta(days=n) for n in range(14)):
        counted = 0
        for day in (first + timedelta(days=n) for n in range(1, 500)):
            counted += is_working_day(day)
            assert working_days_between(first, day) == counted
    # A slip of the finger in a year costs nobody his page.
    assert working_days_between(date(2200, 1, 1), date.max) == 2_034_922
