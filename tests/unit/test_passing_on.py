"""An agency of a task has ended: the one that took over acts for it at once, and then has its part."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from libs.common.actor import Actor
from services.tasks.domain import events
from services.tasks.domain.assignment import Assignment, AssignmentRole, Heir
from services.tasks.domain.lifecycle import Action, State
from services.tasks.domain.permissions import Relation, actions_of, relation_of
from services.tasks.domain.task import Task
from services.tasks.outgoing import task_state
from tests.unit.test_task import ASSIGNED_ON, DUE, FINANCE, HEALTH, INDUSTRY, at, given, in_state

DAY = ASSIGNED_ON + timedelta(days=5)
EVE = DAY - timedelta(days=1)
BASIS = "Nghị quyết số 52/NQ-HĐND"
LEAD, COORDINATING, REPORTING = AssignmentRole.LEAD, AssignmentRole.COORDINATING, AssignmentRole.REPORTING


def ended(task: Task, agency: UUID, heir: UUID) -> Task:
    task.assignments = [replace(one, heir=Heir(heir, BASIS)) if one.agency_id == agency else one for one in task.assignments]
    return task


def parts(task: Task) -> set[tuple[UUID, AssignmentRole]]:
    return {(one.agency_id, one.role) for one in task.in_force}


def test_the_lead_is_passed_on_and_nothing_else_changes() -> None:
    task = ended(given(), HEALTH, INDUSTRY)
    before = replace(task.course)
    task.assignments_changed = False
    assert task.pass_on(at=at(DAY, 0))
    assert task.assignments_changed, "rows are written for them"
    assert parts(task) == {(INDUSTRY, LEAD), (FINANCE, COORDINATING)}
    assert task.course == before, "state and due dates stay"
    former, _, new = task.assignments
    assert (former.agency_id, former.valid_to, former.ended_because) == (HEALTH, EVE, BASIS)
    assert new == Assignment(INDUSTRY, LEAD, DAY, DUE)
    event = task.take_recorded()[-1].event
    assert event == events.PassedOn(ended=(former,), reason=BASIS, occurred_at=at(DAY, 0))
    assert task_state(task).lead_agency_id == INDUSTRY


def test_who_leads_and_who_reports_are_told_apart() -> None:
    task = given(reporting=INDUSTRY)
    assert (task.lead_agency_id, task.reporting_agency_id) == (HEALTH, INDUSTRY)
    assert given().reporting_agency_id is None
    assert given().assigned.left_out == 0, "of an agency's own task nobody is left out"


@pytest.mark.parametrize(
    ("task", "agency", "heir", "expected"),
    [
        (given(), HEALTH, FINANCE, {(FINANCE, LEAD)}),
        (given(), FINANCE, HEALTH, {(HEALTH, LEAD)}),
        (given(), FINANCE, INDUSTRY, {(HEALTH, LEAD), (INDUSTRY, COORDINATING)}),
        (given(reporting=INDUSTRY), HEALTH, FINANCE, {(FINANCE, LEAD), (INDUSTRY, REPORTING)}),
        (given(reporting=INDUSTRY), HEALTH, INDUSTRY, {(INDUSTRY, LEAD), (FINANCE, COORDINATING)}),
        (given(reporting=INDUSTRY), INDUSTRY, FINANCE, {(HEALTH, LEAD), (FINANCE, REPORTING)}),
        (given(reporting=INDUSTRY), INDUSTRY, HEALTH, {(HEALTH, LEAD), (FINANCE, COORDINATING)}),
        (given(lead=None, is_group=True), FINANCE, INDUSTRY, {(INDUSTRY, COORDINATING)}),
    ],
    ids=[
        "lead-to-coordinator",
        "coordinator-to-lead",
        "coordinator",
        "lead-reported",
        "lead-to-reporter",
        "reporter",
        "reporter-to-lead",
        "group",
    ],
)
def test_nobody_has_two_parts_and_nobody_loses_his(
    task: Task, agency: UUID, heir: UUID, expected: set[tuple[UUID, AssignmentRole]]
) -> None:
    ended(task, agency, heir)
    assert task.pass_on(at=at(DAY, 9))
    assert parts(task) == expected
    assert all(one.ended_because == BASIS and one.valid_to == EVE for one in task.assignments if not one.in_force)
    assert not task.pass_on(at=at(DAY, 10)), "once more there is nothing to do"


def test_two_that_become_one_coordinate_once() -> None:
    other, heir = uuid4(), uuid4()
    task = ended(ended(given(coordinating=(FINANCE, other)), FINANCE, heir), other, heir)
    task.pass_on(at=at(DAY, 9))
    assert sorted(parts(task)) == sorted({(HEALTH, LEAD), (heir, COORDINATING)})
    assert len([one for one in task.assignments if one.agency_id == heir]) == 1
    assert len(task.take_recorded()) == 3, "assigned, and passed on by each of them"


def test_what_is_completed_stays_with_whoever_led_it() -> None:
    task = ended(in_state(State.COMPLETED), HEALTH, INDUSTRY)
    before = list(task.assignments)
    assert not task.pass_on(at=at(DAY, 9))
    assert task.assignments == before


def test_rights_follow_at_once() -> None:
    task = ended(given(), HEALTH, FINANCE)
    heir = Actor.of_person(uuid4(), uuid4(), FINANCE, "AGENCY_CLERK")
    assert relation_of(heir, task) is Relation.LEAD, "the stronger part, where it has one already"
    assert Action.ACCEPT in actions_of(heir, task)
    assert relation_of(Actor.of_person(uuid4(), uuid4(), HEALTH, "AGENCY_CLERK"), task) is Relation.NONE
    assert relation_of(Actor.of_person(uuid4(), uuid4(), uuid4(), "AGENCY_CLERK"), task) is Relation.NONE
