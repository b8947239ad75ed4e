"""Who changes agencies, and whose people one sees: every role, from the table. No database, no HTTP."""

from uuid import uuid4

import pytest

from libs.common.actor import Actor
from libs.common.domain import Forbidden
from services.directory.domain.membership import Role
from services.directory.domain.permissions import may_change_agencies, permit_to_change_agencies, sees_people_of

EVERY, OWN, NONE = "every", "own", "none"
SEES = {
    **dict.fromkeys(("LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "INSPECTOR", "SYSTEM_ADMIN"), EVERY),
    **dict.fromkeys(("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS"), OWN),
    **dict.fromkeys(("SERVICE", "STRANGER"), NONE),
}


def acting(role: str) -> Actor:
    return Actor.of_person(uuid4(), uuid4(), uuid4(), role)


def test_every_role_is_judged() -> None:
    assert {*Role} <= {*SEES}


@pytest.mark.parametrize("role", SEES)
def test_whose_people_a_role_sees(role: str) -> None:
    actor = acting(role)
    assert actor.agency_id is not None
    seen = {EVERY: (True, True), OWN: (True, False), NONE: (False, False)}[SEES[role]]
    assert (sees_people_of(actor, actor.agency_id), sees_people_of(actor, uuid4())) == seen


@pytest.mark.parametrize("role", SEES)
def test_only_an_administrator_changes_agencies(role: str) -> None:
    may = role == "SYSTEM_ADMIN"
    assert may_change_agencies(acting(role)) is may
    if may:
        permit_to_change_agencies(acting(role))
    else:
        with pytest.raises(Forbidden):
            permit_to_change_agencies(acting(role))


def test_a_service_that_acts_for_itself_sees_nobody() -> None:
    assert not sees_people_of(Actor.of_service("directory"), uuid4())
