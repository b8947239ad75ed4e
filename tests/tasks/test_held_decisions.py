"""A decision on a result waits for its effect, and can be recalled until then (rulebook 1.14)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from faults.bodies import today
from libs.common.fault_points import Point
from libs.common.held.act import HeldAct
from libs.common.held.scheduler import HeldActScheduler
from libs.common.held.store import HeldActs, due_acts
from libs.directory_replica import replica as directory_replica
from services.tasks.scheduler.held_decisions import held_decisions
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer, Person
from tests.signed_in import HEALTH_CLERK, LEADER, OFFICE_LEAD, TRACKER, Client, running_service
from tests.tasks.decided import decide_setting
from tests.tasks.released import act, due_in, submitted

pytestmark = pytest.mark.usefixtures("asks_each_time")

OUTSIDE = ("event_log", "outbox", "audit_entry", "task", "result")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def tasks(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    """Decisions are held for a minute; the scheduler sleeps, so that a test calls it when it wants to."""
    seconds = dict.fromkeys(("overdue_every_seconds", "orphans_swept_every_seconds", "held_acts_every_seconds"), 3600.0)
    async with running_service("tasks", database("tasks"), issuer, tmp_path, **seconds) as client:
        await decide_setting(client, "hold_seconds", 60)
        yield client


@pytest.fixture
def rights_are_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_replica, "ACTOR_KEPT_SECONDS", 0.0)


def scheduler(client: Client) -> HeldActScheduler:
    service = client.app.state.service
    return held_decisions(service, client.app.state.doorkeeper.memberships, every=1)


async def time_has_come(client: Client) -> None:
    await client.rows("UPDATE held_act SET next_try_at = now() - interval '1 s', held_until = now() - interval '1 s' RETURNING 1")


async def waiting(client: Client) -> str:
    """A task whose result waits for the Office."""
    task = await due_in(client, 5)
    await submitted(client, task)
    return task


async def held(client: Client, task: str, *, by: Person = TRACKER, act_: str = "confirm", body: Any = None) -> dict[str, Any]:
    answer = await act(client, by, task, f"results/{act_}", body)
    assert answer.status_code == 200, answer.text
    mark: dict[str, Any] = answer.json()["held"]
    return mark


async def kept(client: Client, task: str, person: Person = TRACKER) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(person, f"/tasks/{task}")).json()
    return found


async def outcomes(client: Client) -> list[tuple[str, str | None]]:
    return [(row.outcome, row.because) for row in await client.rows("SELECT outcome, because FROM held_act_audit ORDER BY id")]


async def decided_events(client: Client, task: str) -> list[str]:
    rows = await client.rows(
        "SELECT type FROM event_log WHERE aggregate_id = CAST(:id AS uuid) AND type ~ 'result-(confirmed|returned)'", id=task
    )
    return [row.type.split(".")[2] for row in rows]


async def test_until_its_time_nothing_leaves_the_service_but_a_mark(tasks: Client) -> None:
    task = await waiting(tasks)
    before = await tasks.everything()
    async with tasks.telling_open_pages("tasks"):
        mark = await held(tasks, task, body={"quality": "GOOD"})
    after = await tasks.everything()
    assert {name for name in after if after[name] != before[name]} == {"held_act", "command_key"}
    assert (mark["kind"], mark["is_own"], mark["void_because"]) == ("CONFIRM", True, None)
    assert 50 < mark["seconds_left"] <= 60
    assert await scheduler(tasks).once() == 0
    shown = await kept(tasks, task)
    assert (shown["state"], shown["version"], shown["held"]["id"]) == ("AWAITING_CONFIRMATION", mark_version(shown), mark["id"])
    assert {one["reason_code"] for one in shown["available_actions"]} == {"act-is-held"}


def mark_version(shown: dict[str, Any]) -> int:
    """Accepted and submitted, nothing else."""
    return 3 if shown["held"] else 4


async def test_its_own_office_sees_the_mark_and_the_agency_does_not(tasks: Client) -> None:
    task = await waiting(tasks)
    await held(tasks, task)
    for person, own in ((TRACKER, True), (OFFICE_LEAD, False), (LEADER, False)):
        assert (await kept(tasks, task, person))["held"]["is_own"] is own
        (listed,) = (await tasks.get(person, "/tasks", scope="oversight")).json()["items"]
        assert listed["held"]["is_own"] is own
    assert (await kept(tasks, task, HEALTH_CLERK))["held"] is None
    (listed,) = (await tasks.get(HEALTH_CLERK, "/tasks")).json()["items"]
    assert listed["held"] is None
    assert {one["reason_code"] for one in listed["available_actions"]} <= {None, "already-accepted", "awaits-confirmation"}


async def test_in_its_time_it_takes_effect_as_of_the_moment_of_the_act(tasks: Client) -> None:
    task = await waiting(tasks)
    mark = await held(tasks, task, body={"quality": "GOOD"})
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 1
    assert await scheduler(tasks).once() == 0
    shown = await kept(tasks, task)
    assert (shown["state"], shown["held"], shown["result"]["quality"]) == ("COMPLETED", None, "GOOD")
    assert shown["result"]["decided_at"] == mark["acted_at"]
    (row,) = await tasks.rows(
        "SELECT e.occurred_at = CAST(:acted AS timestamptz) AS then, a.actor, a.role FROM event_log e JOIN audit_entry a USING (event_id) "
        "WHERE e.type = 'chidao.tasks.result-confirmed.v1'",
        acted=await acted_at(tasks, task),
    )
    assert (row.then, row.actor, row.role) == (True, str(TRACKER.id), "OFFICE_TRACKER")


async def acted_at(client: Client, task: str) -> Any:
    (row,) = await client.rows("SELECT decided_at FROM result WHERE task_id = CAST(:id AS uuid)", id=task)
    return row.decided_at


async def test_a_return_takes_effect_at_once_by_the_word_of_who_decided(tasks: Client) -> None:
    task = await waiting(tasks)
    mark = await held(tasks, task, act_="return", body={"reason": "Thiếu số liệu"})
    for person, status in ((OFFICE_LEAD, 403), (HEALTH_CLERK, 403), (TRACKER, 200)):
        answer = await tasks.post(person, f"/tasks/{task}/held/{mark['id']}/now")
        assert answer.status_code == status, answer.text
    assert (answer.json()["state"], answer.json()["held"]) == ("RESULT_RETURNED", None)
    assert await decided_events(tasks, task) == ["result-returned"]
    again = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/now")
    assert (again.status_code, again.json()["code"]) == (409, "nothing-held")


async def test_recalled_it_leaves_a_trace_and_nothing_else(tasks: Client) -> None:
    task = await waiting(tasks)
    mark = await held(tasks, task)
    before = await tasks.everything()
    for person in (OFFICE_LEAD, HEALTH_CLERK):
        assert (await tasks.post(person, f"/tasks/{task}/held/{mark['id']}/recall")).status_code == 403
    recalled = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/recall", key="again")
    assert (recalled.status_code, recalled.json()["state"], recalled.json()["held"]) == (200, "AWAITING_CONFIRMATION", None)
    repeated = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/recall", key="again")
    assert (repeated.status_code, repeated.headers["Idempotent-Replayed"]) == (200, "true")
    after = await tasks.everything()
    assert {name for name in after if after[name] != before[name]} == {"held_act", "held_act_audit", "command_key"}
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 0
    assert await outcomes(tasks) == [("recalled", None)]
    # The version is the same, so the form that is still open decides anew.
    await held(tasks, task, act_="return", body={"reason": "Thiếu số liệu"})


async def test_after_it_took_effect_there_is_no_recall(tasks: Client) -> None:
    task = await waiting(tasks)
    mark = await held(tasks, task)
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 1
    refused = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/recall")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-held")
    assert await outcomes(tasks) == []


async def test_a_second_decision_is_refused_while_one_is_held_and_the_same_one_is_repeated(tasks: Client) -> None:
    task = await waiting(tasks)
    first = await act(tasks, TRACKER, task, "results/confirm", {"quality": "GOOD"}, key="once")
    repeated = await act(tasks, TRACKER, task, "results/confirm", {"quality": "GOOD"}, key="once")
    assert (repeated.status_code, repeated.json()["held"]["id"]) == (200, first.json()["held"]["id"])
    refused = await act(tasks, OFFICE_LEAD, task, "results/return", {"reason": "Thiếu số liệu"})
    assert (refused.status_code, refused.json()["code"]) == (409, "act-is-held")


async def test_what_could_not_take_effect_is_refused_and_not_held(tasks: Client) -> None:
    task = await due_in(tasks, 5)
    refused = await act(tasks, TRACKER, task, "results/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-result-to-decide")
    assert await tasks.rows("SELECT 1 FROM held_act") == []


async def test_with_zero_seconds_it_takes_effect_in_the_same_transaction(tasks: Client) -> None:
    await tasks.rows("DELETE FROM province_setting_replica WHERE version = 1 RETURNING 1")
    task = await waiting(tasks)
    answer = await act(tasks, TRACKER, task, "results/confirm")
    assert (answer.json()["state"], answer.json()["held"]) == ("COMPLETED", None)
    assert await tasks.rows("SELECT 1 FROM held_act") == []


async def test_the_setting_of_another_day_is_not_asked(tasks: Client) -> None:
    await tasks.rows("DELETE FROM province_setting_replica WHERE version = 1 RETURNING 1")
    task = await waiting(tasks)
    await decide_setting(tasks, "hold_seconds", 60, valid_from=today() + timedelta(days=1))
    assert await held(tasks, task) is None
    assert (await kept(tasks, task))["state"] == "COMPLETED"


@pytest.mark.usefixtures("rights_are_asked_each_time")
async def test_a_right_that_ended_meanwhile_makes_it_void_and_its_office_reads_why(tasks: Client) -> None:
    task = await waiting(tasks)
    mark = await held(tasks, task)
    await tasks.rows("UPDATE membership_replica SET valid_to = :day WHERE id = :id RETURNING 1", id=TRACKER.membership, day=yesterday())
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 0
    assert (await kept(tasks, task, OFFICE_LEAD))["held"]["void_because"] == "right-has-ended"
    assert await outcomes(tasks) == [("void", "right-has-ended")]
    assert await decided_events(tasks, task) == []
    async with tasks.app.state.service.database.read() as connection:
        assert await due_acts(connection, limit=10) == [], "what is void is tried no more"
    # Whoever decides now settles it.
    decided = (await tasks.post(OFFICE_LEAD, f"/tasks/{task}/results/confirm", version=3)).json()["held"]
    assert decided["id"] != mark["id"]
    assert len(await tasks.rows("SELECT 1 FROM held_act")) == 1


def yesterday() -> Any:
    return today() - timedelta(days=1)


@pytest.mark.usefixtures("rights_are_asked_each_time")
async def test_another_role_in_the_same_membership_is_another_right(tasks: Client) -> None:
    task = await waiting(tasks)
    await held(tasks, task)
    await tasks.rows("UPDATE membership_replica SET role = 'INSPECTOR' WHERE id = :id RETURNING 1", id=TRACKER.membership)
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 0
    assert await outcomes(tasks) == [("void", "right-has-ended")]


async def test_it_belongs_to_the_version_for_which_it_was_made(tasks: Client) -> None:
    task = await waiting(tasks)
    await held(tasks, task)
    await tasks.rows("UPDATE task SET version = version + 1 WHERE id = CAST(:id AS uuid) RETURNING 1", id=task)
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 0
    assert await outcomes(tasks) == [("void", "stale-version")]
    shown = await kept(tasks, task)
    assert shown["state"] == "AWAITING_CONFIRMATION"
    assert {one["allowed"] for one in shown["available_actions"]} == {True}
    seen = await tasks.post(TRACKER, f"/tasks/{task}/held/{shown['held']['id']}/recall")
    assert (seen.status_code, seen.json()["held"]) == (200, None)


async def test_one_that_fails_holds_up_no_other_and_is_tried_again(tasks: Client) -> None:
    stuck, other = await waiting(tasks), await waiting(tasks)
    await held(tasks, stuck)
    await held(tasks, other)
    # More than an event may hold, as no released instruction could bring it.
    await tasks.rows("UPDATE task SET content = repeat('x', 70000) WHERE id = CAST(:id AS uuid) RETURNING 1", id=stuck)
    await time_has_come(tasks)
    assert await scheduler(tasks).once() == 1
    assert await scheduler(tasks).once() == 0
    assert await deep(tasks) == {"waiting": 1, "overdue": 0, "put_aside": 1, "void": 0}
    await tasks.rows("UPDATE held_act SET held_until = now() - interval '1 minute', next_try_at = now() RETURNING 1")
    assert (await deep(tasks))["overdue"] == 1
    await tasks.rows("UPDATE task SET content = 'x' WHERE id = CAST(:id AS uuid) RETURNING 1", id=stuck)
    assert await scheduler(tasks).once() == 1
    assert await deep(tasks) == {"waiting": 0, "overdue": 0, "put_aside": 0, "void": 0}


async def deep(client: Client) -> dict[str, int]:
    token = client.issuer.service_token("portal", "tasks")
    answer = await client.http.get("/health/deep", headers={"Authorization": f"Bearer {token}"})
    found: dict[str, int] = answer.json()["held_acts"]
    return found


async def test_several_schedulers_and_a_recall_at_once_end_in_one_way(tasks: Client) -> None:
    """Whoever comes first has it: never both an effect and a trace of a recall, never two effects."""
    for _ in range(6):
        task = await waiting(tasks)
        mark = await held(tasks, task)
        await time_has_come(tasks)
        giving = asyncio.gather(*(scheduler(tasks).once() for _ in range(4)))
        recalled = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/recall")
        took = await giving
        await scheduler(tasks).once()
        events = await decided_events(tasks, task)
        assert (recalled.status_code, events) in ((200, []), (409, ["result-confirmed"]))
        assert sum(took) <= 1
    assert len(await outcomes(tasks)) + len(await tasks.rows("SELECT 1 FROM task WHERE state = 'COMPLETED'")) == 6


async def test_who_recalls_does_not_wait_for_who_is_about_to_give_it_effect(tasks: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler has taken the act and wants the task, the recall has locked the task and wants the act: neither may wait."""
    task = await waiting(tasks)
    mark = await held(tasks, task)
    await time_has_come(tasks)
    taken, go_on = asyncio.Event(), asyncio.Event()
    take = HeldActs.take

    async def slow(self: HeldActs, act_id: UUID) -> HeldAct:
        act = await take(self, act_id)
        taken.set()
        await go_on.wait()
        return act

    monkeypatch.setattr(HeldActs, "take", slow)
    giving = asyncio.create_task(scheduler(tasks).once())
    await taken.wait()
    refused = await tasks.post(TRACKER, f"/tasks/{task}/held/{mark['id']}/recall")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-held")
    go_on.set()
    assert await giving == 1
    assert await decided_events(tasks, task) == ["result-confirmed"]


