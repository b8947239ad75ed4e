"""What awaits a decision comes the oldest submission first, page by page, and leaves the list with its decision."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.signed_in import COMMUNE_CLERK, HEALTH_CLERK, TRACKER, Client
from tests.tasks.decided import decide_setting
from tests.tasks.released import act, due_in, instruction, release, released, submitted, today
from tests.tasks.test_pages import pages

PATH = "/tasks/awaiting-decision"
MANY = 205


async def awaiting(client: Client, number: int) -> list[str]:
    """So many tasks, of which the later is due the earlier it was submitted, two at each moment; in the order of their submission."""
    (runner,) = client.app.state.service.runners
    await runner.apply([released(instruction(due=today())) for _ in range(number)])
    ids = [str(row.id) for row in await client.rows("SELECT id FROM task ORDER BY number")]
    first = datetime.now(UTC) - timedelta(days=1)
    for place, one in enumerate(ids):
        await client.rows(
            """UPDATE task SET state = 'AWAITING_CONFIRMATION', submitted_at = CAST(:moment AS timestamptz), due = CAST(:due AS date)
               WHERE id = CAST(:id AS uuid) RETURNING 1""",
            id=one,
            moment=first + timedelta(seconds=place // 2),
            due=today() + timedelta(days=number - place),
        )
    return ids


async def ids(client: Client, person: Any = TRACKER, **asked: Any) -> list[str]:
    page = (await client.get(person, PATH, **asked)).json()
    assert page["total"] == len(page["items"])
    return [one["id"] for one in page["items"]]


async def test_the_oldest_submission_comes_first_across_all_pages(tasks: Client) -> None:
    expected = await awaiting(tasks, MANY)
    for limit in (7, 50, 200):
        found = await pages(tasks, TRACKER, PATH, limit)
        assert [one["id"] for page in found for one in page] == expected


async def test_nothing_else_waits(tasks: Client) -> None:
    (one,) = await awaiting(tasks, 1)
    decided, other = await due_in(tasks, 5), await release(tasks, instruction())
    await submitted(tasks, decided)
    assert set(await ids(tasks)) == {one, decided}
    assert (await act(tasks, TRACKER, decided, "results/confirm", {"quality": "GOOD"})).status_code == 200
    found = await ids(tasks)
    assert found == [one]
    assert other not in found


@pytest.mark.usefixtures("asks_each_time")
async def test_what_the_office_has_decided_waits_for_nobody_unless_it_is_void(tasks: Client) -> None:
    await decide_setting(tasks, "hold_seconds", 60)
    task = await due_in(tasks, 5)
    await submitted(tasks, task)
    assert (await act(tasks, TRACKER, task, "results/confirm", {"quality": "GOOD"})).json()["held"]
    assert await ids(tasks) == []
    assert await ids(tasks, HEALTH_CLERK) == [task], "what is held is nobody's business outside the office"
    await tasks.rows("UPDATE held_act SET void_because = 'stale-version' RETURNING 1")
    assert await ids(tasks) == [task]


async def test_an_agency_sees_its_own(tasks: Client) -> None:
    expected = await awaiting(tasks, 2)
    assert await ids(tasks, HEALTH_CLERK) == expected
    assert await ids(tasks, COMMUNE_CLERK) == []
