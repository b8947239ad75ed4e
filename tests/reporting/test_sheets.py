"""A sheet is exact or absent, whichever of a late fact and the job that closes a day comes first."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from chidao.figures import app
from libs.common.db import Database
from libs.contracts.buckets import Bucket
from libs.contracts.province import Decision, ProvinceRules
from services.reporting.figures.counting import FiguresDoNotAddUp, pictures
from services.reporting.figures.settled import is_settled
from services.reporting.figures.standing import Day
from services.reporting.figures.stretches import Rules
from services.reporting.projections import derivation
from services.reporting.projections.derivation import derive_everything, derive_rest, require_rules, verify_everything
from services.reporting.projections.sheets import DAY_BY_DAY, count_next_sheet, count_sheets, end_of_month
from services.reporting.projections.stretches import DERIVING_LOCK
from tests.conftest import ServiceDatabase
from tests.reporting.story import FIRST_DAY, as_expectation, confirmed, expected, known_task, random_story, submitted, told

JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
TODAY = date(2026, 3, 20)
ASSIGNED = date(2026, 1, 22)
# From this day on it was overdue, until its submission was told.
CHANGED = date(2026, 1, 27)
LATE = submitted(known_task("late", assigned_on=ASSIGNED, due=date(2026, 1, 26)), date(2026, 1, 25))
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND NOT granted")


@pytest.fixture
async def province(reporting: Database) -> Database:
    """One task is known of which a submission in January is told late."""
    async with reporting.begin() as connection:
        await told(connection, known_task("late", assigned_on=ASSIGNED, due=date(2026, 1, 26)), known_task("other", assigned_on=ASSIGNED))
    return reporting


async def sheets(database: Database) -> list[date]:
    async with database.read() as connection:
        return list((await connection.execute(text("SELECT day FROM sheet ORDER BY day"))).scalars())


async def buckets_on(database: Database, day: date) -> dict[Bucket, int]:
    async with database.read() as connection:
        [picture] = await pictures(connection, [Day(day, day)], today=TODAY, rules=ProvinceRules())
    return dict(+picture.province.buckets)


async def tell_late(database: Database) -> None:
    async with database.begin() as connection:
        await told(connection, LATE)


async def waits_or_ends(database: Database, work: Callable[[], Awaitable[object]]) -> "asyncio.Task[object]":
    """Starts `work` and returns once it waits for whoever derives, or has not waited at all."""
    task: asyncio.Task[object] = asyncio.ensure_future(work())
    async with database.read() as connection:
        while not task.done() and (await connection.execute(WAITING, {"lock": DERIVING_LOCK})).scalar_one() == 0:
            await asyncio.sleep(0.01)
    return task


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


async def test_each_of_the_last_days_is_counted_once(province: Database) -> None:
    until_yesterday = days(ASSIGNED, TODAY - timedelta(days=1))
    assert await count_sheets(province, TODAY) == len(until_yesterday)
    assert await count_sheets(province, TODAY) == 0
    assert await sheets(province) == until_yesterday


async def test_of_what_is_long_ago_each_month_is_counted_once(province: Database) -> None:
    later = date(2026, 5, 4)
    assert later - DAY_BY_DAY == date(2026, 3, 2)
    assert await count_sheets(province, later) == 2 + len(days(date(2026, 3, 1), date(2026, 5, 3)))
    assert await sheets(province) == [JANUARY, FEBRUARY, *days(date(2026, 3, 1), date(2026, 5, 3))]


async def test_days_that_were_counted_go_with_time_and_months_stay(province: Database) -> None:
    await count_sheets(province, TODAY)
    await count_sheets(province, TODAY + timedelta(days=1))
    assert await sheets(province) == days(ASSIGNED, TODAY)
    await count_sheets(province, date(2026, 5, 4))
    assert await sheets(province) == [JANUARY, FEBRUARY, *days(date(2026, 3, 2), date(2026, 5, 3))]


async def test_today_is_not_over(province: Database) -> None:
    await count_sheets(province, ASSIGNED)
    assert await sheets(province) == []


async def test_a_late_fact_drops_the_sheets_of_the_days_that_it_changes(province: Database) -> None:
    await count_sheets(province, TODAY)
    assert await buckets_on(province, FEBRUARY) == {Bucket.OPEN_OVERDUE: 1, Bucket.OPEN_UNDATED: 1}
    await tell_late(province)
    assert await sheets(province) == days(ASSIGNED, CHANGED - timedelta(days=1))
    assert await buckets_on(province, FEBRUARY) == {Bucket.OPEN_IN_TIME: 1, Bucket.OPEN_UNDATED: 1}
    async with province.begin() as connection:
        await told(connection, confirmed(LATE, date(2026, 2, 10)))
    await count_sheets(province, TODAY)
    async with province.begin() as connection:
        await told(connection, known_task("new", assigned_on=date(2026, 2, 20)))
    assert await sheets(province) == days(ASSIGNED, date(2026, 2, 19)), "what changes nothing of a day leaves its sheet"


async def test_a_late_fact_waits_for_the_day_that_is_being_closed(province: Database) -> None:
    await count_sheets(province, JANUARY)
    async with province.begin() as closing:
        assert await count_next_sheet(closing, TODAY) == JANUARY
        late = await waits_or_ends(province, lambda: tell_late(province))
    await late
    assert await buckets_on(province, JANUARY) == {Bucket.OPEN_IN_TIME: 1, Bucket.OPEN_UNDATED: 1}
    await count_sheets(province, TODAY)
    assert await buckets_on(province, JANUARY) == {Bucket.OPEN_IN_TIME: 1, Bucket.OPEN_UNDATED: 1}


async def test_a_day_is_not_closed_over_a_late_fact_on_its_way(province: Database) -> None:
    async with province.begin() as connection:
        await told(connection, LATE)
        closing = await waits_or_ends(province, lambda: count_sheets(province, TODAY))
    await closing
    assert await sheets(province) == days(ASSIGNED, TODAY - timedelta(days=1))
    assert await buckets_on(province, JANUARY) == {Bucket.OPEN_IN_TIME: 1, Bucket.OPEN_UNDATED: 1}


async def test_two_parts_of_a_group_told_at_one_moment_are_both_counted(province: Database) -> None:
    """Each transaction alone would find the other part still open."""
    group = known_task("group", assigned_on=ASSIGNED, is_group=True, lead_agency_id=None)
    parts = [known_task(f"part {number}", assigned_on=ASSIGNED, parent_id=group.id) for number in range(2)]
    sent = [submitted(part, date(2026, 1, 25)) for part in parts]
    async with province.begin() as connection:
        await told(connection, group, *parts, *sent)
    first, second = (confirmed(one, date(2026, 1, 28)) for one in sent)

    async def tell_second() -> None:
        async with province.begin() as connection:
            await told(connection, second)

    async with province.begin() as connection:
        await told(connection, first)
        other = await waits_or_ends(province, tell_second)
    await other
    assert (await buckets_on(province, TODAY))[Bucket.COMPLETED_UNDATED] == 1


async def test_a_stretch_that_was_lost_is_told_and_not_shown(province: Database) -> None:
    async with province.begin() as connection:
        await connection.execute(text("DELETE FROM stretch WHERE task_id = :id"), {"id": LATE.id})
    with pytest.raises(FiguresDoNotAddUp):
        await buckets_on(province, TODAY)
    await count_sheets(province, TODAY)
    with pytest.raises(FiguresDoNotAddUp):
        await buckets_on(province, TODAY)


async def test_a_wrong_stretch_is_found_told_and_mended(province: Database) -> None:
    await count_sheets(province, TODAY)
    async with province.begin() as connection:
        await connection.execute(text("UPDATE stretch SET bucket = 'open_undated' WHERE task_id = :id"), {"id": LATE.id})
    found = await verify_everything(province)
    assert (found.tasks, found.differing, [one.task_id for one in found.examples]) == (2, 1, [LATE.id])
    assert (await buckets_on(province, JANUARY)) == {Bucket.OPEN_OVERDUE: 1, Bucket.OPEN_UNDATED: 1}, "the sheet is older than the fault"
    mended = await derive_everything(province, today=TODAY)
    assert mended.differing == 1
    assert await buckets_on(province, TODAY) == {Bucket.OPEN_OVERDUE: 1, Bucket.OPEN_UNDATED: 1}
    assert (await verify_everything(province)).differing == 0
    assert await sheets(province) == days(ASSIGNED, TODAY - timedelta(days=1))


async def test_a_derivation_that_was_killed_goes_on_while_people_work(reporting: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derivation, "BATCH", 7)
    story = random_story(99, tasks=40)
    before, meanwhile = story[: len(story) // 2], story[len(story) // 2 :]
    async with reporting.begin() as connection:
        await told(connection, *before)
        await connection.execute(text("DELETE FROM stretch"))
        await connection.execute(text("UPDATE task_now SET counts_from = NULL"))
        await connection.execute(text("UPDATE derivation SET complete = false"))

    end = FIRST_DAY + timedelta(days=90)
    day = Day(end, end)

    class Killed(Exception):
        pass

    def kill(derived: derivation.Derived, tasks: int) -> None:
        if derived.tasks > 15:
            raise Killed

    with pytest.raises(Killed):
        await derive_everything(reporting, today=end, progress=kill)
    async with reporting.read() as connection:
        [by_facts] = await pictures(connection, [day], today=end, rules=ProvinceRules())
    assert as_expectation(by_facts) == expected(before, day), "while it is not complete, figures come from the facts"

    async def people() -> None:
        for one in meanwhile:
            async with reporting.begin() as connection:
                await told(connection, one)

    work = asyncio.ensure_future(people())
    rest = await derive_everything(reporting, today=end)
    await work
    assert rest.tasks < len({one.id for one in story}), "it went on where it was"
    assert (await verify_everything(reporting)).differing == 0
    async with reporting.read() as connection:
        [picture] = await pictures(connection, [day], today=end, rules=ProvinceRules())
    assert as_expectation(picture) == expected(story, day)


async def test_other_rules_count_from_the_facts_until_all_is_derived_anew(province: Database) -> None:
    async with province.begin() as connection:
        await told(connection, LATE)
    await count_sheets(province, TODAY)
    by_date = ProvinceRules({"awaiting_counts_as": [Decision(None, "BY_DATE")]})

    async def found() -> tuple[dict[Bucket, int], bool]:
        day = Day(FEBRUARY, FEBRUARY)
        async with province.read() as connection:
            [picture] = await pictures(connection, [day], today=TODAY, rules=by_date)
            return dict(+picture.province.buckets), await is_settled(connection, [day], by_date)

    overdue = {Bucket.OPEN_OVERDUE: 1, Bucket.OPEN_UNDATED: 1}
    assert await found() == (overdue, False), "a process with the new rules, while the old ones are derived"
    await require_rules(province, Rules.of(by_date))
    assert await found() == (overdue, False)
    assert await derive_rest(province) == 2
    await count_sheets(province, TODAY)
    assert await found() == (overdue, True)
    assert await derive_rest(province) == 0


def test_an_operator_verifies_and_rebuilds(database: Callable[[str], ServiceDatabase]) -> None:
    made = database("reporting")

    async def change(*statements: str) -> None:
        opened = Database(made.app_url)
        async with opened.begin() as connection:
            await told(connection, LATE)
            for statement in statements:
                await connection.execute(text(statement))
        await opened.dispose()

    def ordered(command: str, *more: str) -> Result:
        return CliRunner().invoke(app, [command, "--reporting-url", made.owner_url, *more])

    asyncio.run(change())
    assert ordered("verify").exit_code == 0
    asyncio.run(change("UPDATE stretch SET bucket = 'open_overdue'"))
    wrong = ordered("verify")
    assert (wrong.exit_code, "open_overdue" in wrong.output, "open_in_time" in wrong.output) == (1, True, True)
    rebuilt = ordered("rebuild", "--from-facts")
    assert (rebuilt.exit_code, "1 chỗ khác đã được sửa" in rebuilt.output) == (0, True)
    assert ordered("verify").exit_code == 0


def test_the_end_of_a_month() -> None:
    assert [end_of_month(day) for day in (FIRST_DAY, date(2026, 12, 1), date(2028, 2, 3))] == [
        JANUARY,
        date(2026, 12, 31),
        date(2028, 2, 29),
    ]
    assert end_of_month(JANUARY) + timedelta(days=1) == date(2026, 2, 1)
