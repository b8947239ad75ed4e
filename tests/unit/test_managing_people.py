"""Who manages whose people and gives which roles: every role, every kind of agency. What is expected is written once more here, so that
no line of the tables can be taken out unnoticed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from libs.common.actor import Actor
from libs.common.domain import DomainError
from services.directory.demo import demo_members
from services.directory.domain.agency import AgencyKind, agency_id
from services.directory.domain.managing_people import (
    MANAGE_THEIR_OWN,
    manages_anybody,
    manages_people_of,
    may_end,
    names_heads,
    permit_to_end,
    permit_to_give,
    permit_to_leave_nobody,
    permit_to_manage,
    roles_to_give,
)
from services.directory.domain.membership import Membership, Place, Role
from services.directory.province import Province

ALL, OWN, NONE = "all", "own", "none"
AGENCYS = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER")
MANAGES = {
    "SYSTEM_ADMIN": ALL,
    **dict.fromkeys(("AGENCY_HEAD", "AGENCY_CLERK", "OFFICE_LEAD"), OWN),
    **dict.fromkeys(("LEADER", "OFFICE_TRACKER", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SERVICE", "STRANGER"), NONE),
}
GIVES = {
    "SYSTEM_ADMIN": (*AGENCYS, "LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"),
    "AGENCY_HEAD": AGENCYS,
    "AGENCY_CLERK": ("AGENCY_CLERK", "AGENCY_OFFICER"),
    "OFFICE_LEAD": ("OFFICE_TRACKER", "AGENCY_CLERK", "AGENCY_OFFICER"),
}
LEAST_FIRST = [
    *("AGENCY_OFFICER", "AGENCY_CLERK", "AGENCY_HEAD", "OFFICE_TRACKER", "OFFICE_LEAD"),
    *("HOME_AFFAIRS", "INSPECTOR", "LEADER", "SYSTEM_ADMIN"),
]
THERE = {
    "PROVINCE_COMMITTEE": ("LEADER", "AGENCY_HEAD"),
    "OFFICE": (*AGENCYS, "OFFICE_LEAD", "OFFICE_TRACKER", "SYSTEM_ADMIN"),
    "DEPARTMENT": (*AGENCYS, "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"),
    "EXTERNAL": (*AGENCYS, "INSPECTOR"),
    "DISTRICT": (),
    **dict.fromkeys(
        ("CENTRAL_BRANCH", "PUBLIC_UNIT", "STATE_ENTERPRISE", "MASS_ORGANISATION", "WORKING_GROUP", "COMMUNE", "WARD", "SPECIAL_ZONE"),
        AGENCYS,
    ),
}
LATE, TODAY = datetime(2026, 2, 12, 16, 30, tzinfo=UTC), date(2026, 2, 12)


def acting(role: str, agency: UUID | None = None) -> Actor:
    return Actor.of_person(uuid4(), uuid4(), agency or uuid4(), role)


def place(role: str, agency: UUID, *, person: UUID | None = None, is_head: bool = False) -> Place:
    return Place(person or uuid4(), agency, "Chuyên viên", Role(role), is_head)


def code(act: Callable[[], object]) -> str:
    """Of the refusal, or nothing."""
    try:
        act()
    except DomainError as refused:
        return refused.code
    return ""


def test_every_role_and_every_kind_is_judged() -> None:
    assert {*Role} <= {*MANAGES}
    assert {*AgencyKind} == {*THERE}
    assert {*GIVES["SYSTEM_ADMIN"]} == {*Role}
    assert {*MANAGE_THEIR_OWN} == {role for role, manages in MANAGES.items() if manages == OWN}


@pytest.mark.parametrize("role", MANAGES)
def test_whose_people_a_role_manages(role: str) -> None:
    own, other = uuid4(), uuid4()
    actor = acting(role, own)
    expected = {ALL: (True, True), OWN: (True, False), NONE: (False, False)}[MANAGES[role]]
    assert (manages_people_of(actor, own), manages_people_of(actor, other)) == expected
    assert tuple(code(lambda agency=agency: permit_to_manage(actor, agency)) == "" for agency in (own, other)) == expected
    assert (manages_anybody(actor), names_heads(actor)) == (MANAGES[role] != NONE, MANAGES[role] == ALL)


@pytest.mark.parametrize("kind", AgencyKind)
@pytest.mark.parametrize("role", MANAGES)
def test_which_roles_a_role_gives_and_ends(role: str, kind: AgencyKind) -> None:
    own = uuid4()
    actor = acting(role, own)
    gives = GIVES.get(role, ())
    assert roles_to_give(actor, own, kind) == [one for one in LEAST_FIRST if one in gives and one in THERE[kind]]
    for given in Role:
        ends = "forbidden" if MANAGES[role] == NONE else "" if given in gives else "role-not-yours-to-give"
        assert code(lambda given=given: permit_to_end(actor, place(given, own))) == ends, given
        assert may_end(actor, place(given, own)) is (ends == ""), given
        expected = ends or ("" if given in THERE[kind] else "role-not-of-this-agency")
        assert code(lambda given=given: permit_to_give(actor, place(given, own), kind)) == expected, given


@pytest.mark.parametrize("role", [one for one, manages in MANAGES.items() if manages != ALL])
def test_nobody_manages_the_people_of_another_agency(role: str) -> None:
    actor, other = acting(role), uuid4()
    assert roles_to_give(actor, other, AgencyKind.DEPARTMENT) == []
    for given in Role:
        assert code(lambda given=given: permit_to_end(actor, place(given, other))) == "forbidden"
        assert code(lambda given=given: permit_to_give(actor, place(given, other), AgencyKind.DEPARTMENT)) == "forbidden"
        assert not may_end(actor, place(given, other))


@pytest.mark.parametrize("role", GIVES)
def test_nobody_changes_his_own_rights(role: str) -> None:
    own = uuid4()
    actor = acting(role, own)
    mine = place("AGENCY_OFFICER", own, person=actor.person_id)
    assert code(lambda: permit_to_end(actor, mine)) == "own-rights"
    assert code(lambda: permit_to_give(actor, mine, AgencyKind.OFFICE)) == "own-rights"
    assert not may_end(actor, mine)


@pytest.mark.parametrize("role", GIVES)
def test_the_head_of_an_agency_is_named_and_recalled_from_above(role: str) -> None:
    own = uuid4()
    head = place("AGENCY_CLERK", own, is_head=True)
    expected = "" if role == "SYSTEM_ADMIN" else "head-not-yours-to-name"
    assert code(lambda: permit_to_end(acting(role, own), head)) == expected
    assert code(lambda: permit_to_give(acting(role, own), head, AgencyKind.OFFICE)) == expected


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_meant", [True, False])
def test_only_an_administrator_leaves_an_agency_without_anybody_who_manages_it_and_means_it(role: Role, is_meant: bool) -> None:
    expected = "last-administrator" if role is Role.SYSTEM_ADMIN else "" if is_meant else "last-who-manages"
    assert code(lambda: permit_to_leave_nobody(acting("SYSTEM_ADMIN"), role, is_meant=is_meant)) == expected
    own = "last-administrator" if role is Role.SYSTEM_ADMIN else "last-who-manages"
    assert code(lambda: permit_to_leave_nobody(acting("AGENCY_HEAD"), role, is_meant=is_meant)) == own


def test_every_position_of_the_province_has_a_role_that_its_agency_may_have() -> None:
    province = Province("quang-ngai")
    kinds = {agency_id(one.key): one.kind for one in province.agencies}
    places = [one for member in demo_members(province, TODAY) for _, one in member.memberships]
    assert len(places) > 100
    assert [one for one in places if one.role not in THERE[kinds[one.agency_id]]] == []


def test_everybody_of_the_demonstration_has_a_code_of_his_own() -> None:
    codes = [member.person.officer_code for member in demo_members(Province("quang-ngai"), TODAY)]
    assert None not in codes
    assert len({*codes}) == len(codes)


# memberships


def given(*, since: date = TODAY, until: date | None = None) -> Membership:
    return Membership.give(uuid4(), place("AGENCY_CLERK", uuid4()), valid_from=since, valid_to=until, reason="QĐ", at=LATE)


def days(n: int) -> date:
    return TODAY + timedelta(days=n)


@pytest.mark.parametrize(
    ("since", "until", "refused"),
    [
        (0, None, ""),
        (5, 5, ""),
        (-1, None, "membership-from-the-past"),
        (5, 4, "membership-ends-before-it-begins"),
    ],
)
def test_a_membership_is_given_from_today_or_a_day_to_come(since: int, until: int | None, refused: str) -> None:
    last = None if until is None else days(until)
    assert code(lambda: given(since=days(since), until=last)) == refused
    if not refused:
        made = given(since=days(since), until=last)
        assert (made.valid_from, made.valid_to, made.version) == (days(since), last, 1)


@pytest.mark.parametrize(
    ("until", "last_day", "over_from", "refused"),
    [
        (None, None, 0, ""),
        (None, 0, 1, ""),
        (None, 9, 10, ""),
        (9, 8, 9, ""),
        (9, None, 0, ""),
        (0, None, 0, ""),
        (None, -1, 0, "membership-last-day-is-over"),
        (9, 9, 0, "membership-ends-earlier"),
        (9, 10, 0, "membership-ends-earlier"),
    ],
)
def test_a_membership_ends_at_once_or_after_a_last_day(until: int | None, last_day: int | None, over_from: int, refused: str) -> None:
    membership = given(until=None if until is None else days(until))
    last = None if last_day is None else days(last_day)
    if refused:
        assert code(lambda: membership.end(reason="QĐ", at=LATE, last_day=last)) == refused
        assert membership.version == 1
        return
    assert membership.end(reason="QĐ", at=LATE, last_day=last) == days(over_from)
    assert (membership.valid_to, membership.version) == (days(over_from - 1), 2)


def test_what_was_over_yesterday_is_over() -> None:
    over = Membership(uuid4(), place("AGENCY_CLERK", uuid4()), valid_from=None, valid_to=days(-1), version=1)
    assert code(lambda: over.end(reason="QĐ", at=LATE)) == "membership-has-ended"
    assert code(lambda: over.end(reason="QĐ", at=LATE, last_day=TODAY)) == "membership-has-ended"
