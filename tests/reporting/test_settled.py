"""The settled past: numbers, lists and changes of any day equal a recount from the facts, whatever came late, twice or in disorder."""

import os
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from libs.common.actor import Actor
from libs.common.db import Database
from libs.contracts.province import ProvinceRules
from services.reporting.figures.changes import number_changes
from services.reporting.figures.counting import pictures
from services.reporting.figures.listing import list_behind
from services.reporting.figures.numbers import NUMBERS
from services.reporting.figures.rows import After, Behind, Counted, CountedTask
from services.reporting.figures.standing import Day
from services.reporting.projections.sheets import count_sheets
from services.reporting.projections.tasks import KnownTask
from tests.reporting.story import (
    AGENCIES,
    FIRST_DAY,
    CountedRow,
    as_expectation,
    counted_rows,
    expected,
    open_dues,
    random_story,
    seen_by_agency,
    told,
)

TODAY = FIRST_DAY + timedelta(days=90)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(91)]
LEADER = Actor.of_person(UUID(int=1), UUID(int=2), UUID(int=3), "LEADER")
CLERK = Actor.of_person(UUID(int=1), UUID(int=2), AGENCIES[0], "AGENCY_CLERK")
ADMIN = Actor.of_person(UUID(int=1), UUID(int=2), AGENCIES[0], "SYSTEM_ADMIN")
DEFAULT = ProvinceRules()
# Histories that are lived through together in one database; `./test long` asks for more of them.
TOGETHER = 4
# So few that some tasks are due beyond them.
WITHIN = 5
HISTORIES = range(0, int(os.environ.get("CHIDAO_SEEDS", "60")), TOGETHER)


async def live_through(database: Database, random: Random, story: list[KnownTask]) -> None:
    """Batches in disorder, some of them twice, and sheets counted whenever it happens."""
    arriving = story + random.choices(story, k=len(story) // 4)
    if random.random() < 0.7:
        random.shuffle(arriving)
    while arriving:
        size = random.randrange(1, 40)
        batch, arriving = arriving[:size], arriving[size:]
        async with database.begin() as connection:
            await told(connection, *batch)
        if random.random() < 0.3:
            await count_sheets(database, random.choice(DAYS))
    await count_sheets(database, random.choice(DAYS))


@pytest.mark.parametrize("first", HISTORIES)
async def test_every_figure_of_any_day_is_the_recount(reporting: Database, first: int) -> None:
    random = Random(first)
    story = [task for seed in range(first, first + TOGETHER) for task in random_story(seed, tasks=10)]
    await live_through(reporting, random, story)
    days = [Day(day, day) for day in random.sample(DAYS, 12)]
    async with reporting.read() as connection:
        found = await pictures(connection, days, today=TODAY, rules=DEFAULT)
        provinces = await pictures(connection, days, today=TODAY, rules=DEFAULT, agencies=False)
        with_dues = await pictures(connection, days, today=TODAY, rules=DEFAULT, dues_within=WITHIN)
    assert [as_expectation(picture) for picture in found] == [expected(story, day) for day in days]
    assert [picture.open_dues for picture in with_dues] == [open_dues(story, day, within=WITHIN) for day in days]
    assert [replace(picture, open_dues={}) for picture in with_dues] == found
    assert [picture.province for picture in provinces] == [picture.province for picture in found]
    assert [picture.assignments for picture in provinces] == [picture.assignments for picture in found]
    own = seen_by_agency(story, AGENCIES[0])
    for behind in some_numbers(random):
        day, later = (Day(one, one) for one in sorted(random.sample(DAYS, 2)))
        await lists_are_the_recount(reporting, story, own, behind, day, later, page=random.choice([1, 2, 7]))


def some_numbers(random: Random) -> list[Behind]:
    """Of the province, of all agencies and of one, asked for by those who see all, their own or nothing."""
    behinds = [
        Behind(NUMBERS[name], random.choice([*Counted]), None, random.choice([LEADER, CLERK])) for name in random.sample([*NUMBERS], 8)
    ]
    behinds += [
        Behind(NUMBERS[name], Counted.PROVINCE, AGENCIES[1], random.choice([LEADER, CLERK, ADMIN]))
        for name in ("N", "U", "due_soon", "due_later")
    ]
    return behinds


async def lists_are_the_recount(
    database: Database, story: list[KnownTask], own: set[UUID], behind: Behind, day: Day, later: Day, *, page: int
) -> None:
    """The list behind a number on a day, page by page, and what came into it and left it until a later one."""
    now, then = matched(story, behind, day), matched(story, behind, later)
    visible = [row for row in now if is_seen(behind, row, own)]
    counted, total, tasks = await whole_list(database, behind, day, page=page)
    assert (counted, total) == (len(now), len(visible))
    assert [(task.task_id, task.bucket, task.due, task.lead_agency_id, task.state) for task in tasks] == [
        (
            row.task.id,
            row.bucket,
            row.task.due,
            None if row.task.is_group else row.task.lead_agency_id,
            None if row.task.is_group else row.task.state,
        )
        for row in sorted(visible, key=lambda row: (row.task.due is None, row.task.due or FIRST_DAY, str(row.task.id)))
    ]
    async with database.read() as connection:
        changes = await number_changes(connection, behind, day, later, rules=DEFAULT, limit=100)
    for moved, there, missing in ((changes.entered, then, now), (changes.left, now, then)):
        came = [row for row in there if row.task.id not in {one.task.id for one in missing}]
        assert moved.counted == len(came)
        assert {task.task_id for task in moved.tasks} == {row.task.id for row in came if is_seen(behind, row, own)}
    assert (changes.before, changes.now) == (len(now), len(then))


def matched(story: list[KnownTask], behind: Behind, day: Day) -> list[CountedRow]:
    def counts(row: CountedRow) -> bool:
        if behind.lead_agency_id is not None:
            return not row.task.is_group and row.task.counts_for == behind.lead_agency_id
        return row.in_province if behind.counted is Counted.PROVINCE else not row.task.is_group

    return [
        row
        for row in counted_rows(story, day)
        if row.bucket in behind.number.buckets and counts(row) and behind.number.due_soon in (None, row.due_soon)
    ]


def is_seen(behind: Behind, row: CountedRow, own: set[UUID]) -> bool:
    return behind.seen_by is LEADER or (behind.seen_by is CLERK and row.task.id in own)


async def whole_list(database: Database, behind: Behind, day: Day, *, page: int) -> tuple[int, int, list[CountedTask]]:
    """All pages, one after the other, as a reader turns them."""
    tasks: list[CountedTask] = []
    after: After | None = None
    while True:
        async with database.read() as connection:
            found = await list_behind(connection, behind, day, today=TODAY, rules=DEFAULT, after=after, limit=page)
        tasks += found.tasks
        if len(found.tasks) < page:
            return found.counted, found.total, tasks
        after = (found.tasks[-1].due, found.tasks[-1].task_id)
