"""An administrator adds an agency: refused where it cannot be right, told to everybody, and given work from its first day on."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from faults.bodies import today
from libs.contracts.directory import AgencyChanged
from libs.directory_replica.handlers import on_agency_changed
from libs.directory_replica.replica import living_agencies
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from tests.conftest import ServiceDatabase
from tests.directives.documents import coordinating, document, instruction, lead
from tests.directory.conftest import Member, at_once, member
from tests.issuer import Issuer
from tests.signed_in import HEALTH, Client, directory_event, running_service
from tests.signed_in import TRACKER as SOMEBODY_OF_THE_OFFICE

ADMIN = Member(member(Role.SYSTEM_ADMIN))
TRACKER = Member(member(Role.OFFICE_TRACKER))
COMMITTEE = agency_id("quang-ngai-ubnd-tinh")
DEPARTMENT = agency_id("quang-ngai-so-y-te")
DISTRICT = agency_id("quang-ngai-cu-huyen-binh-son")


def body(**other: Any) -> dict[str, Any]:
    return {
        "name": "Ban Chỉ đạo chuyển đổi số tỉnh Quảng Ngãi",
        "short_name": "BCĐ chuyển đổi số",
        "kind": "WORKING_GROUP",
        "parent_id": str(COMMITTEE),
        "aliases": ["Ban Chỉ đạo CĐS"],
        "identifier": "H48.CDS",
        "valid_from": today().isoformat(),
        "reason": "Quyết định số 1520/QĐ-UBND",
    } | other


async def add(client: Client, **other: Any) -> str:
    answer = await client.post(ADMIN, "/agencies", body(**other))
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    found: str = answer.json()["id"]
    return found


async def told(client: Client, agency: str) -> list[AgencyChanged]:
    rows = await client.rows("SELECT payload FROM event_log WHERE aggregate_id = CAST(:id AS uuid) ORDER BY version", id=agency)
    return [AgencyChanged.model_validate(row.payload) for row in rows]


async def test_it_is_found_by_whatever_it_is_called_and_stands_in_the_tree(directory: Client) -> None:
    async with directory.telling_open_pages("agencies"):
        added = await add(directory)
    for typed in ("ban chi dao chuyen doi so", "BCĐ chuyển", "ban chỉ đạo cđs", "h48.cds"):
        found = (await directory.get(TRACKER, "/agencies", q=typed)).json()["items"]
        assert [one["id"] for one in found] == [added], typed
    tree = (await directory.get(TRACKER, "/agency-tree")).json()
    here = next(one for one in tree["items"] if one["id"] == added)
    assert (here["kind"], here["parent_id"], here["is_within"]) == ("WORKING_GROUP", str(COMMITTEE), True)
    record = (await directory.get(TRACKER, f"/agencies/{added}")).json()
    assert record["codes"] == [{"kind": "IDENTIFIER", "code": "H48.CDS"}]
    assert record["names"] == [{"name": "Ban Chỉ đạo CĐS", "is_former": False}]
    assert (record["valid_from"], record["valid_to"]) == (today().isoformat(), None)


async def test_it_is_told_once_with_all_that_is_known_of_it_and_who_added_it(directory: Client) -> None:
    added = await add(directory)
    [event] = await told(directory, added)
    state = event.state
    assert (state.name, state.short_name, state.kind, state.scope) == (
        "Ban Chỉ đạo chuyển đổi số tỉnh Quảng Ngãi",
        "BCĐ chuyển đổi số",
        "WORKING_GROUP",
        "quang-ngai",
    )
    assert (state.aliases, [(one.kind, one.code) for one in state.codes]) == (("Ban Chỉ đạo CĐS",), [("IDENTIFIER", "H48.CDS")])
    assert (state.parent_id, state.valid_from, event.change.reason) == (COMMITTEE, today(), "Quyết định số 1520/QĐ-UBND")
    [audit] = await directory.rows("SELECT actor, role, membership_id FROM audit_entry WHERE aggregate_id = CAST(:id AS uuid)", id=added)
    assert (audit.actor, audit.role, audit.membership_id) == (str(ADMIN.id), "SYSTEM_ADMIN", ADMIN.membership)


async def test_from_a_day_to_come_it_lives_on_that_day_and_not_before(directory: Client) -> None:
    day = today() + timedelta(days=9)
    added = await add(directory, valid_from=day.isoformat())

    async def lives(on: date) -> bool:
        return added in {one["id"] for one in (await directory.get(TRACKER, "/agency-tree", day=on.isoformat())).json()["items"]}

    assert [await lives(day - timedelta(days=1)), await lives(day)] == [False, True]
    assert (await directory.get(TRACKER, "/agencies", q="bcđ chuyển đổi số")).json()["total"] == 0
    assert (await directory.get(TRACKER, "/agencies", q="bcđ chuyển đổi số", living=False)).json()["total"] == 1


async def test_a_central_body_belongs_to_no_province(directory: Client) -> None:
    central = {"kind": "EXTERNAL", "is_central": True, "parent_id": None, "identifier": None}
    [event] = await told(directory, await add(directory, **central, name="Ủy ban Biên giới quốc gia", short_name="UBBGQG", aliases=[]))
    assert (event.state.scope, event.state.parent_id, event.state.codes) == ("trung-uong", None, ())
    here = await add(directory, name="Báo Quảng Ngãi", short_name="Báo QN", aliases=[], kind="EXTERNAL", identifier=None)
    assert (await told(directory, here))[0].state.scope == "quang-ngai"


async def test_the_same_request_once_more_adds_nothing(directory: Client) -> None:
    first = await directory.post(ADMIN, "/agencies", body(), key="once")
    before = await directory.everything()
    again = await directory.post(ADMIN, "/agencies", body(), key="once")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await directory.everything() == before
    other = await directory.post(ADMIN, "/agencies", body(name="Khác"), key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_what_is_refused_leaves_everything_as_it_was(directory: Client) -> None:
    await add(directory)
    before = await directory.everything()
    free = {"name": "Tổ công tác A", "short_name": "Tổ A", "aliases": [], "identifier": None}
    yesterday = (today() - timedelta(days=1)).isoformat()
    for other, expected in (
        ({"kind": "COMMUNE"}, (422, "agency-kind-not-addable", "kind")),
        ({"kind": "SCHOOL"}, (422, "invalid-body", None)),
        ({"is_central": True}, (422, "agency-central-of-another-kind", "is_central")),
        ({"valid_from": yesterday}, (422, "agency-from-the-past", "valid_from")),
        ({"parent_id": str(DISTRICT)}, (422, "agency-parent-not-living", "parent_id")),
        ({"parent_id": str(ADMIN.id)}, (422, "agency-parent-not-living", "parent_id")),
        ({"name": "SỞ Y TẾ"}, (409, "agency-name-taken", "name")),
        ({"short_name": "so y te"}, (409, "agency-name-taken", "short_name")),
        ({"aliases": ["Tổ A1", "Ban chỉ đạo CĐS"]}, (409, "agency-name-taken", "aliases.1")),
        ({"identifier": "h48.cds"}, (409, "agency-code-taken", "identifier")),
        ({"identifier": "H48"}, (409, "agency-code-taken", "identifier")),
        ({"identifier": "H48 12"}, (422, "invalid-body", None)),
        ({"identifier": "H" * 36}, (422, "invalid-body", None)),
        ({"name": " "}, (422, "invalid-body", None)),
        ({"name": "x" * 201}, (422, "invalid-body", None)),
        ({"name": "𝄞" * 199}, (422, "invalid-body", None)),
        ({"aliases": [f"Tên {n}" for n in range(41)]}, (422, "invalid-body", None)),
        ({"reason": ""}, (422, "invalid-body", None)),
        ({"key": "so-moi"}, (422, "invalid-body", None)),
    ):
        answer = await directory.post(ADMIN, "/agencies", body(**free | other))
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem.get("field")) == expected, other
        assert await directory.everything() == before, other
    for person in (TRACKER, Member(member(Role.AGENCY_HEAD)), Member(member(Role.OFFICE_LEAD), "OFFICE_LEAD")):
        refused = await directory.post(person, "/agencies", {"anything": 1})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), "who may not does not learn what was wrong"
        assert (await directory.get(person, "/agency-tree")).json()["may_add"] == []
    assert "WORKING_GROUP" in (await directory.get(ADMIN, "/agency-tree")).json()["may_add"]
    assert await directory.everything() == before


async def test_whoever_has_the_name_is_named(directory: Client) -> None:
    added = await add(directory)
    answer = await directory.post(ADMIN, "/agencies", body(identifier=None))
    assert answer.json()["bearer"] == {"id": added, "name": "Ban Chỉ đạo chuyển đổi số tỉnh Quảng Ngãi"}
    answer = await directory.post(ADMIN, "/agencies", body(name="Tổ công tác A", short_name="Tổ A", aliases=[]))
    assert answer.json()["bearer"]["id"] == added


async def test_a_name_is_free_again_where_nobody_who_lives_has_it(directory: Client) -> None:
    """Of an agency that has ended, of one that took over from it, and of one that lives elsewhere."""
    for number, name in enumerate(("Ủy ban nhân dân huyện Bình Sơn", "Sở Kế hoạch và Đầu tư", "Chính phủ")):
        await add(directory, name=name, short_name=f"Tổ {number}", aliases=[], identifier=None)


async def test_of_two_who_add_the_same_at_once_one_is_refused(directory: Client) -> None:
    answers = await at_once(directory, *(directory.post(ADMIN, "/agencies", body()) for _ in range(2)))
    assert sorted(one.status_code for one in answers) == [201, 409]


@pytest.fixture
async def directives(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("directives", database("directives"), issuer, tmp_path) as client:
        yield client


async def test_other_services_hear_of_it_and_work_is_given_to_it(directory: Client, directives: Client) -> None:
    added = UUID(await add(directory))
    asked = document(instruction(assignments=[lead(HEALTH), coordinating(added)]))
    before = await directives.post(SOMEBODY_OF_THE_OFFICE, "/directives", asked)
    assert (before.status_code, before.json()["code"]) == (422, "unknown-agency")
    [event] = await told(directory, str(added))
    async with directives.admin.begin() as connection:
        await on_agency_changed(event, directory_event(event, added), connection)
        assert [one.id for one in await living_agencies(connection, ids=[added], day=today())] == [added]
        assert await living_agencies(connection, ids=[added], day=today() - timedelta(days=1)) == []
    assert (await directives.post(SOMEBODY_OF_THE_OFFICE, "/directives", asked)).status_code == 201
    leading = document(instruction(assignments=[lead(added)], reporting_agency_id=str(HEALTH)), number="5426")
    answer = await directives.post(SOMEBODY_OF_THE_OFFICE, "/directives", leading)
    assert answer.status_code == 201, answer.text
    assert answer.json()["instructions"][0]["reporting_agency_id"] == str(HEALTH)
