"""Another agency leads: it sees and acts, the former one no longer does, and the past stays in its rows."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from libs.common.actor import Actor
from libs.common.domain import DomainError
from libs.common.messaging.event_log import Cause
from libs.contracts.tasks import LeadChanged
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from tests.signed_in import COMMUNE_CLERK, FINANCE, HEALTH, HEALTH_CLERK, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client
from tests.tasks.released import act, due_in, instruction, release, submitted, today

TRACKER_ACTS = Actor.of_person(TRACKER.id, TRACKER.membership, TRACKER.agency, TRACKER.role)


def unit_of_work(client: Client) -> TasksUnitOfWork:
    return TasksUnitOfWork(client.app.state.service.database, to_contract, actor=TRACKER_ACTS, cause=Cause(correlation_id="test"))


async def change_lead(client: Client, task_id: str, *agencies: UUID) -> None:
    """All in one commit."""
    async with unit_of_work(client) as uow:
        task = await uow.tasks.get(UUID(task_id), seen_by=TRACKER_ACTS)
        for agency in agencies:
            task.change_lead(agency, reason="Đúng chức năng", at=datetime.now(UTC))
        await uow.commit()


async def test_the_new_lead_sees_and_acts_and_the_former_one_does_not(tasks: Client) -> None:
    task = await due_in(tasks, 5, coordinating=(FINANCE,))
    await change_lead(tasks, task, SOUTH_COMMUNE)
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).status_code == 404
    assert (await tasks.get(HEALTH_CLERK, "/tasks")).json()["items"] == []
    assert (await act(tasks, HEALTH_CLERK, task, "accept")).status_code == 404
    seen = (await tasks.get(COMMUNE_CLERK, f"/tasks/{task}")).json()
    assert (seen["relation"], seen["lead_agency_id"], seen["version"]) == ("LEAD", str(SOUTH_COMMUNE), 2)
    assert {(one["agency_id"], one["role"]) for one in seen["assignments"]} == {
        (str(SOUTH_COMMUNE), "LEAD"),
        (str(FINANCE), "COORDINATING"),
    }
    assert (await act(tasks, COMMUNE_CLERK, task, "accept")).status_code == 200
    history = (await tasks.get(TRACKER, f"/tasks/{task}/history")).json()
    assert [one["type"].split(".")[2] for one in history] == ["task-assigned", "lead-changed", "task-accepted"]
    (ended,) = history[1]["change"]["ended"]
    assert (ended["agency_id"], ended["valid_to"]) == (str(HEALTH), (today() - timedelta(days=1)).isoformat())


async def test_who_cannot_become_the_lead(tasks: Client) -> None:
    task, done = await due_in(tasks, 5), await due_in(tasks, 5)
    await submitted(tasks, done)
    await act(tasks, TRACKER, done, "results/confirm")
    group = await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, group="communes"))
    before = await tasks.everything()
    for one, agency, code in ((task, HEALTH, "leads-already"), (group, HEALTH, "group-has-no-lead"), (done, FINANCE, "already-confirmed")):
        with pytest.raises(DomainError) as refused:
            await change_lead(tasks, one, agency)
        assert refused.value.code == code
    assert await tasks.everything() == before


async def test_who_is_no_longer_coordinating_sees_it_no_more(tasks: Client) -> None:
    task = await due_in(tasks, 5, coordinating=(SOUTH_COMMUNE,))
    await change_lead(tasks, task, SOUTH_COMMUNE, NORTH_WARD)
    assert (await tasks.get(COMMUNE_CLERK, f"/tasks/{task}")).status_code == 404
    assert (await tasks.get(COMMUNE_CLERK, "/tasks")).json()["total"] == 0


async def test_two_changes_in_one_commit_tell_each_its_own_state(tasks: Client) -> None:
    task = await due_in(tasks, 5)
    await change_lead(tasks, task, SOUTH_COMMUNE, HEALTH)
    rows = await tasks.rows("SELECT version, payload FROM event_log WHERE type = :type ORDER BY version", type=LeadChanged.type)
    told = [(row.version, LeadChanged.model_validate(row.payload).state.lead_agency_id) for row in rows]
    assert told == [(2, SOUTH_COMMUNE), (3, HEALTH)]
    kept = await tasks.rows("SELECT agency_id, valid_to IS NULL AS in_force FROM assignment ORDER BY number")
    assert [(row.agency_id, row.in_force) for row in kept] == [(HEALTH, False), (SOUTH_COMMUNE, False), (HEALTH, True)]
    assert (await tasks.get(HEALTH_CLERK, f"/tasks/{task}")).json()["relation"] == "LEAD"


async def test_the_part_of_a_group_opens_the_group_to_its_new_lead(tasks: Client) -> None:
    group = await release(tasks, instruction(SOUTH_COMMUNE, HEALTH, group="communes"))
    (part,) = await tasks.rows("SELECT id::text AS id FROM task WHERE lead_agency_id = :lead", lead=SOUTH_COMMUNE)
    await change_lead(tasks, part.id, NORTH_WARD)
    assert (await tasks.get(COMMUNE_CLERK, f"/tasks/{group}")).status_code == 404
