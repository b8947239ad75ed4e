"""The rules of the province by day: what is decided for a day begins with it, and the software's values apply where nothing was decided."""

import random
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from libs.contracts.buckets import AwaitingCountsAs, Bucket, Standing, bucket_of
from libs.contracts.directory import ProvinceSettingState
from libs.contracts.province import SETTINGS, BeforeDay, Decision, ProvinceRules, RulesOfDay, SettingValue, Timeline, WrongSettingValue
from libs.contracts.rates import Rounding, percentage
from libs.contracts.working_days import BUNDLED, BUNDLED_DAYS, CalendarDay, DayType, WorkingCalendar

ONE_DAY = timedelta(days=1)
DAY = date(2026, 12, 7)


def test_of_a_province_that_decided_nothing_the_rules_are_those_of_the_software() -> None:
    rules = ProvinceRules()
    assert rules.on(DAY) == RulesOfDay(AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE, 3, BeforeDay.D_MINUS_1, 30, True, Rounding.HALF_UP)
    assert rules.calendar_on(DAY) == BUNDLED
    assert rules.due_soon_until(date(2026, 2, 13)) == date(2026, 2, 25)
    assert rules.days_of_change == ()


def test_every_setting_is_a_rule_and_its_default_one_of_its_values() -> None:
    assert set(SETTINGS) == set(RulesOfDay.__dataclass_fields__)
    for key, setting in SETTINGS.items():
        rules = ProvinceRules({key: [Decision(None, setting.checked(setting.default))]})
        assert rules.on(DAY) == RulesOfDay()
        assert type(getattr(rules.on(DAY), key)) is type(getattr(RulesOfDay(), key))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due_soon_days", "3"),
        ("due_soon_days", True),
        ("due_soon_days", 0),
        ("due_soon_days", 31),
        ("hold_seconds", -1),
        ("hold_seconds", 601),
        ("step_up_minutes", 0),
        ("step_up_minutes", 61),
        ("rounding", "UP"),
        ("rounding", 1),
        ("release_needs_approval", 1),
        ("release_needs_approval", "true"),
    ],
)
def test_a_value_that_a_setting_never_has(key: str, value: SettingValue) -> None:
    with pytest.raises(WrongSettingValue):
        SETTINGS[key].checked(value)
    with pytest.raises(ValidationError):
        ProvinceSettingState(key=key, value=value, valid_from=None)


@pytest.mark.parametrize(("key", "bounds"), [("due_soon_days", (1, 30)), ("hold_seconds", (0, 600)), ("step_up_minutes", (1, 60))])
def test_the_least_and_the_most_belong_to_what_a_setting_may_be(key: str, bounds: tuple[int, int]) -> None:
    """Settings of rulebook 1.12; how far each reaches is ours. A hold of 0 seconds is one that takes effect at once (rulebook 1.14)."""
    for value in bounds:
        assert SETTINGS[key].checked(value) == value
        assert ProvinceSettingState(key=key, value=value, valid_from=None).value == value


def test_a_setting_of_a_newer_release_is_read_and_asked_by_nobody() -> None:
    state = ProvinceSettingState(key="stale_after_months", value=4, valid_from=None)
    assert ProvinceRules({state.key: [Decision(None, 4)]}).on(DAY) == RulesOfDay()


def test_a_change_begins_with_its_day() -> None:
    rules = ProvinceRules(
        {
            "awaiting_counts_as": [Decision(None, "IN_TIME_IF_SUBMITTED_BY_DUE"), Decision(DAY, "BY_DATE")],
            "rounding": [Decision(DAY + ONE_DAY, "TRUNCATE")],
        }
    )
    submitted_in_time = Standing("AWAITING_CONFIRMATION", DAY - 9 * ONE_DAY, DAY - 4 * ONE_DAY, DAY - 4 * ONE_DAY)
    judged = [bucket_of(submitted_in_time, day, rules.on(day).awaiting_counts_as) for day in (DAY - ONE_DAY, DAY, DAY + ONE_DAY)]
    assert judged == [Bucket.OPEN_IN_TIME, Bucket.OPEN_OVERDUE, Bucket.OPEN_OVERDUE]
    printed = [str(percentage(16051, 16274, rules.on(day).rounding)) for day in (DAY, DAY + ONE_DAY)]
    assert printed == ["98.63", "98.62"]
    assert rules.days_of_change == (DAY, DAY + ONE_DAY)
    in_time, by_date = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE, AwaitingCountsAs.BY_DATE
    assert rules.course_of("awaiting_counts_as") == (in_time, ((DAY, by_date),))
    assert rules.course_of("rounding") == (Rounding.HALF_UP, ((DAY + ONE_DAY, Rounding.TRUNCATE),))
    assert rules.course_of("hold_seconds") == (30, ())


