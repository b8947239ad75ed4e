"""Two acts upon a task in one commit leave what the same two leave in commits of their own: versions, told states, rows and receipts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.db import Database
from libs.common.messaging.event_log import Cause
from libs.contracts.directives import DirectiveSummary
from services.tasks.domain.lifecycle import TRANSITIONS, Action, State
from services.tasks.domain.report import ProgressReport, Quality
from services.tasks.domain.task import Task, TaskTerms
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from tests.conftest import NewDatabase
from tests.signed_in import HEALTH

MORNING = datetime(2026, 2, 12, 1, 0, tzinfo=UTC)
OFFICE = Actor(name="office", role="OFFICE_TRACKER")
PERSON = UUID(int=7)


def accept(task: Task, at: datetime) -> None:
    task.accept(at=at)


def report_progress(task: Task, at: datetime) -> None:
    percent = task.course.percent + 10
    task.report_progress(ProgressReport(percent, f"{percent} %", None, None, PERSON, at))


def submit_result(task: Task, at: datetime) -> None:
    number = f"{len(task.course.results) + 1}/BC-SYT"
    task.submit_result(report_number=number, report_date=at.date(), summary="Xong.", file_id=None, file_required=False, by=PERSON, at=at)


def confirm(task: Task, at: datetime) -> None:
    task.confirm(quality=Quality.GOOD, comment=None, by=PERSON, at=at)


def return_result(task: Task, at: datetime) -> None:
    task.return_result(reason="Thiếu số liệu.", by=PERSON, at=at)


ACTS: dict[Action, Callable[[Task, datetime], None]] = {
    Action.ACCEPT: accept,
    Action.REPORT_PROGRESS: report_progress,
    Action.SUBMIT_RESULT: submit_result,
    Action.CONFIRM: confirm,
    Action.RETURN_RESULT: return_result,
}
WAYS: dict[State, tuple[Action, ...]] = {
    State.ASSIGNED: (),
    State.ACCEPTED: (Action.ACCEPT,),
    State.IN_PROGRESS: (Action.ACCEPT, Action.REPORT_PROGRESS),
    State.AWAITING_CONFIRMATION: (Action.ACCEPT, Action.SUBMIT_RESULT),
    State.RESULT_RETURNED: (Action.ACCEPT, Action.SUBMIT_RESULT, Action.RETURN_RESULT),
    State.COMPLETED: (Action.ACCEPT, Action.SUBMIT_RESULT, Action.CONFIRM),
}
PAIRS = [
    (state, first, second) for state, steps in TRANSITIONS.items() for first, between in steps.items() for second in TRANSITIONS[between]
]


def test_no_act_and_no_state_is_left_out() -> None:
    assert set(ACTS) == set(Action)
    assert set(WAYS) == set(State)


def unit(database: Database) -> TasksUnitOfWork:
    return TasksUnitOfWork(database, to_contract, actor=OFFICE, cause=Cause("test"))


def assigned(number: int) -> Task:
    directive = DirectiveSummary(
        id=UUID(int=1), kind="cong-van", number="5425", notation="UBND", subject="Rà soát", issue_date=MORNING.date(), urgency="NORMAL"
    )
    return Task.assign(
        uuid4(),
        TaskTerms(
            number=number,
            directive=directive,
            group_id=None,
            is_group=False,
            ordinal=1,
            content="Rà soát",
            deliverable=None,
            deadline_class="DATED",
            deadline_wording=None,
            original_due=MORNING.date(),
            assigned_at=MORNING,
        ),
        lead=HEALTH,
    )


async def played(database: Database, number: int, commits: list[tuple[Action, ...]], *, assigned_with: int = 0) -> UUID:
    """A task to which this happens, commit after commit; the first `assigned_with` of them in the commit that assigns it."""
    acts = [action for commit in commits for action in commit]
    moments = {index: MORNING + timedelta(hours=index + 1) for index in range(len(acts))}
    done = 0
    async with unit(database) as uow:
        task = uow.tasks.touch(assigned(number))
        for commit in commits[:assigned_with]:
            for action in commit:
                ACTS[action](task, moments[done])
                done += 1
        await uow.commit()
    for commit in commits[assigned_with:]:
        async with unit(database) as uow:
            task = await uow.tasks.get(task.id, seen_by=OFFICE)
            for action in commit:
                ACTS[action](task, moments[done])
                done += 1
            await uow.commit()
    return task.id


async def left_by(database: Database, task_id: UUID) -> dict[str, Any]:
    """Everything that is kept of a task, but for what names it."""
    kept = {
        "events": "SELECT version, type, payload FROM event_log WHERE aggregate_id = :id ORDER BY seq",
        "audit": "SELECT version, action FROM audit_entry WHERE aggregate_id = :id ORDER BY id",
        "task": "SELECT to_jsonb(t) - '{id, number, words}'::text[] AS row FROM task t WHERE id = :id",
        "assignments": "SELECT to_jsonb(a) - 'task_id' AS row FROM assignment a WHERE task_id = :id ORDER BY number",
        "progress": "SELECT to_jsonb(p) - 'task_id' AS row FROM progress_report p WHERE task_id = :id ORDER BY version",
        "results": "SELECT to_jsonb(r) - 'task_id' AS row FROM result r WHERE task_id = :id ORDER BY number",
    }
    found: dict[str, Any] = {}
    async with database.read() as connection:
        for name, statement in kept.items():
            rows = (await connection.execute(text(statement), {"id": task_id})).all()
            found[name] = [
                tuple(json.loads(value) if isinstance(value, str) and value.startswith("{") else value for value in row) for row in rows
            ]
    for _, _, payload in found["events"]:
        del payload["state"]["id"], payload["state"]["code"]
    return found


async def test_every_pair_that_can_happen(service_database: NewDatabase) -> None:
    database = await service_database("tasks")
    numbers = count(1)
    different = {}
    for state, first, second in PAIRS:
        way = [(action,) for action in WAYS[state]]
        apart = await left_by(database, await played(database, next(numbers), [*way, (first,), (second,)]))
        together = await left_by(database, await played(database, next(numbers), [*way, (first, second)]))
        assert [version for version, _, _ in together["events"]] == list(range(1, len(way) + 4))
        if together != apart:
            different[state, first, second] = (together, apart)
    assert different == {}
    assert next(numbers) == 2 * len(PAIRS) + 1 > 20


async def test_a_task_to_which_something_happens_as_it_is_assigned(service_database: NewDatabase) -> None:
    database = await service_database("tasks")
    way = [(action,) for action in (Action.ACCEPT, Action.REPORT_PROGRESS, Action.SUBMIT_RESULT, Action.RETURN_RESULT)]
    apart = await left_by(database, await played(database, 1, way))
    for together in range(1, len(way) + 1):
        assert await left_by(database, await played(database, 1 + together, way, assigned_with=together)) == apart
