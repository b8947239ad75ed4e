"""Agencies, memberships and what the province decides, given-when-then. No database, no HTTP."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from libs.common.actor import Actor
from libs.common.domain import DomainError
from libs.contracts.bounds import MOST_ALIASES
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import BUNDLED_DAYS, CalendarDay, DayType
from services.directory.domain import events
from services.directory.domain.agency import (
    Agency,
    AgencyDetails,
    AgencyFromThePast,
    AgencyKind,
    AliasKnown,
    AliasUnknown,
    CentralOfAnotherKind,
    FormerParent,
    KindNotAddable,
    TooManyAliases,
    agency_id,
)
from services.directory.domain.alphabet import sort_key
from services.directory.domain.decisions import DecisionStanding
from services.directory.domain.membership import Membership, MembershipHasEnded, Place, Role
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting

# 23:30 in Viet Nam, which is still the afternoon in UTC; ten minutes past midnight there is the day before.
LATE, AFTER_MIDNIGHT = datetime(2026, 2, 12, 16, 30, tzinfo=UTC), datetime(2026, 2, 12, 17, 10, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 2, 12), date(2026, 2, 13)
ADMINISTRATOR = Actor.of_person(uuid4(), uuid4(), uuid4(), "SYSTEM_ADMIN")


def happened(aggregate: Any) -> list[tuple[int, Any]]:
    return [(one.version, one.event) for one in aggregate.take_recorded()]


def refused(act: Any) -> DomainError:
    with pytest.raises(DomainError) as error:
        act()
    return error.value


def test_an_agency_keeps_its_id_by_its_key() -> None:
    details = AgencyDetails("so-y-te", "Sở Y tế", "SYT", "so", "tinh", None, None, None, (), ())
    agency = Agency.enter(details, reason="QĐ", at=LATE)
    assert agency.id == agency_id("so-y-te") != agency_id("so-xay-dung")
    assert (agency.details, agency.version, agency.sort_key) == (details, 1, sort_key("Sở Y tế"))
    assert happened(agency) == [(1, events.AgencyEntered(reason="QĐ", occurred_at=LATE))]
    agency.put_in_order(at=AFTER_MIDNIGHT)
    assert happened(agency) == [(2, events.AgencyPutInOrder(reason="order of names", occurred_at=AFTER_MIDNIGHT))]


def test_an_agency_ends_with_its_last_day_and_names_who_took_over() -> None:
    details = AgencyDetails("so-y-te", "Sở Y tế", "SYT", "so", "tinh", None, None, None, (), ())
    agency = Agency.enter(details, reason="QĐ", at=LATE)
    agency.take_recorded()
    heir = uuid4()
    agency.end(last_day=TODAY, successors=(heir,), reason="Nghị quyết số 52/NQ-HĐND", at=LATE)
    assert agency.details == replace(details, valid_to=TODAY, successors=(heir,))
    assert happened(agency) == [(2, events.AgencyEnded(reason="Nghị quyết số 52/NQ-HĐND", occurred_at=LATE))]


def test_an_agency_moves_and_the_tree_of_earlier_days_keeps_where_it_stood() -> None:
    details = AgencyDetails("chi-cuc", "Chi cục", "CC", "so", "tinh", None, None, None, (), ())
    agency = Agency.enter(details, reason="QĐ", at=LATE)
    agency.take_recorded()
    first, second = uuid4(), uuid4()
    for parent, since in ((first, TODAY), (second, TOMORROW), (None, TOMORROW + timedelta(days=1))):
        agency.move_under(parent, since=since, reason="NQ", at=LATE)
    assert agency.details.parent_id is None
    assert agency.details.former_parents == (FormerParent(first, TODAY), FormerParent(second, TOMORROW))
    assert happened(agency) == [(version, events.AgencyMovedUnder(reason="NQ", occurred_at=LATE)) for version in (2, 3, 4)]


@pytest.mark.parametrize(("was_head", "stays_head", "is_head"), [(True, True, True), (True, False, False), (False, True, False)])
def test_somebody_follows_in_his_position_and_leaves_the_agency_that_ended(was_head: bool, stays_head: bool, is_head: bool) -> None:
    place = Place(uuid4(), uuid4(), "Giám đốc Sở", Role.AGENCY_HEAD, is_head=was_head)
    membership = Membership.grant(uuid4(), place, valid_from=date(2026, 1, 1), reason="QĐ", at=LATE)
    membership.take_recorded()
    heir, new = uuid4(), uuid4()
    followed = membership.follow(new, heir, since=TOMORROW, stays_head=stays_head, reason="NQ", at=LATE)
    assert (followed.id, followed.place) == (new, replace(place, agency_id=heir, is_head=is_head))
    assert (followed.valid_from, followed.valid_to) == (TOMORROW, None)
    assert happened(followed) == [(1, events.MembershipGranted(reason="NQ", occurred_at=LATE))]
    membership.leave(last_day=TODAY, reason="NQ", at=LATE)
    assert membership.valid_to == TODAY
    assert happened(membership) == [(2, events.MembershipEnded(reason="NQ", occurred_at=LATE))]


def working_group(**other: Any) -> AgencyDetails:
    known = {"key": "k", "name": "Ban Chỉ đạo", "short_name": "BCĐ", "kind": AgencyKind.WORKING_GROUP, "scope": "tinh", "parent_id": None}
    days = {"valid_from": TODAY, "valid_to": None}
    return AgencyDetails(**{**known, **days, "aliases": (), "former_names": (), **other})


@pytest.mark.parametrize("day", [TODAY, TOMORROW])
def test_an_agency_is_added_from_today_or_a_day_to_come(day: date) -> None:
    agency = Agency.add(working_group(valid_from=day), reason="QĐ", at=LATE)
    assert (agency.id, agency.details.valid_from) == (agency_id("k"), day)
    assert happened(agency) == [(1, events.AgencyEntered(reason="QĐ", occurred_at=LATE))]


@pytest.mark.parametrize(("moment", "day"), [(LATE, TODAY - timedelta(days=1)), (AFTER_MIDNIGHT, TODAY), (LATE, None)])
def test_no_agency_is_added_to_the_past(moment: datetime, day: date | None) -> None:
    assert isinstance(refused(lambda: Agency.add(working_group(valid_from=day), reason="QĐ", at=moment)), AgencyFromThePast)


@pytest.mark.parametrize("kind", AgencyKind)
def test_what_follows_from_a_reorganisation_is_not_added_by_itself(kind: AgencyKind) -> None:
    by_reorganisation = {"PROVINCE_COMMITTEE", "OFFICE", "COMMUNE", "WARD", "SPECIAL_ZONE", "DISTRICT"}
    if kind in by_reorganisation:
        assert isinstance(refused(lambda: Agency.add(working_group(kind=kind), reason="QĐ", at=LATE)), KindNotAddable)
    else:
        assert Agency.add(working_group(kind=kind), reason="QĐ", at=LATE).details.kind is kind


def test_only_who_stands_outside_the_province_belongs_to_none() -> None:
    assert Agency.add(working_group(kind=AgencyKind.EXTERNAL, scope="trung-uong"), reason="QĐ", at=LATE).version == 1
    wrong = refused(lambda: Agency.add(working_group(scope="trung-uong"), reason="QĐ", at=LATE))
    assert isinstance(wrong, CentralOfAnotherKind)


def test_the_first_and_the_last_day_belong_to_an_agency() -> None:
    lived = working_group(valid_from=TODAY, valid_to=TOMORROW)
    days = [TODAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [lived.lives_on(day) for day in days] == [False, True, True, False]
    assert [working_group(valid_from=None).lives_on(day) for day in days] == [True] * 4


def test_documents_call_an_agency_by_one_name_more_or_less() -> None:
    agency = Agency(uuid4(), working_group(aliases=("BCĐ CĐS",), former_names=("Tổ cũ",)), version=1)
    agency.also_call("Ban CĐS", reason="CV", at=LATE)
    assert agency.details.aliases == ("BCĐ CĐS", "Ban CĐS")
    agency.no_longer_call("BCĐ CĐS", reason="Nhầm", at=LATE)
    assert agency.details.aliases == ("Ban CĐS",)
    assert happened(agency) == [
        (2, events.AgencyCalledOtherwise(reason="CV", occurred_at=LATE)),
        (3, events.AgencyCalledOtherwise(reason="Nhầm", occurred_at=LATE)),
    ]
    for name in ("Ban Chỉ đạo", "BCĐ", "Ban CĐS", "Tổ cũ"):
        assert isinstance(refused(lambda name=name: agency.also_call(name, reason="CV", at=LATE)), AliasKnown)
    for name in ("Ban Chỉ đạo", "BCĐ", "BCĐ CĐS", "Tổ cũ"):
        assert isinstance(refused(lambda name=name: agency.no_longer_call(name, reason="CV", at=LATE)), AliasUnknown)
    many = Agency(uuid4(), working_group(aliases=tuple(f"Tên {n}" for n in range(MOST_ALIASES - 1))))
    many.also_call("Tên cuối", reason="CV", at=LATE)
    assert isinstance(refused(lambda: many.also_call("Một nữa", reason="CV", at=LATE)), TooManyAliases)


@pytest.mark.parametrize(("moment", "last_day"), [(LATE, TODAY - timedelta(days=1)), (AFTER_MIDNIGHT, TODAY)])
def test_whoever_is_moved_loses_access_at_once(moment: datetime, last_day: date) -> None:
    place = Place(uuid4(), uuid4(), "Chuyên viên", Role.AGENCY_CLERK, is_head=False)
    membership = Membership.grant(uuid4(), place, valid_from=date(2026, 1, 1), reason="QĐ", at=LATE)
    assert (membership.place, membership.valid_from, membership.valid_to) == (place, date(2026, 1, 1), None)
    membership.end(reason="Điều động", at=moment)
    assert membership.valid_to == last_day
    assert happened(membership) == [
        (1, events.MembershipGranted(reason="QĐ", occurred_at=LATE)),
        (2, events.MembershipEnded(reason="Điều động", occurred_at=moment)),
    ]
    with pytest.raises(MembershipHasEnded):
        membership.end(reason="Lần nữa", at=moment)


def setting(key: str = "due_soon_days") -> ProvinceSetting:
    return ProvinceSetting(SETTINGS[key])


def plan(one: Any, value: Any, day: date, at: datetime = LATE) -> None:
    one.plan(value, valid_from=day, reason="QĐ", by=ADMINISTRATOR, at=at)


def test_a_value_is_planned_for_a_day_to_come() -> None:
    days = setting()
    assert days.value_on(TODAY) == 3
    plan(days, 5, TOMORROW)
    assert (days.value_on(TODAY), days.value_on(TOMORROW)) == (3, 5)
    assert happened(days) == [(1, events.SettingDecided(value=5, valid_from=TOMORROW, reason="QĐ", occurred_at=LATE))]
    assert (days.decisions[0].version, days.decisions[0].decided_by) == (1, ADMINISTRATOR.name)


def test_what_is_refused_of_a_setting() -> None:
    days = setting()
    assert refused(lambda: plan(days, 5, TODAY)).code == "change-not-to-come"
    assert refused(lambda: plan(days, 5, TOMORROW, at=AFTER_MIDNIGHT)).code == "change-not-to-come"
    assert refused(lambda: plan(days, 0, TOMORROW)).code == "setting-value-wrong"
    assert refused(lambda: plan(days, "năm", TOMORROW)).code == "setting-value-wrong"
    assert refused(lambda: plan(days, 3, TOMORROW)).code == "nothing-changes"
    assert refused(lambda: days.withdraw(TOMORROW, reason="-", by=ADMINISTRATOR, at=LATE)).code == "nothing-planned"
    plan(days, 5, TOMORROW)
    assert refused(lambda: days.withdraw(TOMORROW, reason="-", by=ADMINISTRATOR, at=AFTER_MIDNIGHT)).code == "change-not-to-come"
    assert days.value_on(TOMORROW) == 5
    assert [one.version for one in days.decisions] == [1]


def test_what_became_of_each_decision() -> None:
    days = setting()
    days.enter(4, reason="Đầu tiên", by=ADMINISTRATOR, at=LATE)
    plan(days, 5, TOMORROW)
    plan(days, 6, TOMORROW)
    plan(days, 7, TOMORROW + timedelta(days=1))
    days.withdraw(TOMORROW + timedelta(days=1), reason="Không nữa", by=ADMINISTRATOR, at=LATE)

    def standings(day: date) -> list[DecisionStanding]:
        return [days.standing_of(one, day) for one in days.decisions]

    replaced, withdrawn, withdrawal = DecisionStanding.REPLACED, DecisionStanding.WITHDRAWN, DecisionStanding.WITHDRAWAL
    assert standings(TODAY) == [DecisionStanding.IN_FORCE, replaced, DecisionStanding.PLANNED, withdrawn, withdrawal]
    assert standings(TOMORROW) == [DecisionStanding.PAST, replaced, DecisionStanding.IN_FORCE, withdrawn, withdrawal]
    assert days.value_on(TOMORROW + timedelta(days=1)) == 6
    assert [version for version, _ in happened(days)] == [1, 2, 3, 4, 5]


def day_off(day: date, kind: DayType = DayType.LE) -> CalendarDay:
    return CalendarDay(date=day, type=kind, name="Nghỉ")


def test_a_calendar_is_planned_as_a_whole_and_kept_in_order() -> None:
    year = CalendarOfYear(2026)
    holidays = (*BUNDLED_DAYS[2026], day_off(date(2026, 12, 24)))
    plan(year, tuple(reversed(holidays)), TOMORROW)
    assert year.value_on(TOMORROW) == tuple(sorted(holidays, key=lambda one: one.date))
    assert year.value_on(TODAY) == BUNDLED_DAYS[2026]
    [(version, told)] = happened(year)
    assert (version, told.valid_from, told.days) == (1, TOMORROW, year.value_on(TOMORROW))


MONDAY, SATURDAY = date(2026, 6, 1), date(2026, 6, 6)


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        ((day_off(date(2027, 6, 1)),), [("days.0.date", "day-of-another-year")]),
        ((day_off(MONDAY), day_off(MONDAY)), [("days.1.date", "day-named-twice")]),
        ((day_off(MONDAY, DayType.HOAN_DOI_LAM),), [("days.0.type", "type-does-not-fit-the-week")]),
        ((day_off(SATURDAY, DayType.HOAN_DOI_NGHI),), [("days.0.type", "type-does-not-fit-the-week")]),
        ((day_off(SATURDAY, DayType.BU),), [("days.0.type", "type-does-not-fit-the-week")]),
    ],
)
def test_days_that_cannot_be_in_a_calendar(days: tuple[CalendarDay, ...], errors: list[tuple[str, str]]) -> None:
    year = CalendarOfYear(2026)
    wrong = refused(lambda: plan(year, (*BUNDLED_DAYS[2026], *days), TOMORROW))
    assert wrong.code == "calendar-days-wrong"
    known = len(BUNDLED_DAYS[2026])
    expected = [
        {"field": field.replace(f"days.{field.split('.')[1]}", f"days.{known + int(field.split('.')[1])}"), "code": code}
        for field, code in errors
    ]
    assert wrong.extra["errors"] == expected


@pytest.mark.parametrize("kind", [DayType.LE])
def test_a_holiday_may_fall_on_any_day_and_a_swapped_one_where_it_fits(kind: DayType) -> None:
    year = CalendarOfYear(2026)
    fitting = (day_off(SATURDAY, kind), day_off(MONDAY, DayType.HOAN_DOI_NGHI), day_off(date(2026, 6, 13), DayType.HOAN_DOI_LAM))
    plan(year, (*BUNDLED_DAYS[2026], *fitting), TOMORROW)
    assert {one.date for one in fitting} <= {one.date for one in year.value_on(TOMORROW)}


def test_a_calendar_changes_no_day_before_it_and_no_later_plan() -> None:
    year = CalendarOfYear(2026)
    before = (*BUNDLED_DAYS[2026], day_off(MONDAY))
    wrong = refused(lambda: plan(year, before, MONDAY + timedelta(days=1)))
    assert (wrong.code, wrong.extra["days"]) == ("calendar-day-not-to-come", ["2026-06-01"])
    plan(year, before, MONDAY)
    later = refused(lambda: plan(year, (*before, day_off(date(2026, 12, 24))), TOMORROW))
    assert (later.code, later.extra["days"]) == ("later-calendar-planned", ["2026-06-01"])


def test_a_plan_for_the_same_day_takes_the_place_of_the_one_before() -> None:
    year = CalendarOfYear(2026)
    plan(year, (*BUNDLED_DAYS[2026], day_off(MONDAY)), TOMORROW)
    plan(year, (*BUNDLED_DAYS[2026], day_off(SATURDAY)), TOMORROW)
    assert {one.date for one in year.value_on(TOMORROW)} & {MONDAY, SATURDAY} == {SATURDAY}


def test_a_year_of_which_nothing_is_known_has_no_days() -> None:
    assert CalendarOfYear(2199).value_on(TODAY) == ()


def assert_no_two_are_equal(ordered: list[str]) -> None:
    """A sort leaves what it takes for equal as it came, and would look right by chance."""
    keys = [sort_key(name) for name in ordered]
    assert all(one < following for one, following in pairwise(keys))


def test_the_order_of_the_alphabet() -> None:
    names = ["Trà Bồng", "Tây Trà", "Đức Phổ", "Ba Tơ", "Ba Tô", "Bình Sơn", "Ăn", "Ân", "Dục Nông", "Sơn Hà", "Sơn Hạ"]
    names += ["Sơn Tây Thượng", "Sơn Tây", "Sơn Tây Hạ"]
    ordered = [
        "Ăn",
        "Ân",
        "Ba Tô",
        "Ba Tơ",
        "Bình Sơn",
        "Dục Nông",
        "Đức Phổ",
        "Sơn Hà",
        "Sơn Hạ",
        "Sơn Tây",
        "Sơn Tây Hạ",
        "Sơn Tây Thượng",
        "Tây Trà",
        "Trà Bồng",
    ]
    assert sorted(names, key=sort_key) == ordered
    assert_no_two_are_equal(ordered)


def test_names_in_any_tone_letter_and_number_have_their_place() -> None:
    names = ["Xã 10", "Xã 9", "Xã A", "xã á", "XÃ À", "Xã ạ", "Xã ả", "Xã ã", "Xã ab", "Xã đ", "Xã d", "Xã", "Xã (cũ)"]
    ordered = ["Xã", "Xã 10", "Xã 9", "Xã A", "XÃ À", "Xã ả", "Xã ã", "xã á", "Xã ạ", "Xã ab", "Xã (cũ)", "Xã d", "Xã đ"]
    assert sorted(names, key=sort_key) == ordered
    assert_no_two_are_equal(ordered)
