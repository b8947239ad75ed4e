"""Every role, in every relation to a task, and every act: what is not said is refused. No database, no HTTP."""

from collections.abc import Callable
from itertools import product
from uuid import UUID, uuid4

import pytest

from libs.common.actor import Actor
from libs.common.domain import Forbidden
from services.tasks.domain.lifecycle import Action, State
from services.tasks.domain.permissions import (
    OfficeLeaderConfirms,
    OwnResult,
    Relation,
    actions_of,
    agency_that_sees,
    left_to_others,
    may_choose_lead,
    own_agency,
    permit,
    permit_to_choose_lead,
    permit_to_oversee,
    permit_to_see_numbers,
    relation_of,
)
from services.tasks.domain.report import Origin
from tests.unit.test_task import FINANCE, HEALTH, INDUSTRY, PERSON, given, in_state

OVERSEEING = ("LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "INSPECTOR")
OF_AGENCIES = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS")
ROLES = (*OVERSEEING, *OF_AGENCIES, "SYSTEM_ADMIN", "SERVICE", "STRANGER")
LEADS, COORDINATES, STRANGER, REPORTS = HEALTH, FINANCE, INDUSTRY, uuid4()
EVERY_AGENCY = (LEADS, COORDINATES, STRANGER, REPORTS)
REPORTING = {Action.ACCEPT, Action.REPORT_PROGRESS, Action.SUBMIT_RESULT}
MAY = {
    ("AGENCY_HEAD", LEADS): REPORTING,
    ("AGENCY_CLERK", LEADS): REPORTING,
    ("AGENCY_OFFICER", LEADS): {Action.REPORT_PROGRESS},
    ("AGENCY_HEAD", REPORTS): REPORTING,
    ("AGENCY_CLERK", REPORTS): REPORTING,
    ("AGENCY_OFFICER", REPORTS): {Action.REPORT_PROGRESS},
    **{(role, agency): {Action.CONFIRM, Action.RETURN_RESULT} for role in ("OFFICE_LEAD", "OFFICE_TRACKER") for agency in EVERY_AGENCY},
}


def acting(role: str, agency: UUID = HEALTH, person: UUID | None = None) -> Actor:
    return Actor.of_person(person or uuid4(), uuid4(), agency, role)


@pytest.mark.parametrize(("role", "agency"), list(product(ROLES, EVERY_AGENCY)))
def test_who_may_do_what(role: str, agency: UUID) -> None:
    task, actor = given(reporting=REPORTS), acting(role, agency)
    allowed = MAY.get((role, agency), set())
    assert actions_of(actor, task) == allowed
    for action in Action:
        if action in allowed:
            permit(actor, action, task)
        else:
            with pytest.raises(Forbidden):
                permit(actor, action, task)
    assert actions_of(actor, given(is_group=True, lead=None)) == set(), "a group is done by its members"


@pytest.mark.parametrize("role", ROLES)
def test_how_one_stands_to_a_task(role: str) -> None:
    seen = {agency: relation_of(acting(role, agency), given(reporting=REPORTS)) for agency in EVERY_AGENCY}
    if role in OVERSEEING:
        assert set(seen.values()) == {Relation.OVERSIGHT}
    elif role in OF_AGENCIES:
        assert list(seen.values()) == [Relation.LEAD, Relation.COORDINATING, Relation.NONE, Relation.REPORTING]
    else:
        assert set(seen.values()) == {Relation.NONE}
    assert agency_that_sees(acting(role)) == (HEALTH if role in OF_AGENCIES else None)
    assert own_agency(acting(role)) == (HEALTH if role in (*OF_AGENCIES, *OVERSEEING) else None)


def test_nobody_leads_a_group() -> None:
    group = given(is_group=True, lead=None, coordinating=())
    assert relation_of(Actor.of_service("tasks"), group) is Relation.NONE
    assert relation_of(acting("AGENCY_HEAD"), group) is Relation.NONE


OFFICER, CLERK_OR_HEAD = acting("AGENCY_OFFICER"), frozenset({"AGENCY_HEAD", "AGENCY_CLERK"})


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (State.ASSIGNED, {Action.ACCEPT: CLERK_OR_HEAD}),
        (State.ACCEPTED, {Action.SUBMIT_RESULT: CLERK_OR_HEAD}),
        (State.RESULT_RETURNED, {Action.SUBMIT_RESULT: CLERK_OR_HEAD}),
        (State.AWAITING_CONFIRMATION, {}),
        (State.COMPLETED, {}),
    ],
)
def test_what_is_left_to_others_of_the_agency(state: State, left: dict[Action, frozenset[str]]) -> None:
    assert left_to_others(OFFICER, in_state(state)) == left
    assert left_to_others(acting("AGENCY_HEAD"), in_state(state)) == {}
    assert left_to_others(acting("AGENCY_OFFICER", COORDINATES), in_state(state)) == {}
    assert left_to_others(acting("AGENCY_OFFICER", REPORTS), in_state(state, reporting=REPORTS)) == left


def test_other_hands_confirm_and_any_hands_return() -> None:
    task = in_state(State.AWAITING_CONFIRMATION)
    task.course.origin = Origin(frozenset({PERSON}))
    with pytest.raises(OwnResult):
        permit(acting("OFFICE_LEAD", person=PERSON), Action.CONFIRM, task)
    permit(acting("OFFICE_LEAD", person=PERSON), Action.RETURN_RESULT, task)
    permit(acting("OFFICE_TRACKER"), Action.CONFIRM, task)


def test_what_the_house_reports_an_office_leader_confirms() -> None:
    task = in_state(State.AWAITING_CONFIRMATION)
    task.course.origin = Origin(of_the_house=True)
    with pytest.raises(OfficeLeaderConfirms):
        permit(acting("OFFICE_TRACKER"), Action.CONFIRM, task)
    permit(acting("OFFICE_LEAD"), Action.CONFIRM, task)
    permit(acting("OFFICE_TRACKER"), Action.RETURN_RESULT, task)


def test_a_decision_that_is_past_asks_for_no_other_hands() -> None:
    """Who comes too late hears that it is confirmed, not that it was his."""
    task = in_state(State.COMPLETED)
    task.course.origin = Origin(frozenset({PERSON}), of_the_house=True)
    permit(acting("OFFICE_TRACKER", person=PERSON), Action.CONFIRM, task)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("permit_it", "roles"),
    [(permit_to_choose_lead, ("OFFICE_LEAD",)), (permit_to_oversee, OVERSEEING), (permit_to_see_numbers, (*OVERSEEING, "SYSTEM_ADMIN"))],
    ids=["choosing a lead", "overseeing", "numbers"],
)
def test_what_no_relation_to_a_task_allows(permit_it: Callable[[Actor], None], roles: tuple[str, ...], role: str) -> None:
    actor = acting(role)
    assert may_choose_lead(actor) is (role == "OFFICE_LEAD")
    if role in roles:
        permit_it(actor)
    else:
        with pytest.raises(Forbidden):
            permit_it(actor)
