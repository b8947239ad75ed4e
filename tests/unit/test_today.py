"""The day on which is judged, with the rules valid on it (rulebook 1.15). No database, no HTTP."""

from datetime import date, timedelta

from libs.contracts.buckets import AwaitingCountsAs
from libs.contracts.province import Decision, ProvinceRules
from libs.contracts.working_days import BUNDLED_DAYS, CalendarDay, DayType
from services.tasks.domain.today import Today

MONDAY = date(2026, 3, 9)
TUESDAY = MONDAY + timedelta(days=1)


def test_a_day_brings_the_rules_that_are_valid_on_it() -> None:
    day_off = CalendarDay(date=date(2026, 3, 12), type=DayType.LE, name="Nghỉ")
    rules = ProvinceRules(
        {"awaiting_counts_as": [Decision(TUESDAY, "BY_DATE")], "due_soon_days": [Decision(TUESDAY, 2)]},
        {2026: [Decision(TUESDAY, (*BUNDLED_DAYS[2026], day_off))]},
    )
    monday, tuesday = Today.of(MONDAY, rules), Today.of(TUESDAY, rules)
    assert (monday.day, monday.due_soon_until) == (MONDAY, date(2026, 3, 12))
    assert monday.awaiting_counts_as is AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
    assert monday.calendar == rules.calendar_on(MONDAY)
    assert (tuesday.day, tuesday.due_soon_until) == (TUESDAY, date(2026, 3, 13)), "two working days, and a day off between"
    assert tuesday.awaiting_counts_as is AwaitingCountsAs.BY_DATE
    assert tuesday.calendar == rules.calendar_on(TUESDAY) != monday.calendar


def test_what_is_kept_under_a_day_is_found_under_the_same_day_and_no_other() -> None:
    rules = ProvinceRules()
    kept = {Today.of(MONDAY, rules): 5}
    assert kept[Today.of(MONDAY, ProvinceRules())] == 5
    assert Today.of(TUESDAY, rules) not in kept
