"""Figures from rows: whatever order the events came in, whichever day is asked for, the SQL counts what the rule says."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import text

from libs.common.clock import VIETNAM
from libs.common.db import Database
from libs.contracts.buckets import Bucket
from libs.contracts.province import Decision, ProvinceRules
from services.reporting.figures.counting import Picture, pictures
from services.reporting.figures.standing import Day
from services.reporting.projections.tasks import KnownTask
from tests.conftest import NewDatabase
from tests.reporting.story import (
    AGENCIES,
    FIRST_DAY,
    Expectation,
    as_expectation,
    confirmed,
    expected,
    known_task,
    open_dues,
    random_story,
    returned,
    submitted,
    told,
)

TODAY = FIRST_DAY + timedelta(days=90)
DUE = date(2026, 3, 10)
ONE_DAY = timedelta(days=1)
DEFAULT = ProvinceRules()
ROWS = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"


async def keep(database: Database, *tasks: KnownTask) -> None:
    async with database.begin() as connection:
        await told(connection, *tasks)


async def picture_of(database: Database, day: Day, *, today: date = TODAY, rules: ProvinceRules = DEFAULT) -> Picture:
    async with database.read() as connection:
        [picture] = await pictures(connection, [day], today=today, rules=rules)
    return picture


async def province(database: Database, as_of: date, known_on: date = TODAY) -> dict[Bucket, int]:
    return dict(+(await picture_of(database, Day(as_of, known_on))).province.buckets)


async def test_the_sql_counts_what_the_rule_says_on_every_day(reporting: Database) -> None:
    story = random_story(seed=5425, tasks=60)
    await keep(reporting, *story)
    random = Random(1)
    days = [Day(TODAY, TODAY)] + [
        Day(FIRST_DAY + timedelta(days=random.randrange(90)), FIRST_DAY + timedelta(days=random.randrange(91))) for _ in range(60)
    ]
    async with reporting.read() as connection:
        found = await pictures(connection, days, today=TODAY, rules=DEFAULT, dues_within=5)
    assert {day: as_expectation(picture) for day, picture in zip(days, found, strict=True)} == {day: expected(story, day) for day in days}
    assert [picture.open_dues for picture in found] == [open_dues(story, day, within=5) for day in days]
    assert {bucket for picture in found for bucket in +picture.province.buckets} == set(Bucket), "the story must reach every bucket"


async def test_the_newest_rows_and_the_facts_agree(reporting: Database) -> None:
    await keep(reporting, *random_story(seed=17, tasks=60))
    for as_of in (FIRST_DAY + timedelta(days=20), FIRST_DAY + timedelta(days=45), TODAY):
        newest = await picture_of(reporting, Day(as_of, TODAY), today=TODAY)
        from_facts = await picture_of(reporting, Day(as_of, TODAY), today=TODAY + ONE_DAY)
        assert newest == from_facts


@pytest.mark.parametrize("seed", range(6))
async def test_shuffled_repeated_and_late_events_end_in_the_same_figures(
    reporting: Database, service_database: NewDatabase, seed: int
) -> None:
    story = random_story(seed, tasks=60)
    random = Random(seed)
    arriving = story + random.choices(story, k=len(story) // 2)
    random.shuffle(arriving)
    assert arriving[: len(story)] != story
    disturbed = await service_database("reporting")
    await keep(reporting, *story)
    for task in arriving:
        await keep(disturbed, task)
    assert await _rows(disturbed) == await _rows(reporting)
    assert as_expectation(await picture_of(disturbed, Day(TODAY, TODAY))) == expected(story, Day(TODAY, TODAY))


async def _rows(database: Database) -> list[str]:
    async with database.read() as connection:
        return [(await connection.execute(text(ROWS.format(table=table)))).scalar_one() for table in ("task_fact", "task_now")]


async def test_a_task_turns_overdue_at_midnight_without_any_event(reporting: Database) -> None:
    await keep(reporting, known_task("a", due=DUE))
    assert await province(reporting, DUE) == {Bucket.OPEN_IN_TIME: 1}
    assert await province(reporting, DUE + ONE_DAY) == {Bucket.OPEN_OVERDUE: 1}
    assert (await picture_of(reporting, Day(DUE, TODAY))).province.due_soon == 1
    assert (await picture_of(reporting, Day(DUE + ONE_DAY, TODAY))).province.due_soon == 0


async def test_a_confirmation_entered_later_is_unseen_on_the_day_itself(reporting: Database) -> None:
    sent = submitted(known_task("a", due=DUE), DUE)
    await keep(reporting, known_task("a", due=DUE), sent, confirmed(sent, DUE + 5 * ONE_DAY))
    assert await province(reporting, as_of=DUE, known_on=DUE) == {Bucket.OPEN_IN_TIME: 1}
    assert await province(reporting, as_of=DUE + ONE_DAY, known_on=DUE + ONE_DAY) == {Bucket.OPEN_IN_TIME: 1}
    assert await province(reporting, as_of=DUE, known_on=TODAY) == {Bucket.COMPLETED_ON_TIME: 1}


async def test_what_was_entered_later_is_not_known_before(reporting: Database) -> None:
    await keep(reporting, known_task("a", assigned_on=FIRST_DAY, due=DUE))
    assert await province(reporting, as_of=TODAY, known_on=FIRST_DAY - ONE_DAY) == {}
    assert await province(reporting, as_of=FIRST_DAY - ONE_DAY, known_on=TODAY) == {}


async def test_the_day_of_a_fact_is_the_day_in_viet_nam(reporting: Database) -> None:
    next_day = FIRST_DAY + ONE_DAY
    just_after_midnight = datetime.combine(next_day, time(0, 1), VIETNAM).astimezone(UTC)
    assert just_after_midnight.date() == FIRST_DAY
    await keep(reporting, known_task("a", due=DUE, occurred_at=just_after_midnight))
    assert await province(reporting, as_of=TODAY, known_on=FIRST_DAY) == {}
    assert await province(reporting, as_of=FIRST_DAY, known_on=next_day) == {Bucket.OPEN_IN_TIME: 1}


async def test_waiting_for_the_office_by_both_settings(reporting: Database) -> None:
    await keep(reporting, submitted(known_task("a", due=DUE), DUE))
    after = Day(DUE + ONE_DAY, TODAY)
    assert +(await picture_of(reporting, after)).province.buckets == {Bucket.OPEN_IN_TIME: 1}
    assert +(
        await picture_of(reporting, after, rules=ProvinceRules({"awaiting_counts_as": [Decision(None, "BY_DATE")]}))
    ).province.buckets == {Bucket.OPEN_OVERDUE: 1}


async def test_each_of_several_days_is_judged_by_the_rules_of_its_own(reporting: Database) -> None:
    """Asked for together, a day before the rule changed and one after it, they are what each is alone."""
    waiting = [submitted(known_task(words, due=due), due) for words, due in (("a", DUE), ("b", DUE + 20 * ONE_DAY))]
    await keep(reporting, *waiting)
    decisions = [Decision(None, "IN_TIME_IF_SUBMITTED_BY_DUE"), Decision(DUE + 10 * ONE_DAY, "BY_DATE")]
    rules = ProvinceRules({"awaiting_counts_as": decisions})
    for first, second in ((5, 15), (15, 5)):
        days = [Day(DUE + first * ONE_DAY, TODAY), Day(DUE + second * ONE_DAY, TODAY)]
        async with reporting.read() as connection:
            together = await pictures(connection, days, today=TODAY, rules=rules)
        alone = [await picture_of(reporting, day, rules=rules) for day in days]
        assert [one.province.buckets for one in together] == [one.province.buckets for one in alone]
        assert alone[0].province.buckets != alone[1].province.buckets


async def test_a_returned_result_loses_its_earlier_time(reporting: Database) -> None:
    sent = submitted(known_task("a", due=DUE), DUE)
    await keep(reporting, returned(sent, DUE + ONE_DAY))
    assert await province(reporting, DUE + ONE_DAY) == {Bucket.OPEN_OVERDUE: 1}


async def test_an_empty_province_has_no_rates(reporting: Database) -> None:
    assert as_expectation(await picture_of(reporting, Day(TODAY, TODAY))) == Expectation()


async def test_what_another_reports_counts_for_the_province_and_for_no_agency(reporting: Database) -> None:
    """Neither for the lead, which has no account, nor for whoever reports in its place (rulebook 1.14)."""
    await keep(reporting, known_task("a", due=DUE, reporting_agency_id=AGENCIES[1]), known_task("b", due=DUE, agency=AGENCIES[2]))
    for day in (Day(DUE, DUE), Day(DUE, TODAY)):
        picture = await picture_of(reporting, day)
        assert (picture.province.assigned, picture.assignments.assigned) == (2, 2)
        assert {agency: figures.assigned for agency, figures in picture.agencies.items()} == {AGENCIES[2]: 1}
