"""Every role, in every relation to a task, and every act, over HTTP and from the table itself: what it grants is done, else refused."""

from collections.abc import AsyncIterator, Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from libs.common.actor import Actor
from services.directory.domain.membership import Role
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import ALLOWED, OVERSIGHT_ROLES, Relation
from tests import signed_in
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer, Person
from tests.signed_in import FINANCE, HEALTH, HEALTH_CLERK, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client, running_service
from tests.tasks.released import act, instruction, release, result, today, upload

AGENCIES = {Relation.LEAD: HEALTH, Relation.COORDINATING: FINANCE, Relation.NONE: SOUTH_COMMUNE}
EVERYBODY = {
    (role, relation): Person(f"{role} {relation}", agency, role) for role, (relation, agency) in product([*Role], AGENCIES.items())
}
PATH_OF = {
    Action.ACCEPT: "accept",
    Action.REPORT_PROGRESS: "progress",
    Action.SUBMIT_RESULT: "results",
    Action.CONFIRM: "results/confirm",
    Action.RETURN_RESULT: "results/return",
}
REPORT: Mapping[str, Any] = {"percent": 10, "content": "Đã bắt đầu"}
BODY_OF: Mapping[Action, Mapping[str, Any]] = {
    Action.ACCEPT: {},
    Action.REPORT_PROGRESS: REPORT,
    Action.CONFIRM: {"quality": "GOOD"},
    Action.RETURN_RESULT: {"reason": "Thiếu số liệu"},
}


@pytest.fixture
async def tasks(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """With somebody of every role in each agency."""
    monkeypatch.setattr(signed_in, "PEOPLE", (*signed_in.PEOPLE, *EVERYBODY.values()))
    settings = {"overdue_every_seconds": 3600.0, "orphans_swept_every_seconds": 3600.0}
    async with running_service("tasks", database("tasks"), issuer, tmp_path, **settings) as client:
        yield client


async def ready_for(tasks: Client, action: Action) -> tuple[str, dict[str, Any]]:
    """A task in a state in which the act is possible, and what is sent with it."""
    task = await release(tasks, instruction(coordinating=(FINANCE,), due=today()))
    if action is not Action.ACCEPT:
        await act(tasks, HEALTH_CLERK, task, "accept")
    if action in (Action.SUBMIT_RESULT, Action.CONFIRM, Action.RETURN_RESULT):
        body = result(file_id=(await upload(tasks, HEALTH_CLERK, task)).json()["id"])
        if action is Action.SUBMIT_RESULT:
            return task, body
        await act(tasks, HEALTH_CLERK, task, "results", body)
    return task, dict(BODY_OF[action])


@pytest.mark.parametrize("action", [*Action])
async def test_what_the_table_grants_is_done_and_all_else_is_refused(tasks: Client, action: Action) -> None:
    task, body = await ready_for(tasks, action)
    granted = []
    before = await tasks.everything()
    for (role, relation), person in EVERYBODY.items():
        stands = Relation.OVERSIGHT if role in OVERSIGHT_ROLES else relation if role != Role.SYSTEM_ADMIN else Relation.NONE
        if action in ALLOWED.get((role, stands), ()):
            granted.append(person)
            continue
        answer = await act(tasks, person, task, PATH_OF[action], body)
        expected = (404, "not-found") if stands is Relation.NONE else (403, "forbidden")
        assert (answer.status_code, answer.json()["code"]) == expected, (role, relation)
        offered = (await tasks.get(person, f"/tasks/{task}")).json()
        assert stands is Relation.NONE or not any(one["allowed"] for one in offered["available_actions"] if one["action"] == action)
    assert await tasks.everything() == before
    assert granted
    for place, person in enumerate(granted):
        if place:
            task, body = await ready_for(tasks, action)
        offered = (await tasks.get(person, f"/tasks/{task}")).json()["available_actions"]
        assert [one["allowed"] for one in offered if one["action"] == action] == [True], person.name
        answer = await act(tasks, person, task, PATH_OF[action], body)
        assert answer.status_code == 200, (person.name, answer.text)


async def test_nobody_acts_on_a_group(tasks: Client) -> None:
    group = await release(tasks, instruction(HEALTH, NORTH_WARD, group="departments", coordinating=(FINANCE,)))
    before = await tasks.everything()
    for person, action in product(EVERYBODY.values(), Action):
        body = result(file_id=None) if action is Action.SUBMIT_RESULT else dict(BODY_OF[action])
        answer = await act(tasks, person, group, PATH_OF[action], body)
        assert answer.status_code in (403, 404), (person.name, action)
    assert await tasks.everything() == before


async def test_who_sees_it_reads_everything_of_it_and_who_does_not_reads_nothing(tasks: Client) -> None:
    task = await release(tasks, instruction(coordinating=(FINANCE,), due=today()))
    await act(tasks, HEALTH_CLERK, task, "accept")
    file = (await upload(tasks, HEALTH_CLERK, task)).json()["id"]
    await act(tasks, HEALTH_CLERK, task, "results", result(file_id=file))
    receipt = (await tasks.get(TRACKER, f"/tasks/{task}")).json()["receipt_code"]
    for (role, relation), person in EVERYBODY.items():
        sees = role in OVERSIGHT_ROLES or (relation is not Relation.NONE and role != Role.SYSTEM_ADMIN)
        for path in (f"/tasks/{task}", f"/tasks/{task}/history", f"/tasks/{task}/children", f"/files/{file}", f"/receipts/{receipt}"):
            answer = await tasks.get(person, path)
            assert answer.status_code == (200 if sees else 404), (role, relation, path)
        listed = {one["id"] for one in (await tasks.get(person, "/tasks", scope="oversight", level="assignment")).json()["items"]}
        assert listed == ({task} if sees else set()), (role, relation)
        assert (await tasks.get(person, "/tasks/counts", scope="oversight")).json()["total"] == sees, (role, relation)


def test_the_table_knows_every_role_and_act() -> None:
    """A new one stands in the walk above by itself; what is granted here is granted to somebody who exists."""
    assert {role for role, _ in ALLOWED} <= {role.value for role in Role}
    assert {action for actions in ALLOWED.values() for action in actions} == {*Action} == PATH_OF.keys()
    assert Actor.of_service("tasks").role not in {role for role, _ in ALLOWED}
