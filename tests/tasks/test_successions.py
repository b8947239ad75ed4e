"""Agencies were reorganised: their open tasks go on with whoever took over, or wait for the Office to choose."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.common.clock import Clock
from libs.contracts.directory import ReorganisationChange, ReorganisationChanged, ReorganisationState
from libs.contracts.tasks import TaskPassedOn
from services.tasks.domain.task import Task
from services.tasks.scheduler import passing_on
from services.tasks.scheduler.passing_on import PassingOn
from tests.signed_in import (
    ADMIN,
    CLOSED_DEPARTMENT,
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_CLERK,
    LEADER,
    NORTH_WARD,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
    directory_event,
)
from tests.tasks.released import act, due_in, instruction, release, submitted, today, version_of

BASIS = "Nghị quyết số 52/NQ-HĐND"


async def reorganised(
    client: Client, ended: Sequence[UUID], *successors: UUID, standing: str = "IN_EFFECT", reorganisation: UUID | None = None
) -> UUID:
    state = ReorganisationState(
        id=reorganisation or uuid4(),
        kind="MERGE",
        standing=standing,
        effective_on=today(),
        legal_basis=BASIS,
        from_agency_ids=tuple(ended),
        ended_agency_ids=tuple(ended),
        successor_ids=successors,
    )
    event = ReorganisationChanged(occurred_at=datetime.now(UTC), state=state, change=ReorganisationChange(reason=BASIS))
    (runner,) = client.app.state.service.runners
    await runner.apply([directory_event(event, state.id, version=2)])
    return state.id


def job(client: Client) -> PassingOn:
    service = client.app.state.service
    return PassingOn(service.database, service.hints, Clock(), every=60, lists=service.lists)


async def parts_of(client: Client, task: str) -> set[tuple[str, str]]:
    rows = await client.rows(
        "SELECT agency_id::text AS agency, role FROM assignment WHERE task_id = CAST(:id AS uuid) AND valid_to IS NULL", id=task
    )
    return {(row.agency, row.role) for row in rows}


async def led_by(client: Client) -> dict[str, str]:
    return {str(row.id): str(row.lead) for row in await client.rows("SELECT id, lead_agency_id AS lead FROM task WHERE NOT is_group")}


async def progress(client: Client, reorganisation: UUID) -> tuple[int, int, int]:
    answer = await client.get(ADMIN, "/successions/progress", reorganisation_id=str(reorganisation))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found["passed_on"], found["leads_to_pass_on"], found["awaiting_lead"]


async def test_open_tasks_go_on_with_whoever_took_over(tasks: Client) -> None:
    led = await due_in(tasks, 5, coordinating=(FINANCE,))
    coordinated = await release(tasks, instruction(SOUTH_COMMUNE, due=today(), coordinating=(HEALTH,)))
    group = await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, group="communes", coordinating=(HEALTH,)))
    other = await release(tasks, instruction(FINANCE, coordinating=(SOUTH_COMMUNE,)))
    done = await due_in(tasks, 5)
    await submitted(tasks, done)
    await act(tasks, TRACKER, done, "results/confirm")
    before = await tasks.rows("SELECT id, state, due, original_due, percent FROM task ORDER BY id")
    what = await reorganised(tasks, [HEALTH], FINANCE)
    assert await progress(tasks, what) == (0, 1, 0)
    assert await job(tasks).once() == 3
    assert await progress(tasks, what) == (3, 0, 0)
    assert await parts_of(tasks, led) == {(str(FINANCE), "LEAD")}, "who leads does not coordinate as well"
    assert await parts_of(tasks, coordinated) == {(str(SOUTH_COMMUNE), "LEAD"), (str(FINANCE), "COORDINATING")}
    assert await parts_of(tasks, group) == {(str(FINANCE), "COORDINATING")}
    assert await version_of(tasks, other) == 1
    assert (await led_by(tasks))[done] == str(HEALTH), "what is completed stays with whoever led it"
    assert await tasks.rows("SELECT id, state, due, original_due, percent FROM task ORDER BY id") == before
    listed = (await tasks.get(FINANCE_CLERK, "/tasks", part="COORDINATING")).json()["items"]
    assert {one["id"] for one in listed} == {coordinated, group}


async def test_each_is_told_once_with_its_version_and_kept_in_its_history(tasks: Client) -> None:
    task = await due_in(tasks, 5, coordinating=(FINANCE,))
    await reorganised(tasks, [HEALTH], FINANCE)
    await job(tasks).once()
    [row] = await tasks.rows(
        "SELECT e.version, e.payload, a.actor FROM event_log e JOIN audit_entry a USING (event_id) WHERE e.type = :type",
        type=TaskPassedOn.type,
    )
    told = TaskPassedOn.model_validate(row.payload)
    assert (row.version, row.actor, told.state.lead_agency_id, told.change.reason) == (2, "service-tasks", FINANCE, BASIS)
    eve = today() - timedelta(days=1)
    assert {(one.agency_id, one.role, one.valid_to) for one in told.change.ended} == {(HEALTH, "LEAD", eve), (FINANCE, "COORDINATING", eve)}
    history = (await tasks.get(TRACKER, f"/tasks/{task}/history")).json()
    assert [one["type"].split(".")[2] for one in history] == ["task-assigned", "task-passed-on"]
    kept = await tasks.rows("SELECT agency_id, role, ended_because FROM assignment WHERE valid_to IS NOT NULL ORDER BY number")
    assert [(one.agency_id, one.role, one.ended_because) for one in kept] == [(HEALTH, "LEAD", BASIS), (FINANCE, "COORDINATING", BASIS)]


async def test_rights_follow_before_the_job_has_come(tasks: Client) -> None:
    task, done = await due_in(tasks, 5), await due_in(tasks, 5)
    await submitted(tasks, done)
    await act(tasks, TRACKER, done, "results/confirm")
    file = (await tasks.get(TRACKER, f"/tasks/{done}")).json()["result"]["file_id"]
    assert (await tasks.get(FINANCE_CLERK, f"/tasks/{task}")).status_code == 404
    await reorganised(tasks, [HEALTH], FINANCE)
    assert (await tasks.get(FINANCE_CLERK, f"/tasks/{task}")).json()["relation"] == "LEAD"
    assert (await act(tasks, FINANCE_CLERK, task, "accept")).status_code == 200
    await job(tasks).once()
    assert (await act(tasks, FINANCE_CLERK, task, "progress", {"percent": 10, "content": "Đang làm"})).status_code == 200
    assert (await tasks.get(FINANCE_CLERK, f"/tasks/{done}")).status_code == 200, "what the closed agency had is readable"
    assert (await tasks.get(FINANCE_CLERK, f"/files/{file}")).status_code == 200
    assert (await tasks.get(COMMUNE_CLERK, f"/tasks/{done}")).status_code == 404


async def test_stopped_in_the_middle_it_goes_on_and_twice_it_changes_nothing(tasks: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing_on, "BATCH", 2)
    given = [await due_in(tasks, days) for days in range(7)]
    what = await reorganised(tasks, [HEALTH], FINANCE)
    pass_on = Task.pass_on
    seen: list[Task] = []

    def pulled_out(self: Task, **words: Any) -> bool:
        seen.append(self)
        if len(seen) > 3:
            raise KeyboardInterrupt
        return pass_on(self, **words)

    monkeypatch.setattr(Task, "pass_on", pulled_out)
    with pytest.raises(KeyboardInterrupt):
        await job(tasks).once()
    monkeypatch.setattr(Task, "pass_on", pass_on)
    assert await progress(tasks, what) == (2, 5, 0), "the batch in which it was stopped has not happened"
    assert set((await led_by(tasks)).values()) == {str(HEALTH), str(FINANCE)}
    assert await job(tasks).once() == 5
    before = await tasks.everything()
    assert await job(tasks).once() == 0
    await reorganised(tasks, [HEALTH], FINANCE, reorganisation=what)
    assert await tasks.everything() | {"inbox": None} == before | {"inbox": None}
    assert await led_by(tasks) == dict.fromkeys(given, str(FINANCE))
    assert await progress(tasks, what) == (7, 0, 0)
    versions = await tasks.rows("SELECT version, count(*) AS tasks FROM task GROUP BY version")
    assert [(row.version, row.tasks) for row in versions] == [(2, 7)]


async def test_one_that_cannot_be_passed_on_holds_up_no_other(tasks: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, *others = [await due_in(tasks, days) for days in range(3)]
    await reorganised(tasks, [HEALTH], FINANCE)
    pass_on = Task.pass_on

    def refuses(self: Task, **words: Any) -> bool:
        if str(self.id) == wrong:
            raise ValueError("too long")
        return pass_on(self, **words)

    monkeypatch.setattr(Task, "pass_on", refuses)
    running = job(tasks)
    assert (await running.once(), running.aside) == (2, {UUID(wrong)})
    assert await led_by(tasks) == {wrong: str(HEALTH)} | dict.fromkeys(others, str(FINANCE))
    monkeypatch.setattr(Task, "pass_on", pass_on)
    assert (await running.once(), await job(tasks).once()) == (0, 1), "tried again by the next process"


async def test_what_comes_late_to_an_agency_that_has_ended_follows(tasks: Client) -> None:
    await reorganised(tasks, [HEALTH], FINANCE)
    assert await job(tasks).once() == 0
    task = await due_in(tasks, 5)
    assert await job(tasks).once() == 1
    assert (await led_by(tasks))[task] == str(FINANCE)


@pytest.mark.parametrize("backwards", [False, True])
async def test_who_took_over_has_ended_as_well_in_whatever_order_it_is_told(tasks: Client, backwards: bool) -> None:
    task = await due_in(tasks, 5)
    steps = [([HEALTH], FINANCE), ([FINANCE], SOUTH_COMMUNE)]
    for ended, successor in reversed(steps) if backwards else steps:
        await reorganised(tasks, ended, successor)
    assert (await tasks.get(COMMUNE_CLERK, f"/tasks/{task}")).json()["relation"] == "LEAD"
    assert await job(tasks).once() == 1
    assert (await led_by(tasks))[task] == str(SOUTH_COMMUNE)


async def test_what_is_planned_or_withdrawn_moves_nothing(tasks: Client) -> None:
    await due_in(tasks, 5)
    for standing in ("PLANNED", "WITHDRAWN"):
        await reorganised(tasks, [HEALTH], FINANCE, standing=standing)
    assert await tasks.rows("SELECT 1 FROM succession") == []
    assert await job(tasks).once() == 0


async def test_where_several_took_over_the_task_waits_for_the_office(tasks: Client) -> None:
    late, soon, undated = await due_in(tasks, 9), await due_in(tasks, 2), await release(tasks, instruction())
    elsewhere = await release(tasks, instruction(FINANCE))
    what = await reorganised(tasks, [HEALTH], SOUTH_COMMUNE, NORTH_WARD)
    assert await job(tasks).once() == 0
    assert (await led_by(tasks))[late] == str(HEALTH), "until then the one that has ended stays the lead in figures"
    assert await progress(tasks, what) == (0, 0, 3)
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while cursor is not None or not found:
        page = (await tasks.get(TRACKER, "/successions/awaiting-lead", limit=1, **({"cursor": cursor} if cursor else {}))).json()
        assert page["total"] == 3
        found += page["items"]
        cursor = page["next_cursor"]
    assert [one["task"]["id"] for one in found] == [soon, late, undated]
    assert {tuple(one["successor_ids"]) for one in found} == {(str(SOUTH_COMMUNE), str(NORTH_WARD))}
    assert not found[0]["may_choose"]
    for person in (HEALTH_CLERK, COMMUNE_CLERK, ADMIN):
        assert (await tasks.get(person, "/successions/awaiting-lead")).status_code == 403
    chosen = {"agency_id": str(SOUTH_COMMUNE), "reason": "Thuộc địa bàn xã"}
    assert (await act(tasks, OFFICE_LEAD, soon, "lead", chosen)).status_code == 200
    assert (await led_by(tasks))[soon] == str(SOUTH_COMMUNE)
    assert (await act(tasks, COMMUNE_CLERK, soon, "accept")).status_code == 200
    assert await progress(tasks, what) == (0, 0, 2)
    assert elsewhere not in {one["task"]["id"] for one in found}


async def test_who_chooses_and_what_may_be_chosen(tasks: Client) -> None:
    task, other = await due_in(tasks, 5), await release(tasks, instruction(FINANCE))
    chosen = {"agency_id": str(SOUTH_COMMUNE), "reason": "Thuộc địa bàn xã"}
    await reorganised(tasks, [HEALTH], SOUTH_COMMUNE, NORTH_WARD)
    before = await tasks.everything()
    for person, status in ((TRACKER, 403), (LEADER, 403), (HEALTH_CLERK, 403), (COMMUNE_CLERK, 404), (ADMIN, 404)):
        assert (await act(tasks, person, task, "lead", chosen)).status_code == status, person.role
    for asked, body, expected in (
        (task, chosen | {"agency_id": str(FINANCE)}, (422, "no-successor")),
        (task, chosen | {"reason": " "}, (422, "invalid-body")),
        (other, chosen, (409, "lead-not-to-choose")),
    ):
        answer = await act(tasks, OFFICE_LEAD, asked, "lead", body)
        assert (answer.status_code, answer.json()["code"]) == expected
    stale = await tasks.post(OFFICE_LEAD, f"/tasks/{task}/lead", chosen, version=9)
    assert stale.status_code == 412
    assert await tasks.everything() == before


async def test_of_a_dissolved_agency_any_that_lives_may_lead(tasks: Client) -> None:
    task = await due_in(tasks, 5)
    await reorganised(tasks, [HEALTH])
    for agency, status in ((CLOSED_DEPARTMENT, 422), (FINANCE, 200)):
        answer = await act(tasks, OFFICE_LEAD, task, "lead", {"agency_id": str(agency), "reason": "Đúng chức năng"})
        assert answer.status_code == status
    assert (await led_by(tasks))[task] == str(FINANCE)


async def test_how_much_work_would_follow(tasks: Client) -> None:
    await due_in(tasks, 5, coordinating=(FINANCE,))
    await due_in(tasks, 5)
    done = await due_in(tasks, 5, coordinating=(FINANCE,))
    await submitted(tasks, done)
    await act(tasks, TRACKER, done, "results/confirm")
    answer = await tasks.get(ADMIN, "/successions/open-work", agency_ids=[str(HEALTH), str(FINANCE)])
    assert answer.json() == {
        "items": [
            {"agency_id": str(HEALTH), "leads": 2, "coordinates": 0},
            {"agency_id": str(FINANCE), "leads": 0, "coordinates": 1},
        ],
        "becoming_one": 1,
    }
    for person in (HEALTH_CLERK, COMMUNE_CLERK):
        for path in ("open-work", "progress"):
            asked = {"agency_ids": str(HEALTH), "reorganisation_id": str(uuid4())}
            assert (await tasks.get(person, f"/successions/{path}", **asked)).status_code == 403
