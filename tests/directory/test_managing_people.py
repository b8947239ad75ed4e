"""People of an agency are managed over HTTP: every line of the table, what is refused, and what others hear of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from faults.bodies import today
from libs.common.messaging.memory import InMemoryBus
from libs.contracts.directory import MembershipChanged
from services.directory.demo import demo_members
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from services.directory.persistence.repository import MEMBERSHIPS_LOCK
from tests.conftest import ServiceDatabase
from tests.directory.conftest import DAY, PROVINCE, Member, at_once, load, member
from tests.issuer import Issuer, Person
from tests.signed_in import Client, running_service
from tests.unit.test_managing_people import GIVES, LEAST_FIRST, MANAGES, NONE, OWN, THERE

KINDS = {agency_id(one.key): one.kind for one in PROVINCE.agencies}
HEALTH = agency_id("quang-ngai-so-y-te")
ADMIN = Member(member(Role.SYSTEM_ADMIN))
TRACKER = Member(member(Role.OFFICE_TRACKER))
codes = count(1)


def of_agency(agency: UUID, role: Role) -> list[Member]:
    """Whoever of the demonstration acts there in this role."""
    found = [
        one for one in demo_members(PROVINCE, DAY) if any((place.agency_id, place.role) == (agency, role) for _, place in one.memberships)
    ]
    return [Member(one, role) for one in found]


HEAD, *DEPUTIES = sorted(of_agency(HEALTH, Role.AGENCY_HEAD), key=lambda one: "pho" in one.name)
CLERK, OTHER_CLERK = of_agency(HEALTH, Role.AGENCY_CLERK)
OFFICER = of_agency(HEALTH, Role.AGENCY_OFFICER)[0]


def day(n: int) -> str:
    return (today() + timedelta(days=n)).isoformat()


def person(**other: Any) -> dict[str, Any]:
    return {
        "name": "Nguyễn Thị Kim Ngân",
        "officer_code": f"QNG-{next(codes):06}",
        "position": "Chuyên viên",
        "role": "AGENCY_OFFICER",
        "valid_from": day(0),
        "reason": "Quyết định tuyển dụng số 35/QĐ-SYT",
    } | other


async def add(client: Client, by: Person = HEAD, agency: UUID = HEALTH, **other: Any) -> dict[str, Any]:
    answer = await client.post(by, f"/agencies/{agency}/people", person(**other))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def signed_in(given: dict[str, Any], role: str = "AGENCY_OFFICER") -> Person:
    """Whoever was given a membership, as one who signs in."""
    return _Given(given["person_id"], HEALTH, role, UUID(given["person_id"]), UUID(given["id"]))


class _Given(Person):
    def __init__(self, name: str, agency: UUID, role: str, id: UUID, membership: UUID) -> None:  # noqa: A002
        super().__init__(name, agency, role)
        object.__setattr__(self, "_ids", (id, membership))

    @property
    def id(self) -> UUID:
        return self._ids[0]

    @property
    def membership(self) -> UUID:
        return self._ids[1]


async def one(client: Client, by: Person, membership: object) -> dict[str, Any]:
    answer = await client.get(by, f"/memberships/{membership}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def end(client: Client, by: Person, membership: object, *, version: int = 1, **other: Any) -> Response:
    return await client.post(by, f"/memberships/{membership}/end", {"reason": "Điều động"} | other, version=version)


async def current(client: Client, by: Person = HEAD, agency: UUID = HEALTH, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get(by, f"/agencies/{agency}/memberships", limit=200, **asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def told(client: Client, membership: object) -> list[MembershipChanged]:
    rows = await client.rows("SELECT payload FROM event_log WHERE aggregate_id = CAST(:id AS uuid) ORDER BY version", id=str(membership))
    return [MembershipChanged.model_validate(row.payload) for row in rows]


# the tables, line by line


def acting(role: Role) -> Member:
    return Member(member(role), role)


def outcome(role: Role, *, is_own: bool, given: Role, kind: str) -> tuple[int, str]:
    if MANAGES[role] == NONE or (MANAGES[role] == OWN and not is_own):
        return 403, "forbidden"
    if given not in GIVES[role]:
        return 403, "role-not-yours-to-give"
    return (201, "") if given in THERE[kind] else (422, "role-not-of-this-agency")


@pytest.mark.parametrize("role", Role)
async def test_who_gives_which_role_where(directory: Client, role: Role) -> None:
    actor = acting(role)
    other = next(agency for agency in (HEALTH, agency_id("quang-ngai-so-tai-chinh")) if agency != actor.agency)
    for agency in (actor.agency, other):
        kind = KINDS[agency]
        rights = (await directory.get(actor, f"/agencies/{agency}/people-rights")).json()
        expected = {given: outcome(role, is_own=agency == actor.agency, given=given, kind=kind) for given in Role}
        assert rights["may_give"] == [given for given in LEAST_FIRST if expected[Role(given)][0] == 201], agency
        assert rights["manages"] is any(status != 403 for status, _ in expected.values())
        assert rights["may_name_head"] is (role is Role.SYSTEM_ADMIN)
        for given in Role:
            answer = await directory.post(actor, f"/agencies/{agency}/people", person(role=given))
            assert (answer.status_code, answer.json().get("code", "")) == expected[given], (agency, given)
            known = {"person_id": str(OFFICER.id), **person(role=given, reason="QĐ")}
            if agency == HEALTH:
                del known["name"], known["officer_code"]
                answer = await directory.post(actor, f"/agencies/{agency}/memberships", known)
                code = "membership-known" if (given, expected[given][0]) == (Role.AGENCY_OFFICER, 201) else expected[given][1]
                assert answer.json().get("code", "") == code, given


@pytest.mark.parametrize("role", Role)
async def test_who_ends_which_role_where(directory: Client, role: Role) -> None:
    actor = acting(role)
    other = next(agency for agency in (HEALTH, agency_id("quang-ngai-so-tai-chinh")) if agency != actor.agency)
    for agency in (actor.agency, other):
        for given in Role:
            is_own = agency == actor.agency
            if MANAGES[role] == NONE:
                expected = (403, "forbidden")
            elif MANAGES[role] == OWN and not is_own:
                expected = (404, "not-found")
            else:
                expected = (200, "") if given in GIVES[role] else (403, "role-not-yours-to-give")
            victim = uuid4()
            await directory.rows(
                """INSERT INTO membership (id, version, person_id, agency_id, position, role, is_head)
                   VALUES (CAST(:id AS uuid), 1, CAST(:person AS uuid), CAST(:agency AS uuid), 'Chuyên viên', :role, false) RETURNING id""",
                id=str(victim),
                person=str(OFFICER.id if actor.id != OFFICER.id else CLERK.id),
                agency=str(agency),
                role=given.value,
            )
            asked = await directory.get(actor, f"/memberships/{victim}")
            if asked.status_code == 200:
                assert asked.json()["may_change"] is (expected[0] == 200), (agency, given)
            answer = await end(directory, actor, victim, leaves_nobody=role is Role.SYSTEM_ADMIN)
            assert (answer.status_code, answer.json().get("code", "")) == expected, (agency, given)


async def test_there_is_nobody_where_there_is_no_agency(directory: Client) -> None:
    nowhere = uuid4()
    for path in (f"/agencies/{nowhere}/people-rights", f"/memberships/{nowhere}"):
        assert (await directory.get(ADMIN, path)).status_code == 404
    for path in (f"/agencies/{nowhere}/people", f"/agencies/{nowhere}/memberships"):
        assert (await directory.post(ADMIN, path, person())).status_code == 404
    for act in ("end", "change"):
        for by, status in ((ADMIN, 404), (HEAD, 404), (TRACKER, 403)):
            assert (await directory.post(by, f"/memberships/{nowhere}/{act}", {"reason": "x"}, version=1)).status_code == status


async def test_there_is_nobody_who_learns_what_was_wrong(directory: Client) -> None:
    before = await directory.everything()
    for by in (TRACKER, OFFICER, of_agency(agency_id("quang-ngai-so-tai-chinh"), Role.AGENCY_HEAD)[0]):
        for path in (f"/agencies/{HEALTH}/people", f"/agencies/{HEALTH}/memberships"):
            refused = await directory.post(by, path, {"anything": 1})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), (by.role, path)
    assert await directory.everything() == before


# a person


async def test_whoever_is_new_is_found_and_acts_at_once(directory: Client) -> None:
    async with directory.telling_open_pages("agencies"):
        given = await add(directory, officer_code=" qng-000000.a ")
    me = signed_in(given)
    assert [one["id"] for one in (await directory.get(me, "/me")).json()["memberships"]] == [given["id"]]
    assert (await directory.get(me, "/agency-groups")).status_code == 200
    for typed in ("kim ngan", "NGÂN", "ngan nguyen", "Thị K"):
        assert [one["id"] for one in await current(directory, q=typed)] == [given["id"]], typed
    for typed in ("nganh", "gân", "kim ngan khong"):
        assert await current(directory, q=typed) == [], typed
    [found] = await current(directory, q="Kim Ngân")
    assert (found["name"], found["officer_code"], found["valid_from"], found["may_change"]) == (
        "Nguyễn Thị Kim Ngân",
        "QNG-000000.A",
        day(0),
        True,
    )
    [seen_by_officer] = await current(directory, OFFICER, q="Kim Ngân")
    assert (seen_by_officer["officer_code"], seen_by_officer["may_change"]) == (None, False)


async def test_it_is_told_to_others_by_id_and_stands_in_the_audit(directory: Client) -> None:
    given = await add(directory, valid_to=day(90))
    [event] = await told(directory, given["id"])
    state = event.state
    assert (str(state.person_id), state.agency_id, state.role, state.is_head) == (given["person_id"], HEALTH, "AGENCY_OFFICER", False)
    assert (state.valid_from, state.valid_to) == (today(), date.fromisoformat(day(90)))
    assert event.change.reason == "Quyết định tuyển dụng số 35/QĐ-SYT"
    assert "Ngân" not in event.model_dump_json()
    assert (await end(directory, HEAD, given["id"])).status_code == 200
    audit = await directory.rows(
        "SELECT actor, role, membership_id, agency_id, version FROM audit_entry WHERE aggregate_id = CAST(:id AS uuid) ORDER BY version",
        id=given["id"],
    )
    assert [tuple(row) for row in audit] == [(str(HEAD.id), "AGENCY_HEAD", HEAD.membership, HEALTH, version) for version in (1, 2)]


async def test_whoever_comes_from_elsewhere_is_known_by_code_and_name(directory: Client) -> None:
    finance = of_agency(agency_id("quang-ngai-so-tai-chinh"), Role.AGENCY_HEAD)[0]
    first = await add(directory, officer_code="QNG-77")
    second = await add(directory, finance, finance.agency, officer_code="qng-77", name="NGUYEN thi Kim Ngân")
    assert second["person_id"] == first["person_id"]
    before = await directory.everything()
    refused = await directory.post(finance, f"/agencies/{finance.agency}/people", person(officer_code="QNG-77", name="Lê Văn Tám"))
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "officer-code-of-another", "officer_code")
    assert "Ngân" not in refused.text
    assert await directory.everything() == before


async def test_nobody_is_linked_by_what_he_signs_in_with(directory: Client) -> None:
    await directory.rows("UPDATE person SET username = 'qng-88' WHERE id = CAST(:id AS uuid) RETURNING id", id=str(OFFICER.id))
    name = (await directory.rows("SELECT name FROM person WHERE id = CAST(:id AS uuid)", id=str(OFFICER.id)))[0].name
    refused = await directory.post(HEAD, f"/agencies/{HEALTH}/people", person(officer_code="QNG-88", name=name))
    assert (refused.status_code, refused.json()["code"]) == (409, "officer-code-of-another")


async def test_of_two_who_add_the_same_person_at_once_he_is_one(directory: Client) -> None:
    same = person(officer_code="QNG-99")
    answers = await at_once(
        directory,
        *(directory.post(by, f"/agencies/{HEALTH}/people", same) for by in (HEAD, CLERK)),
        lock=MEMBERSHIPS_LOCK,
    )
    assert sorted((one.status_code, one.json().get("code", "")) for one in answers) == [(201, ""), (409, "membership-known")]


async def test_the_same_request_once_more_adds_nothing(directory: Client) -> None:
    body = person()
    first = await directory.post(HEAD, f"/agencies/{HEALTH}/people", body, key="once")
    known = {"person_id": first.json()["person_id"], **body, "role": "AGENCY_CLERK"}
    del known["name"], known["officer_code"]
    second = await directory.post(HEAD, f"/agencies/{HEALTH}/memberships", known, key="twice")
    changed = {"position": "Văn thư", "role": "AGENCY_CLERK", "valid_from": day(0), "reason": "QĐ"}
    third = await directory.post(HEAD, f"/memberships/{first.json()['id']}/end", {"reason": "QĐ"}, version=1, key="thrice")
    fourth = await directory.post(HEAD, f"/memberships/{second.json()['id']}/change", changed, version=1, key="four times")
    before = await directory.everything()
    for was, path, sent, key, version in (
        (first, f"/agencies/{HEALTH}/people", body, "once", None),
        (second, f"/agencies/{HEALTH}/memberships", known, "twice", None),
        (third, f"/memberships/{first.json()['id']}/end", {"reason": "QĐ"}, "thrice", 1),
        (fourth, f"/memberships/{second.json()['id']}/change", changed, "four times", 1),
    ):
        assert was.is_success, was.text
        again = await directory.post(HEAD, path, sent, key=key, version=version)
        assert (again.status_code, again.json()["id"], again.headers["Idempotent-Replayed"]) == (was.status_code, was.json()["id"], "true")
        other = await directory.post(HEAD, path, {**sent, "reason": "Khác"}, key=key, version=version)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await directory.everything() == before


async def test_what_is_refused_leaves_everything_as_it_was(directory: Client) -> None:
    await add(directory, officer_code="QNG-1", name="Trần An")
    before = await directory.everything()
    for other, expected in (
        ({"name": " "}, (422, "invalid-body", None)),
        ({"name": "x" * 201}, (422, "invalid-body", None)),
        ({"position": ""}, (422, "invalid-body", None)),
        ({"reason": ""}, (422, "invalid-body", None)),
        ({"role": "CHIEF"}, (422, "invalid-body", None)),
        ({"officer_code": "a@sy.gov.vn"}, (422, "invalid-body", None)),
        ({"officer_code": "1" * 36}, (422, "invalid-body", None)),
        ({"email": "a@sy.gov.vn"}, (422, "invalid-body", None)),
        ({"valid_from": day(-1)}, (422, "membership-from-the-past", "valid_from")),
        ({"valid_from": day(5), "valid_to": day(4)}, (422, "membership-ends-before-it-begins", "valid_to")),
        ({"is_head": True}, (403, "head-not-yours-to-name", "is_head")),
        ({"role": "SYSTEM_ADMIN"}, (403, "role-not-yours-to-give", "role")),
        ({"officer_code": "QNG-1", "name": "Trần An"}, (409, "membership-known", "role")),
    ):
        answer = await directory.post(HEAD, f"/agencies/{HEALTH}/people", person(**other))
        assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == expected, other
        assert await directory.everything() == before, other
    ended = agency_id("quang-ngai-cu-so-y-te")
    answer = await directory.post(ADMIN, f"/agencies/{ended}/people", person())
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "agency-not-living", "valid_from")
    assert (await directory.get(ADMIN, f"/agencies/{ended}/people-rights")).json()["may_give"] == []
    assert await directory.everything() == before


async def test_an_agency_has_one_head(directory: Client) -> None:
    head = {"role": "AGENCY_HEAD", "is_head": True, "position": "Giám đốc Sở"}
    refused = await directory.post(ADMIN, f"/agencies/{HEALTH}/people", person(**head))
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "agency-has-head", "is_head")
    refused = await end(directory, DEPUTIES[0], HEAD.membership)
    assert (refused.status_code, refused.json()["code"]) == (403, "head-not-yours-to-name")
    assert (await end(directory, ADMIN, HEAD.membership, last_day=day(3))).status_code == 200
    await add(directory, ADMIN, **head, valid_from=day(4))
    assert (await directory.post(ADMIN, f"/agencies/{HEALTH}/people", person(**head, valid_from=day(4)))).json()[
        "code"
    ] == "agency-has-head"


# beside what one has, and in its place


async def test_somebody_of_the_agency_gets_a_position_beside_his_own(directory: Client) -> None:
    body = {"person_id": str(OFFICER.id), "position": "Văn thư", "role": "AGENCY_CLERK", "valid_from": day(0), "reason": "Phân công"}
    given = await directory.post(CLERK, f"/agencies/{HEALTH}/memberships", body)
    assert (given.status_code, given.headers["ETag"], given.json()["person_id"]) == (201, '"1"', str(OFFICER.id))
    held = [one["role"] for one in await current(directory) if one["person_id"] == str(OFFICER.id)]
    assert sorted(held) == ["AGENCY_CLERK", "AGENCY_OFFICER"]
    before = await directory.everything()
    for stranger in (TRACKER.id, uuid4()):
        refused = await directory.post(CLERK, f"/agencies/{HEALTH}/memberships", body | {"person_id": str(stranger)})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "person-not-of-agency", "person_id")
    own = await directory.post(CLERK, f"/agencies/{HEALTH}/memberships", body | {"person_id": str(CLERK.id), "role": "AGENCY_OFFICER"})
    assert (own.status_code, own.json()["code"]) == (403, "own-rights")
    assert await directory.everything() == before


async def test_a_role_changes_by_one_membership_that_ends_and_one_that_begins(directory: Client) -> None:
    path = f"/memberships/{OFFICER.membership}/change"
    body = {"position": "Văn thư Sở", "role": "AGENCY_CLERK", "valid_from": day(0), "reason": "QĐ bổ nhiệm"}
    answer = await directory.post(HEAD, path, body, version=1)
    assert (answer.status_code, answer.json()["valid_to"], answer.headers["ETag"]) == (200, day(-1), '"2"')
    assert (await directory.get(OFFICER, "/agency-groups")).status_code == 401
    [new] = [one for one in await current(directory) if one["person_id"] == str(OFFICER.id)]
    assert (new["role"], new["position"], new["valid_from"], new["valid_to"]) == ("AGENCY_CLERK", "Văn thư Sở", day(0), None)
    assert [event.change.reason for event in (*await told(directory, OFFICER.membership), *await told(directory, new["id"]))][1:] == [
        "QĐ bổ nhiệm"
    ] * 2
    later = await directory.post(
        HEAD, f"/memberships/{new['id']}/change", body | {"role": "AGENCY_OFFICER", "valid_from": day(7)}, version=1
    )
    assert (later.status_code, later.json()["valid_to"]) == (200, day(6))
    both = [(one["role"], one["valid_from"], one["valid_to"]) for one in await current(directory) if one["person_id"] == str(OFFICER.id)]
    assert sorted(both) == [("AGENCY_CLERK", day(0), day(6)), ("AGENCY_OFFICER", day(7), None)]


async def test_a_change_that_cannot_be_leaves_everything_as_it_was(directory: Client) -> None:
    path = f"/memberships/{OFFICER.membership}/change"
    body = {"position": "Văn thư Sở", "role": "AGENCY_CLERK", "valid_from": day(0), "reason": "QĐ"}
    was = await one(directory, HEAD, OFFICER.membership)
    before = await directory.everything()
    same = {"position": was["position"], "role": was["role"]}
    for by, other, version, expected in (
        (HEAD, same, 1, (409, "role-as-before")),
        (HEAD, {}, None, (428, "precondition-missing")),
        (HEAD, {}, 4, (412, "stale-version")),
        (HEAD, {"role": "INSPECTOR"}, 1, (403, "role-not-yours-to-give")),
        (CLERK, {"role": "AGENCY_HEAD"}, 1, (403, "role-not-yours-to-give")),
        (HEAD, {"valid_from": day(-1)}, 1, (422, "membership-from-the-past")),
        (HEAD, {"reason": ""}, 1, (422, "invalid-body")),
        (OFFICER, {}, 1, (403, "forbidden")),
        (ADMIN, {"role": "LEADER"}, 1, (422, "role-not-of-this-agency")),
    ):
        answer = await directory.post(by, path, body | other, version=version)
        assert (answer.status_code, answer.json()["code"]) == expected, other
    own = await directory.post(CLERK, f"/memberships/{CLERK.membership}/change", body | {"role": "AGENCY_OFFICER"}, version=1)
    assert (own.status_code, own.json()["code"]) == (403, "own-rights")
    higher = await directory.post(CLERK, f"/memberships/{DEPUTIES[0].membership}/change", body | {"role": "AGENCY_OFFICER"}, version=1)
    assert (higher.status_code, higher.json()["code"]) == (403, "role-not-yours-to-give")
    assert await directory.everything() == before
    bounded = await add(directory, name="Lê Tám", valid_to=day(5))
    late = await directory.post(HEAD, f"/memberships/{bounded['id']}/change", body | {"valid_from": day(9)}, version=1)
    assert (late.status_code, late.json()["code"]) == (409, "membership-ends-earlier")


# the end


async def test_it_ends_after_its_last_day_or_at_once(directory: Client) -> None:
    given = await add(directory)
    me = signed_in(given)
    before = await directory.everything()
    for other, expected in (
        ({"last_day": day(-1)}, (422, "membership-last-day-is-over", "last_day")),
        ({"last_day": "mai"}, (422, "invalid-body", None)),
    ):
        answer = await end(directory, HEAD, given["id"], **other)
        assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == expected
    assert await directory.everything() == before
    planned = await end(directory, HEAD, given["id"], last_day=day(0))
    assert (planned.status_code, planned.json()["valid_to"]) == (200, day(0))
    assert (await directory.get(me, "/agency-groups")).status_code == 200, "its last day belongs to it"
    assert (await end(directory, HEAD, given["id"], version=2, last_day=day(3))).json()["code"] == "membership-ends-earlier"
    assert (await end(directory, HEAD, given["id"], version=2)).status_code == 200
    assert (await directory.get(me, "/agency-groups")).status_code == 401
    assert (await end(directory, HEAD, given["id"], version=3)).json()["code"] == "membership-has-ended"


async def test_what_is_to_come_opens_nothing_yet_and_can_be_taken_back(directory: Client) -> None:
    given = await add(directory, valid_from=day(3))
    assert (await directory.get(signed_in(given), "/agency-groups")).status_code == 401
    assert given["id"] in {one["id"] for one in await current(directory)}
    assert (await end(directory, HEAD, given["id"])).status_code == 200
    assert given["id"] not in {one["id"] for one in await current(directory)}
    again = await directory.post(
        HEAD,
        f"/agencies/{HEALTH}/memberships",
        {"person_id": given["person_id"], "position": "Chuyên viên", "role": "AGENCY_OFFICER", "valid_from": day(3), "reason": "QĐ"},
    )
    assert again.status_code == 201, "what never was stands against nothing"


async def test_what_was_ended_before_it_began_stands_against_nobody_meanwhile(directory: Client) -> None:
    given = await add(directory, valid_from=day(5))
    assert (await end(directory, HEAD, given["id"], last_day=day(2))).status_code == 200
    again = await directory.post(
        HEAD,
        f"/agencies/{HEALTH}/memberships",
        {"person_id": given["person_id"], "position": "Chuyên viên", "role": "AGENCY_OFFICER", "valid_from": day(1), "reason": "QĐ"},
    )
    assert again.status_code == 201, again.text


async def keep_alone(client: Client, *memberships: object) -> None:
    """Of those who manage the people of Health nobody lasts but these."""
    await client.rows(
        """UPDATE membership SET valid_to = CAST(:until AS date) WHERE agency_id = CAST(:agency AS uuid)
           AND role IN ('AGENCY_HEAD', 'AGENCY_CLERK') AND id <> ALL(CAST(:kept AS uuid[])) RETURNING id""",
        until=today() + timedelta(days=30),
        agency=str(HEALTH),
        kept=[str(one) for one in memberships],
    )


async def test_the_last_who_manages_an_agency_is_ended_by_an_administrator_who_says_so(directory: Client) -> None:
    await keep_alone(directory, CLERK.membership)
    assert (await one(directory, ADMIN, CLERK.membership))["is_last_who_manages"] is True
    assert (await one(directory, ADMIN, OTHER_CLERK.membership))["is_last_who_manages"] is False
    before = await directory.everything()
    for by, is_meant in ((HEAD, False), (HEAD, True), (ADMIN, False)):
        refused = await end(directory, by, CLERK.membership, leaves_nobody=is_meant)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "last-who-manages", "leaves_nobody")
    body = {"position": "Chuyên viên", "role": "AGENCY_OFFICER", "valid_from": day(0), "reason": "QĐ"}
    path = f"/memberships/{CLERK.membership}/change"
    for by, other in ((HEAD, {"leaves_nobody": True}), (ADMIN, {}), (ADMIN, {"role": "AGENCY_CLERK", "valid_to": day(60)})):
        assert (await directory.post(by, path, body | other, version=1)).json()["code"] == "last-who-manages"
    assert await directory.everything() == before
    still = await directory.post(HEAD, path, body | {"role": "AGENCY_HEAD", "position": "Phó Giám đốc"}, version=1)
    assert still.status_code == 200, "another role that manages takes its place"
    [new] = [found for found in await current(directory) if found["person_id"] == str(CLERK.id)]
    assert (await end(directory, ADMIN, new["id"], leaves_nobody=True)).status_code == 200


async def test_where_another_lasts_one_may_end(directory: Client) -> None:
    await keep_alone(directory, CLERK.membership, OTHER_CLERK.membership)
    assert (await one(directory, HEAD, CLERK.membership))["is_last_who_manages"] is False
    assert (await end(directory, HEAD, CLERK.membership)).status_code == 200
    assert (await end(directory, HEAD, OTHER_CLERK.membership)).json()["code"] == "last-who-manages"


async def test_of_the_last_two_who_are_ended_at_once_one_stays(directory: Client) -> None:
    await keep_alone(directory, CLERK.membership, OTHER_CLERK.membership)
    answers = await at_once(
        directory,
        *(end(directory, HEAD, who.membership) for who in (CLERK, OTHER_CLERK)),
        lock=MEMBERSHIPS_LOCK,
    )
    assert sorted((one.status_code, one.json().get("code", "")) for one in answers) == [(200, ""), (409, "last-who-manages")]


async def test_the_last_administrator_stays(directory: Client) -> None:
    administrators = [
        Member(one, Role.SYSTEM_ADMIN)
        for one in demo_members(PROVINCE, DAY)
        if any(p.role is Role.SYSTEM_ADMIN for _, p in one.memberships)
    ]
    first, second = administrators
    assert (await one(directory, first, second.membership))["is_last_who_manages"] is False
    own = await end(directory, first, first.membership)
    assert (own.status_code, own.json()["code"]) == (403, "own-rights")
    await directory.rows(
        "UPDATE membership SET valid_to = CAST(:day AS date) WHERE id = CAST(:id AS uuid) RETURNING id",
        day=today(),
        id=str(first.membership),
    )
    refused = await end(directory, first, second.membership, leaves_nobody=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "last-administrator")
    await directory.rows("UPDATE membership SET valid_to = NULL WHERE id = CAST(:id AS uuid) RETURNING id", id=str(first.membership))
    assert (await end(directory, first, second.membership)).status_code == 200


# lists and history


async def test_former_ones_stand_apart_and_the_last_to_leave_comes_first(directory: Client) -> None:
    given = [await add(directory, name=f"Người {n}") for n in range(3)]
    for n, each in enumerate(given):
        await directory.rows(
            "UPDATE membership SET valid_to = CAST(:day AS date) WHERE id = CAST(:id AS uuid) RETURNING id",
            day=today() - timedelta(days=(5, 1, 3)[n]),
            id=each["id"],
        )
    ended = (await directory.get(HEAD, f"/agencies/{HEALTH}/ended-memberships")).json()
    assert [one["id"] for one in ended["items"]] == [given[n]["id"] for n in (1, 2, 0)]
    assert (ended["total"], {one["may_change"] for one in ended["items"]}) == (3, {False})
    assert not {one["id"] for one in given} & {one["id"] for one in await current(directory)}
    found = (await directory.get(HEAD, f"/agencies/{HEALTH}/ended-memberships", q="nguoi 2")).json()
    assert ([one["id"] for one in found["items"]], found["total"]) == ([given[2]["id"]], 1)


async def test_the_head_comes_first_and_then_positions(directory: Client) -> None:
    found = await current(directory)
    assert [one["is_head"] for one in found] == [True, *[False] * (len(found) - 1)]
    assert [one["position"] for one in found[1:]] == sorted(one["position"] for one in found[1:])


async def test_whose_people_one_may_not_see_one_does_not_see(directory: Client) -> None:
    other = agency_id("quang-ngai-so-tai-chinh")
    for path in ("memberships", "ended-memberships"):
        assert (await directory.get(CLERK, f"/agencies/{other}/{path}")).json()["code"] == "forbidden"
        assert (await directory.get(TRACKER, f"/agencies/{other}/{path}")).status_code == 200
    theirs = of_agency(other, Role.AGENCY_CLERK)[0].membership
    assert (await directory.get(CLERK, f"/memberships/{theirs}")).status_code == 404
    assert (await directory.get(TRACKER, f"/memberships/{theirs}")).json()["may_change"] is False


async def test_who_changed_what_is_told_to_those_who_manage(directory: Client) -> None:
    path = f"/agencies/{HEALTH}/membership-history"
    imported = (await directory.get(HEAD, path, limit=200)).json()["items"]
    assert {(one["act"], one["actor_person_id"]) for one in imported} == {("GIVEN", None)}
    given = await add(directory)
    await end(directory, CLERK, given["id"], reason="Thôi việc")
    first, second = (await directory.get(HEAD, path, limit=2)).json()["items"]
    assert (first["act"], first["actor_person_id"], first["reason"], first["valid_to"]) == ("ENDED", str(CLERK.id), "Thôi việc", day(-1))
    assert (second["act"], second["actor_person_id"], second["valid_to"], second["version"]) == ("GIVEN", str(HEAD.id), None, 1)
    assert {(one["name"], one["position"], one["role"], one["actor_agency_id"]) for one in (first, second)} == {
        ("Nguyễn Thị Kim Ngân", "Chuyên viên", "AGENCY_OFFICER", str(HEALTH))
    }
    for by, status in (
        (ADMIN, 200),
        (OFFICER, 403),
        (TRACKER, 403),
        (of_agency(agency_id("quang-ngai-so-tai-chinh"), Role.AGENCY_HEAD)[0], 403),
    ):
        assert (await directory.get(by, path)).status_code == status


# in another service


@pytest.fixture
async def beside(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[tuple[Client, Client]]:
    """The directory, and the tasks that follow it over the bus."""
    bus = InMemoryBus()
    async with (
        running_service("tasks", database("tasks"), issuer, tmp_path, bus=bus) as tasks,
        running_service("directory", database("directory"), issuer, tmp_path, replica=False, bus=bus) as directory,
    ):
        await load(directory)
        yield directory, tasks


async def until(client: Client, who: Person, status: int) -> None:
    async with asyncio.timeout(60):
        while (answer := await client.get(who, "/tasks")).status_code != status:
            await asyncio.sleep(0.05)
    assert status == 200 or answer.json()["code"] == "membership-not-valid"


async def test_whoever_is_given_a_membership_is_let_in_elsewhere_and_whoever_loses_it_is_not(beside: tuple[Client, Client]) -> None:
    directory, tasks = beside
    given = await add(directory)
    me = signed_in(given)
    await until(tasks, me, 200)
    answer = await directory.post(
        HEAD,
        f"/memberships/{given['id']}/change",
        {"position": "Văn thư", "role": "AGENCY_CLERK", "valid_from": day(0), "reason": "QĐ"},
        version=1,
    )
    assert answer.status_code == 200
    await until(tasks, me, 401)
    [new] = [found for found in await current(directory) if found["person_id"] == given["person_id"]]
    me = signed_in({"person_id": given["person_id"], "id": new["id"]}, "AGENCY_CLERK")
    await until(tasks, me, 200)
    assert (await end(directory, HEAD, new["id"])).status_code == 200
    await until(tasks, me, 401)