@pytest.mark.parametrize("point", [Point.BEFORE_EVENTS, Point.AFTER_EVENTS, Point.BEFORE_COMMIT, Point.AFTER_COMMIT])
async def test_killed_while_it_takes_effect_it_does_so_exactly_once(tasks: Client, point: Point) -> None:
    task = await waiting(tasks)
    await held(tasks, task)
    await time_has_come(tasks)
    url = tasks.app.state.service.database.url
    environment = os.environ | {"CHIDAO_FAULT": f"tasks:{point}:1"}
    process = subprocess.Popen([sys.executable, "-m", "tests.tasks.held_effect", url], cwd=ROOT, env=environment)
    _, status = await asyncio.to_thread(os.waitpid, process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it went past the point"
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    await nobody_else_is_in(tasks)
    assert await decided_events(tasks, task) == (["result-confirmed"] if point is Point.AFTER_COMMIT else [])
    assert await scheduler(tasks).once() == (0 if point is Point.AFTER_COMMIT else 1)
    assert await decided_events(tasks, task) == ["result-confirmed"]
    assert await tasks.rows("SELECT 1 FROM held_act") == []


async def nobody_else_is_in(client: Client) -> None:
    """The server notices that a process is gone, and gives up what it had begun."""
    async with asyncio.timeout(30):
        while await client.rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'chidao-tasks' AND state ~ 'transaction'"):
            await asyncio.sleep(0.05)
