"""One overdue event for each task, once, whoever looks and however often."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from libs.common.clock import Clock
from libs.contracts.province import ProvinceRules
from services.tasks.domain.today import Today
from services.tasks.persistence.overdue_repository import OverdueRepository, count_put_aside, put_aside, untold
from services.tasks.scheduler import overdue
from services.tasks.scheduler.overdue import OverdueScheduler
from tests.signed_in import HEALTH_CLERK, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client
from tests.tasks.decided import decide_setting
from tests.tasks.released import act, due_in, instruction, release, submitted, today, version_of


def scheduler(client: Client, clock: Clock | None = None) -> OverdueScheduler:
    service = client.app.state.service
    return OverdueScheduler(service.database, service.hints, clock or service.clock, client.app.state.province, every=1, lists=("tasks",))


async def told(client: Client) -> list[str]:
    rows = await client.rows("SELECT payload->'state'->>'id' AS id FROM event_log WHERE type = 'chidao.tasks.overdue-told.v1' ORDER BY seq")
    return [row.id for row in rows]


async def test_the_day_after_the_due_date(tasks: Client) -> None:
    task = await due_in(tasks, 0)
    assert await scheduler(tasks).once() == 0
    tomorrow = Clock(timedelta(days=1))
    assert await scheduler(tasks, tomorrow).once() == 1
    assert await scheduler(tasks, tomorrow).once() == 0
    assert await scheduler(tasks, Clock(timedelta(days=30))).once() == 0
    assert await told(tasks) == [task]


async def test_two_schedulers_tell_once(tasks: Client) -> None:
    expected = {await due_in(tasks, -day) for day in range(1, 13)}
    counts = await asyncio.gather(*(scheduler(tasks).once() for _ in range(4)))
    assert sum(counts) == len(expected)
    assert sorted(await told(tasks)) == sorted(expected)


async def test_more_than_fit_into_one_batch_are_told_and_those_that_come_after(tasks: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "BATCH", 2)
    expected = [await due_in(tasks, -day) for day in range(5, 0, -1)]
    assert await scheduler(tasks).once() == 5
    assert await told(tasks) == expected, "the oldest first"
    later = await due_in(tasks, -1)
    assert await scheduler(tasks).once() == 1
    assert await told(tasks) == [*expected, later]


async def test_a_result_in_time_is_not_overdue_until_it_is_returned(tasks: Client) -> None:
    task = await due_in(tasks, 0)
    await submitted(tasks, task)
    tomorrow = Clock(timedelta(days=1))
    assert await scheduler(tasks, tomorrow).once() == 0
    await act(tasks, TRACKER, task, "results/return", {"reason": "Thiếu số liệu"})
    assert await scheduler(tasks, tomorrow).once() == 1
    await submitted(tasks, task)
    assert await scheduler(tasks, Clock(timedelta(days=3))).once() == 0


@pytest.mark.usefixtures("asks_each_time")
async def test_what_waits_is_told_from_the_day_on_which_the_date_alone_counts(tasks: Client) -> None:
    task = await due_in(tasks, 0)
    await submitted(tasks, task)
    await decide_setting(tasks, "awaiting_counts_as", "BY_DATE", valid_from=today() + timedelta(days=2))
    assert await scheduler(tasks, Clock(timedelta(days=1))).once() == 0
    assert await scheduler(tasks, Clock(timedelta(days=2))).once() == 1
    assert await told(tasks) == [task]


async def test_parts_of_a_group_are_told_and_the_parent_is_not(tasks: Client) -> None:
    group = instruction(SOUTH_COMMUNE, NORTH_WARD, due=today() - timedelta(days=1), group="communes")
    await release(tasks, group)
    assert await scheduler(tasks).once() == 2
    assert str(group.id) not in await told(tasks)


async def test_what_is_completed_or_undated_is_never_told(tasks: Client) -> None:
    await release(tasks, instruction())
    task = await due_in(tasks, 3)
    await submitted(tasks, task)
    await act(tasks, TRACKER, task, "results/confirm")
    assert await scheduler(tasks, Clock(timedelta(days=400))).once() == 0
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["state"] == "COMPLETED"


async def test_telling_makes_nobodys_open_form_out_of_date(tasks: Client) -> None:
    task = await due_in(tasks, -1)
    version = await version_of(tasks, task)
    assert await scheduler(tasks).once() == 1
    assert (await act(tasks, HEALTH_CLERK, task, "accept", version=version)).status_code == 200


async def test_one_that_cannot_be_told_holds_up_no_other(tasks: Client) -> None:
    everyone = [await due_in(tasks, -day) for day in range(1, 6)]
    stuck = everyone[2]
    # More than an event may hold, as no released instruction could bring it.
    await tasks.rows("UPDATE task SET content = repeat('x', 70000) WHERE id = CAST(:id AS uuid) RETURNING 1", id=stuck)
    with capture_logs() as said:
        assert await scheduler(tasks).once() == 4
        assert await scheduler(tasks).once() == 0
    assert sorted(await told(tasks)) == sorted(set(everyone) - {stuck})
    (line,) = [line for line in said if line["event"] == "put-aside"]
    assert (line["task"], line["error"], line["log_level"]) == (stuck, "EventTooLarge", "error")
    assert await put_aside_now(tasks) == 1
    await tasks.rows("UPDATE overdue_put_aside SET next_try_at = now() RETURNING 1")
    assert await scheduler(tasks).once() == 0
    (row,) = await tasks.rows(
        "SELECT tries, next_try_at - now() BETWEEN interval '110 s' AND interval '130 s' AS later FROM overdue_put_aside"
    )
    assert (row.tries, row.later) == (2, True)
    await tasks.rows("UPDATE task SET content = 'x' WHERE id = CAST(:id AS uuid) RETURNING 1", id=stuck)
    await tasks.rows("UPDATE overdue_put_aside SET next_try_at = now() RETURNING 1")
    assert (await scheduler(tasks).once(), await put_aside_now(tasks)) == (1, 0)


async def put_aside_now(client: Client) -> int:
    token = client.issuer.service_token("portal", "tasks")
    count: int = (await client.http.get("/health/deep", headers={"Authorization": f"Bearer {token}"})).json()["put_aside"]
    return count


def the_day() -> Today:
    return Today.of(today(), ProvinceRules())


async def found(client: Client) -> list[str]:
    async with client.admin.read() as connection:
        return [str(one) for one in await untold(connection, the_day(), limit=10)]


async def due_moved(client: Client, task: str, days: int) -> None:
    await client.rows("UPDATE task SET due = :due WHERE id = CAST(:id AS uuid) RETURNING 1", due=today() + timedelta(days=days), id=task)


async def test_a_due_date_is_claimed_once_and_another_one_of_the_task_again(tasks: Client) -> None:
    """One notice for each task and due date (rulebook 1.15); only what is asked for and overdue is claimed."""
    one, other, not_yet = [await due_in(tasks, days) for days in (-3, -2, 0)]

    async def claimed(*ids: str) -> list[str]:
        async with tasks.admin.begin() as connection:
            told = await OverdueRepository(connection).claim([UUID(one) for one in ids], the_day(), now=datetime.now(UTC))
        return [str(task) for task in told]

    assert await found(tasks) == [one, other]
    assert await claimed(one, not_yet) == [one]
    assert await claimed(one, not_yet) == []
    assert await found(tasks) == [other]
    await due_moved(tasks, one, -1)
    assert await found(tasks) == [other, one]
    assert await claimed(one) == [one]
    assert await found(tasks) == [other]


async def test_what_is_put_aside_waits_for_itself_alone_and_for_its_due_date(tasks: Client) -> None:
    one, other, undated = await due_in(tasks, -3), await due_in(tasks, -2), await release(tasks, instruction())

    async def set_aside(task: str) -> None:
        async with tasks.admin.begin() as connection:
            await put_aside(connection, UUID(task), reason="too large")

    for task in (one, undated):
        await set_aside(task)
    rows = await tasks.rows("SELECT task_id, tries, next_try_at - now() AS wait FROM overdue_put_aside")
    assert [(str(row.task_id), row.tries) for row in rows] == [(one, 1)], "what has no due date cannot be overdue"
    assert timedelta(seconds=50) < rows[0].wait <= timedelta(minutes=1)
    assert await found(tasks) == [other]
    await due_moved(tasks, one, -1)
    assert await found(tasks) == [other, one], "of another due date nothing is known yet"
    await set_aside(other)
    await set_aside(one)
    async with tasks.admin.begin() as connection:
        assert await OverdueRepository(connection).claim([UUID(one)], the_day(), now=datetime.now(UTC)) == []
    await tasks.rows("UPDATE overdue_put_aside SET next_try_at = now() - interval '1 s' RETURNING 1")
    async with tasks.admin.begin() as connection:
        assert await OverdueRepository(connection).claim([UUID(one)], the_day(), now=datetime.now(UTC)) == [UUID(one)]
        assert await count_put_aside(connection) == 2
    left = await tasks.rows("SELECT task_id, due FROM overdue_put_aside ORDER BY due")
    assert [(str(row.task_id), row.due) for row in left] == [(one, today() - timedelta(days=3)), (other, today() - timedelta(days=2))]


async def test_what_fails_for_long_is_tried_once_a_day(tasks: Client) -> None:
    task = await due_in(tasks, -3)
    for tries, least in ((0, 0), (1, 1), (4, 15), (30, 24 * 60 - 1)):
        if tries:
            await tasks.rows("UPDATE overdue_put_aside SET tries = :tries RETURNING 1", tries=tries)
        async with tasks.admin.begin() as connection:
            await put_aside(connection, UUID(task), reason="too large")
        (row,) = await tasks.rows("SELECT tries, next_try_at - now() AS wait FROM overdue_put_aside")
        assert row.tries == tries + 1
        assert timedelta(minutes=least) < row.wait <= timedelta(minutes=least + 1), tries
