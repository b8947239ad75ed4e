"""What made a number what it is: the lists of both days and their difference say the same, on whichever days and for whoever asks."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from libs.common.actor import Actor
from libs.common.db import Database
from libs.contracts.buckets import Bucket
from libs.contracts.province import ProvinceRules
from services.reporting.figures.changes import NumberChanges, number_changes
from services.reporting.figures.listing import list_behind
from services.reporting.figures.numbers import NUMBERS
from services.reporting.figures.rows import Behind, Counted
from services.reporting.figures.standing import Day
from tests.reporting.story import AGENCIES, FIRST_DAY, confirmed, known_task, random_story, submitted, told

TODAY = FIRST_DAY + timedelta(days=90)
ALL = 1_000
LEADER = Actor.of_person(UUID(int=1), UUID(int=2), UUID(int=3), "LEADER")
CLERK = Actor.of_person(UUID(int=1), UUID(int=2), AGENCIES[0], "AGENCY_CLERK")
DEFAULT = ProvinceRules()


async def changes_of(
    database: Database, name: str, earlier: date, later: date, *, agency: UUID | None = None, asker: Actor = LEADER, limit: int = ALL
) -> NumberChanges:
    async with database.read() as connection:
        return await number_changes(
            connection,
            Behind(NUMBERS[name], Counted.PROVINCE, agency, asker),
            Day(earlier, earlier),
            Day(later, later),
            rules=DEFAULT,
            limit=limit,
        )


async def counted_on(database: Database, name: str, day: date, *, agency: UUID | None, asker: Actor) -> tuple[int, set[UUID]]:
    async with database.read() as connection:
        found = await list_behind(
            connection,
            Behind(NUMBERS[name], Counted.PROVINCE, agency, asker),
            Day(day, day),
            today=TODAY,
            rules=DEFAULT,
            after=None,
            limit=ALL,
        )
    return found.counted, {task.task_id for task in found.tasks}


async def test_what_came_and_went_is_the_difference_of_the_two_lists(reporting: Database) -> None:
    async with reporting.begin() as connection:
        await told(connection, *random_story(seed=312, tasks=60))
    random, moved = Random(312), 0
    for name in NUMBERS:
        for asker, agency in ((LEADER, None), (LEADER, AGENCIES[1]), (CLERK, None)):
            earlier, later = sorted(FIRST_DAY + timedelta(days=one) for one in random.sample(range(91), 2))
            found = await changes_of(reporting, name, earlier, later, agency=agency, asker=asker)
            before, seen_before = await counted_on(reporting, name, earlier, agency=agency, asker=asker)
            now, seen_now = await counted_on(reporting, name, later, agency=agency, asker=asker)
            assert (found.before, found.now) == (before, now) == (before, found.before + found.entered.counted - found.left.counted)
            assert {task.task_id for task in found.entered.tasks} == seen_now - seen_before
            assert {task.task_id for task in found.left.tasks} == seen_before - seen_now
            assert (found.entered.total, found.left.total) == (len(seen_now - seen_before), len(seen_before - seen_now))
            moved += found.entered.counted + found.left.counted
    assert moved > 100, "days on which nothing moves prove nothing"


async def test_what_left_is_told_as_it_stands_on_the_later_day(reporting: Database) -> None:
    due = FIRST_DAY + timedelta(days=10)
    late = known_task("late", due=due)
    sent = submitted(late, due + timedelta(days=3))
    async with reporting.begin() as connection:
        await told(connection, late, sent, confirmed(sent, due + timedelta(days=4)))
    found = await changes_of(reporting, "open_overdue", due + timedelta(days=1), due + timedelta(days=8))
    assert (found.before, found.now, found.entered.tasks) == (1, 0, [])
    [task] = found.left.tasks
    assert (task.bucket, task.completed_on) == (Bucket.COMPLETED_LATE, due + timedelta(days=3))


async def test_the_first_are_named_and_the_others_counted(reporting: Database) -> None:
    due = FIRST_DAY + timedelta(days=10)
    async with reporting.begin() as connection:
        await told(connection, *(known_task(f"n{day}", due=due + timedelta(days=day)) for day in range(5)))
    found = await changes_of(reporting, "open_overdue", due, due + timedelta(days=30), limit=2)
    assert (found.entered.counted, found.entered.total, [task.code for task in found.entered.tasks]) == (5, 5, ["NV-n0", "NV-n1"])
