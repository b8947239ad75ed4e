"""What a reorganisation may be, and what becomes of those who stood under an agency that ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.common.domain import DomainError
from services.directory.domain import events
from services.directory.domain.agency import Agency, AgencyDetails, AgencyKind, agency_id
from services.directory.domain.membership import Membership, Place, Role
from services.directory.domain.reorganisation import (
    AgencyInAnotherPlan,
    NewAgency,
    Reorganisation,
    ReorganisationKind,
    ReorganisationPlan,
    WrongNumberOfAgencies,
    parent_afterwards,
    require_apart,
    require_living,
    require_sound,
)

TODAY = date(2026, 11, 2)
DAY = date(2027, 1, 1)
AT = datetime(2026, 11, 2, 3, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def agency(name: str, **other: Any) -> Agency:
    details = AgencyDetails(
        key=name,
        name=name,
        short_name=name,
        kind=AgencyKind.DEPARTMENT,
        scope="quang-ngai",
        parent_id=other.get("parent"),
        valid_from=other.get("valid_from"),
        valid_to=other.get("valid_to"),
        aliases=(),
        former_names=(),
    )
    return Agency.enter(details, reason="import", at=AT)


A, B, C, D = (agency(name) for name in "ABCD")
KNOWN = {one.id: one for one in (A, B, C, D)}


def new(name: str = "N", kind: AgencyKind = AgencyKind.DEPARTMENT) -> NewAgency:
    return NewAgency(f"key of {name}", name, name, kind, "quang-ngai", None)


def plan(
    kind: str, from_: tuple[Agency, ...], to: tuple[Agency, ...] = (), begun: tuple[NewAgency, ...] = (), day: date = DAY
) -> ReorganisationPlan:
    return ReorganisationPlan(
        ReorganisationKind(kind), tuple(one.id for one in from_), tuple(one.id for one in to), begun, day, "Nghị quyết số 1"
    )


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value.code, caught.value.field


@pytest.mark.parametrize(
    "right",
    [
        plan("MERGE", (A, B), begun=(new(),)),
        plan("MERGE", (A, B), to=(C,)),
        plan("MERGE", (A,), to=(C,)),
        plan("SPLIT", (A,), to=(B, C)),
        plan("SPLIT", (A,), to=(B,), begun=(new(),)),
        plan("CARVE_OUT", (A,), begun=(new(),)),
        plan("CARVE_OUT", (A,), to=(B,), begun=(new("N"), new("M"))),
        plan("DISSOLVE", (A,)),
        plan("DISSOLVE", (A,), to=(B,)),
        plan("DISSOLVE", (A,), to=(B, C)),
        plan("RENAME", (A,), begun=(new(kind=AgencyKind.SPECIAL_ZONE),)),
    ],
    ids=lambda one: f"{one.kind}-{len(one.from_agency_ids)}-{len(one.to_agency_ids)}-{len(one.new_agencies)}",
)
def test_what_a_plan_may_be(right: ReorganisationPlan) -> None:
    require_sound(right, today=TODAY)
    require_living(right, KNOWN)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (plan("MERGE", (A,), begun=(new(),)), "from_agency_ids"),
        (plan("MERGE", (), to=(B,)), "from_agency_ids"),
        (plan("MERGE", (A, B), to=(C, D)), "to_agency_ids"),
        (plan("MERGE", (A, B)), "to_agency_ids"),
        (plan("MERGE", (A, B), begun=(new("N"), new("M"))), "new_agencies"),
        (plan("SPLIT", (A, B), to=(C, D)), "from_agency_ids"),
        (plan("SPLIT", (A,), to=(C,)), "to_agency_ids"),
        (plan("CARVE_OUT", (A,), to=(B,)), "new_agencies"),
        (plan("CARVE_OUT", (A, B), begun=(new(),)), "from_agency_ids"),
        (plan("DISSOLVE", (A,), begun=(new(),)), "new_agencies"),
        (plan("DISSOLVE", (A, B)), "from_agency_ids"),
        (plan("RENAME", (A,), to=(B,)), "new_agencies"),
        (plan("RENAME", (A,), to=(B,), begun=(new(),)), "to_agency_ids"),
        (plan("RENAME", (A, B), begun=(new(),)), "from_agency_ids"),
        (plan("RENAME", (A,), begun=(new("N"), new("M"))), "new_agencies"),
    ],
)
def test_how_many_agencies_a_kind_has(wrong: ReorganisationPlan, field: str) -> None:
    assert refused(lambda: require_sound(wrong, today=TODAY)) == ("reorganisation-wrong-number", field)


@pytest.mark.parametrize(
    ("wrong", "least", "most"),
    [(plan("MERGE", (), to=(B,)), 1, None), (plan("MERGE", (A, B)), 1, 1), (plan("SPLIT", (A,), to=(C,)), 2, None)],
)
def test_how_many_there_may_be_is_told(wrong: ReorganisationPlan, least: int, most: int | None) -> None:
    with pytest.raises(WrongNumberOfAgencies) as told:
        require_sound(wrong, today=TODAY)
    assert told.value.extra == {"least": least, "most": most}


def test_what_is_never_right_whatever_the_kind() -> None:
    for wrong, expected in (
        (plan("MERGE", (A,), to=(B,), day=TODAY), ("reorganisation-not-to-come", "effective_on")),
        (plan("MERGE", (A, A), to=(B,)), ("reorganisation-named-twice", "from_agency_ids")),
        (plan("SPLIT", (A,), to=(B, B)), ("reorganisation-named-twice", "to_agency_ids")),
        (plan("SPLIT", (A,), begun=(new("Sở"), new("SỞ"))), ("reorganisation-named-twice", "new_agencies")),
        (plan("MERGE", (A, B), to=(B,)), ("reorganisation-succeeds-itself", "to_agency_ids")),
        (plan("RENAME", (A,), begun=(new(kind=AgencyKind.DISTRICT),)), ("agency-kind-abolished", "new_agencies.0.kind")),
    ):
        assert refused(lambda one=wrong: require_sound(one, today=TODAY)) == expected
    require_sound(plan("MERGE", (A,), to=(B,), day=TODAY + ONE_DAY), today=TODAY)


def test_whoever_is_named_lives_on_the_eve_and_has_no_end() -> None:
    ended, young = agency("E", valid_to=date(2030, 1, 1)), agency("Y", valid_from=DAY)
    born = agency("B2", valid_from=DAY - ONE_DAY)
    known = KNOWN | {one.id: one for one in (ended, young, born)}
    for wrong, field in (
        (plan("MERGE", (ended,), to=(B,)), "from_agency_ids"),
        (plan("MERGE", (A,), to=(ended,)), "to_agency_ids"),
        (plan("MERGE", (young,), to=(B,)), "from_agency_ids"),
        (plan("MERGE", (A, agency("nobody")), to=(B,)), "from_agency_ids"),
    ):
        assert refused(lambda one=wrong: require_living(one, known)) == ("reorganisation-agency-not-living", field)
    require_living(plan("MERGE", (born,), to=(B,)), known)


def test_who_ends_in_one_plan_is_in_no_other_and_several_may_lead_to_one() -> None:
    other = plan("MERGE", (A,), to=(B,), day=DAY + ONE_DAY)
    for wrong in (plan("DISSOLVE", (A,)), plan("MERGE", (C,), to=(A,)), plan("DISSOLVE", (B,)), plan("CARVE_OUT", (A,), begun=(new(),))):
        assert refused(lambda one=wrong: require_apart(one, [other], KNOWN))[0] == "reorganisation-agency-in-another-plan"
    require_apart(plan("MERGE", (C,), to=(B,)), [other], KNOWN)
    carved = plan("CARVE_OUT", (A,), begun=(new(),))
    require_apart(plan("MERGE", (C,), to=(A,)), [carved], KNOWN)


@pytest.mark.parametrize(
    ("wrong", "field", "agency"),
    [
        (plan("DISSOLVE", (A,)), "from_agency_ids", A),
        (plan("MERGE", (C,), to=(A,)), "to_agency_ids", A),
        (plan("MERGE", (A, B), to=(C,)), "from_agency_ids", min(A, B, key=lambda one: one.id)),
    ],
)
def test_it_is_said_which_agency_is_in_another_plan_and_when(wrong: ReorganisationPlan, field: str, agency: Agency) -> None:
    with pytest.raises(AgencyInAnotherPlan) as told:
        require_apart(wrong, [plan("MERGE", (A, B), to=(D,), day=DAY + ONE_DAY)], KNOWN)
    assert told.value.field == field
    assert told.value.extra == {"agency": {"id": str(agency.id), "name": agency.details.name}, "day": (DAY + ONE_DAY).isoformat()}


def test_only_a_new_name_keeps_everything_else() -> None:
    assert plan("RENAME", (A,), begun=(new(),)).is_one_to_one is True
    assert plan("MERGE", (A,), to=(B,)).is_one_to_one is False


def test_who_begins_is_known_by_its_key() -> None:
    assert new().id == agency_id("key of N")
    assert plan("MERGE", (A, B), begun=(new(),)).successor_ids == (agency_id("key of N"),)


def test_who_is_carved_out_of_lives_on() -> None:
    assert plan("CARVE_OUT", (A,), begun=(new(),)).ended_agency_ids == ()
    assert plan("SPLIT", (A,), to=(B, C)).ended_agency_ids == (A.id,)


def test_the_only_one_that_takes_over() -> None:
    assert plan("MERGE", (A, B), to=(C,)).sole_successor_id == C.id
    assert plan("RENAME", (A,), begun=(new(),)).sole_successor_id == new().id
    assert plan("DISSOLVE", (A,)).sole_successor_id is None
    assert plan("SPLIT", (A,), to=(B, C)).sole_successor_id is None


def planned(day: date = DAY) -> Reorganisation:
    return Reorganisation.plan_for(uuid4(), plan("DISSOLVE", (A,), day=day), by="somebody", at=AT)


def happened(one: Reorganisation) -> list[tuple[int, object]]:
    return [(recorded.version, recorded.event) for recorded in one.take_recorded()]


def test_each_step_is_told_with_its_reason() -> None:
    one, other = planned(), planned()
    assert (one.planned_by, one.planned_at, one.withdrawn_because, one.version) == ("somebody", AT, None, 1)
    assert happened(one) == [(1, events.ReorganisationPlanned(reason="Nghị quyết số 1", occurred_at=AT))]
    one.withdraw(reason="Hoãn", at=AT)
    assert happened(one) == [(2, events.ReorganisationTakenBack(reason="Hoãn", occurred_at=AT))]
    other.take_recorded()
    other.take_effect(at=AT)
    assert happened(other) == [(2, events.ReorganisationTookEffect(reason="Nghị quyết số 1", occurred_at=AT))]
    known = Reorganisation(uuid4(), one.plan, planned_by="somebody", planned_at=AT, withdrawn_because="Hoãn", version=7)
    assert (known.version, known.withdrawn_because) == (7, "Hoãn")


def test_it_is_withdrawn_once_and_until_its_day() -> None:
    one = planned()
    eve_at_night = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    one.withdraw(reason="Hoãn", at=eve_at_night)
    assert (one.standing, one.withdrawn_because, one.is_due(DAY)) == ("WITHDRAWN", "Hoãn", False)
    assert refused(lambda: one.withdraw(reason="Hoãn", at=AT))[0] == "reorganisation-withdrawn"
    late = planned()
    assert refused(lambda: late.withdraw(reason="Hoãn", at=eve_at_night + timedelta(minutes=1)))[0] == "reorganisation-in-effect"
    late.take_effect(at=eve_at_night + timedelta(hours=1))
    assert refused(lambda: late.withdraw(reason="Hoãn", at=AT))[0] == "reorganisation-in-effect"


def test_it_is_due_from_its_day_on_until_it_has_taken_effect() -> None:
    one = planned()
    assert [one.is_due(DAY - ONE_DAY), one.is_due(DAY), one.is_due(DAY + 9 * ONE_DAY)] == [False, True, True]
    one.take_effect(at=AT)
    assert not one.is_due(DAY)


def test_under_whom_one_stands_afterwards() -> None:
    above = uuid4()
    x, y = agency("X", parent=above), agency("Y", parent=agency("X").id)
    ended = {x.id: x, y.id: y}
    merged = plan("MERGE", (x, y), to=(C,))
    child = uuid4()

    def after(child: UUID, parent: UUID | None, what: ReorganisationPlan, over: frozenset[UUID] = frozenset()) -> UUID | None:
        return parent_afterwards(child, parent, what, ended, over)

    assert after(child, x.id, merged) == C.id
    assert after(child, above, merged) == above, "nothing changed for it"
    assert after(child, None, merged) is None
    assert after(C.id, y.id, merged, frozenset({C.id})) == above, "nobody stands under himself"
    assert after(child, y.id, merged, frozenset({C.id, child})) == above, "nor under whoever stands under him"
    assert after(child, y.id, plan("SPLIT", (y,), to=(C, D))) == above, "where there are several, under whoever stood above"


def test_people_follow_in_their_position_and_only_a_new_name_keeps_the_head() -> None:
    place = Place(uuid4(), A.id, "Giám đốc Sở", Role.AGENCY_HEAD, is_head=True)
    for stays_head in (True, False):
        membership = Membership(uuid4(), place, valid_from=None, version=1)
        follows = membership.follow(uuid4(), C.id, since=DAY, stays_head=stays_head, reason="x", at=AT)
        membership.leave(last_day=DAY - ONE_DAY, reason="x", at=AT)
        assert membership.valid_to == DAY - ONE_DAY
        assert (follows.place.agency_id, follows.place.position, follows.place.role) == (C.id, "Giám đốc Sở", Role.AGENCY_HEAD)
        assert (follows.place.is_head, follows.valid_from, follows.valid_to) == (stays_head, DAY, None)
    soon = Membership(uuid4(), place, valid_from=DAY + ONE_DAY, valid_to=DAY + 9 * ONE_DAY, version=1)
    follows = soon.follow(uuid4(), C.id, since=DAY, stays_head=True, reason="x", at=AT)
    assert (follows.valid_from, follows.valid_to) == (DAY + ONE_DAY, DAY + 9 * ONE_DAY)


def test_an_agency_keeps_whom_it_stood_under() -> None:
    one = agency("U", parent=A.id)
    one.move_under(B.id, since=DAY, reason="x", at=AT)
    assert one.details.parent_id == B.id
    assert [(former.parent_id, former.valid_to) for former in one.details.former_parents] == [(A.id, DAY - ONE_DAY)]
