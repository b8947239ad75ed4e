"""One overdue event for each task, once, whoever looks and however often."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from libs.common.clock import Clock
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
    assert await put_aside(tasks) == 1
    await tasks.rows("UPDATE overdue_put_aside SET next_try_at = now() RETURNING 1")
    assert await scheduler(tasks).once() == 0
    (row,) = await tasks.rows(
        "SELECT tries, next_try_at - now() BETWEEN interval '110 s' AND interval '130 s' AS later FROM overdue_put_aside"
    )
    assert (row.tries, row.later) == (2, True)
    await tasks.rows("UPDATE task SET content = 'x' WHERE id = CAST(:id AS uuid) RETURNING 1", id=stuck)
    await tasks.rows("UPDATE overdue_put_aside SET next_try_at = now() RETURNING 1")
    assert (await scheduler(tasks).once(), await put_aside(tasks)) == (1, 0)


async def put_aside(client: Client) -> int:
    token = client.issuer.service_token("portal", "tasks")
    count: int = (await client.http.get("/health/deep", headers={"Authorization": f"Bearer {token}"})).json()["put_aside"]
    return count
