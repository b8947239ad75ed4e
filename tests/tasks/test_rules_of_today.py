"""One task, its row in a list and the answer to an act are judged by the rules that are valid today."""

from collections import defaultdict
from datetime import timedelta

import pytest

from libs.contracts.working_days import CalendarDay, DayType
from tests.signed_in import HEALTH_CLERK, TRACKER, Client
from tests.tasks.decided import decide_calendar, decide_setting
from tests.tasks.population import populate
from tests.tasks.released import act, due_in, today

pytestmark = pytest.mark.usefixtures("asks_each_time")
AHEAD = 30


async def test_working_days_are_those_of_the_province(tasks: Client) -> None:
    task = await due_in(tasks, AHEAD)
    worked = defaultdict(list)
    for day in (today() + timedelta(days=n) for n in range(1, AHEAD + 1)):
        worked[day.year].append(CalendarDay(date=day, type=DayType.HOAN_DOI_LAM, name="test"))
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["deadline"]["working_days_left"] < AHEAD
    for year, days in worked.items():
        await decide_calendar(tasks, year, tuple(days))
    in_time = {"kind": "in_time", "days_overdue": 0, "working_days_left": AHEAD}
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["deadline"] == in_time
    await decide_setting(tasks, "due_soon_days", AHEAD, valid_from=today())
    soon = in_time | {"kind": "due_soon"}
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["deadline"] == soon
    (row,) = (await tasks.get(HEALTH_CLERK, "/tasks", due_soon=True)).json()["items"]
    assert (row["id"], row["deadline"]) == (task, soon)
    assert (await act(tasks, HEALTH_CLERK, task, "accept")).json()["deadline"] == soon


async def test_a_change_of_a_rule_moves_a_single_task_and_the_parts_of_a_group(tasks: Client) -> None:
    population = await populate(tasks, 1, tasks=50, groups=25)
    waiting = [
        task for task in population.tasks.values() if task.awaiting_result and task.course.due is not None and task.course.due < today()
    ]
    in_time = [task for task in waiting if population.bucket(task) == "open_in_time"]
    group = next(population.tasks[task.assigned.group_id] for task in in_time if task.assigned.group_id)
    alone = next(task for task in in_time if task.assigned.group_id is None)
    before = (await tasks.get(TRACKER, f"/tasks/{group.id}")).json()["children_summary"]["overdue"]
    assert (await tasks.get(TRACKER, f"/tasks/{alone.id}")).json()["bucket"] == "open_in_time"
    await decide_setting(tasks, "awaiting_counts_as", "BY_DATE", valid_from=today())
    assert (await tasks.get(TRACKER, f"/tasks/{alone.id}")).json()["deadline"]["kind"] == "overdue"
    after = (await tasks.get(TRACKER, f"/tasks/{group.id}")).json()
    assert (after["bucket"], after["children_summary"]["overdue"] > before) == ("open_overdue", True)