def test_of_two_decisions_for_one_day_the_later_counts_and_a_withdrawal_leaves_nothing() -> None:
    decisions: list[Decision[SettingValue]] = [Decision(None, 3), Decision(DAY, 5), Decision(DAY, 7)]
    assert ProvinceRules({"due_soon_days": decisions}).on(DAY).due_soon_days == 7
    decisions.append(Decision(DAY, None))
    withdrawn = ProvinceRules({"due_soon_days": decisions})
    assert (withdrawn.on(DAY).due_soon_days, withdrawn.days_of_change) == (3, ())


def test_what_is_planned_for_a_day_is_what_begins_with_it() -> None:
    timeline = Timeline([Decision(None, 3), Decision(DAY, 5), Decision(DAY + ONE_DAY, 7), Decision(DAY + ONE_DAY, None)])
    assert [timeline.planned_for(DAY + ONE_DAY * n) for n in (-1, 0, 1, 2)] == [None, 5, None, None]


def test_what_is_due_soon_follows_the_days_that_were_decided() -> None:
    monday = date(2026, 3, 9)
    rules = ProvinceRules({"due_soon_days": [Decision(None, 3), Decision(monday + ONE_DAY, 5)]})
    assert rules.due_soon_until(monday) == date(2026, 3, 12)
    assert rules.due_soon_until(monday + ONE_DAY) == date(2026, 3, 17)


def test_a_day_is_counted_by_the_calendar_valid_when_it_is_judged() -> None:
    """24 November was pending: once it is decided, whoever judges from then on counts a day less."""
    decided = tuple(day.model_copy(update={"pending": False}) for day in BUNDLED_DAYS[2026])
    from_november = date(2026, 11, 2)
    rules = ProvinceRules(calendars={2026: [Decision(None, BUNDLED_DAYS[2026]), Decision(from_november, decided)]})
    culture_day, week_before, week_after = date(2026, 11, 24), date(2026, 11, 20), date(2026, 11, 27)
    before, after = rules.calendar_on(from_november - ONE_DAY), rules.calendar_on(from_november)
    assert (before.is_working_day(culture_day), after.is_working_day(culture_day)) == (True, False)
    assert (before.working_days_between(week_before, week_after), after.working_days_between(week_before, week_after)) == (5, 4)
    assert rules.due_soon_until(date(2026, 11, 20)) == date(2026, 11, 26)
    assert ProvinceRules().due_soon_until(date(2026, 11, 20)) == date(2026, 11, 25)
    assert after.is_working_day(date(2026, 1, 10)), "the other days of the year and the other years stay"
    assert not after.is_working_day(date(2025, 1, 28))


def test_a_year_without_calendar_has_its_weekends_until_one_is_decided() -> None:
    new_year = (CalendarDay(date=date(2031, 1, 1), type=DayType.LE, name="Tết Dương lịch"),)
    rules = ProvinceRules(calendars={2031: [Decision(DAY, new_year)]})
    assert rules.calendar_on(DAY - ONE_DAY).is_working_day(date(2031, 1, 1))
    assert not rules.calendar_on(DAY).is_working_day(date(2031, 1, 1))


@pytest.mark.parametrize("seed", range(40))
def test_the_value_of_a_day_is_the_last_word_for_the_latest_day_that_has_one(seed: int) -> None:
    chosen = random.Random(seed)
    days = [None, *(DAY + ONE_DAY * n for n in range(6))]
    decisions: list[Decision[int]] = [Decision(None, 0)]
    decisions += [Decision(chosen.choice(days[1:]), chosen.choice([None, 1, 2, 3])) for _ in range(chosen.randrange(12))]
    timeline = Timeline(decisions)
    for judged in (DAY + ONE_DAY * n for n in range(-2, 8)):
        candidates = [day for day in days if day is None or day <= judged]
        expected = next(
            value
            for day in reversed(candidates)
            if (words := [one.value for one in decisions if one.valid_from == day]) and (value := words[-1]) is not None
        )
        assert timeline.on(judged) == expected


@pytest.mark.parametrize("seed", range(20))
def test_counting_by_weeks_is_counting_by_days_in_any_calendar(seed: int) -> None:
    chosen = random.Random(seed)
    first = date(2026, 1, 1)
    calendar = WorkingCalendar({first + ONE_DAY * chosen.randrange(365): chosen.random() < 0.5 for _ in range(40)})
    start = first + ONE_DAY * chosen.randrange(200)
    counted = 0
    for day in (start + ONE_DAY * n for n in range(1, 150)):
        counted += calendar.is_working_day(day)
        assert calendar.working_days_between(start, day) == counted
        if calendar.is_working_day(day):
            assert calendar.add_working_days(start, counted) == day
