"""The demo province in the directory: loaded once, found by any name, and who acts as what."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from libs.common.actor import MAY_USE
from libs.common.clock import Clock
from libs.common.web.pagination import encode_cursor
from services.directory.demo import demo_members
from services.directory.domain.alphabet import sort_key
from services.directory.domain.membership import Role
from tests.directory.conftest import DAY, PROVINCE, Member, load, member
from tests.signed_in import Client

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "province" / "quang-ngai"
TRACKER = Member(member(Role.OFFICE_TRACKER))
ADMIN = Member(member(Role.SYSTEM_ADMIN))
CLERK = Member(member(Role.AGENCY_CLERK, "COMMUNE"))


def test_every_living_agency_has_somebody_to_receive_and_report() -> None:
    members = demo_members(PROVINCE, DAY)
    roles: dict[object, set[str]] = {}
    for one in members:
        for _, place in one.memberships:
            roles.setdefault(place.agency_id, set()).add(place.role)
    assert len(roles) == 140
    assert sum({"AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER"} <= found for found in roles.values()) == 139, "all but the Committee"
    assert len({one.person.username for one in members}) == len(members)
    assert all(one.person.name.endswith("(DEMO)") for one in members)
    assert any(len(one.memberships) == 2 for one in members)


async def test_a_second_import_changes_nothing(directory: Client) -> None:
    before = await directory.everything()
    again = await load(directory)
    assert (again.agencies, again.memberships) == (0, 0)
    assert await directory.everything() == before
    (row,) = await directory.rows(
        "SELECT count(*) AS events, count(DISTINCT aggregate_id) AS things, (SELECT count(*) FROM agency) AS agencies FROM event_log"
    )
    assert row.agencies == 284
    assert row.events == row.things > 1000


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not beside the checkout")
async def test_every_alias_finds_its_agency(directory: Client) -> None:
    """Also typed without diacritics, as people do; names may belong to several agencies at different times."""
    living = [one for one in json.loads((SHARED / "agencies.json").read_text())["agencies"] if one["valid_to"] is None]
    assert len(living) == 164
    for agency in living[::4]:
        for alias in agency["aliases"][:3]:
            found = (await directory.get(TRACKER, "/agencies", q=alias.replace("đ", "d"), limit=20)).json()
            assert agency["key"] in [one["key"] for one in found["items"]], alias


async def test_the_living_agencies_of_the_province_come_first(directory: Client) -> None:
    """Whatever is typed of any name or abbreviation of theirs: a ministry of the same words is never what Enter takes."""
    own = {one["id"] for one in (await directory.get(TRACKER, "/agencies", limit=200)).json()["items"] if one["scope"] == PROVINCE.key}
    typed = {"nnmt", "nn&mt", "y te", "tp", "khcn", "vhttdl", "gd", "noi vu", "thanh tra", "kho bac", "hdnd", "ubmttq", "so", "bql", "bhxh"}
    for agency in PROVINCE.living_agencies(DAY):
        for alias in (agency.short_name, *agency.aliases):
            typed |= {alias, alias.partition(" ")[2], alias.rpartition(" ")[2]}
    for words in sorted(filter(None, typed)):
        found = (await directory.get(TRACKER, "/agencies", q=words, living=False, limit=200)).json()["items"]
        places = [0 if one["id"] in own else 1 if one["valid_to"] is None else 2 for one in found]
        assert places == sorted(places), words
    assert (await directory.get(TRACKER, "/agencies", q="nnmt")).json()["items"][0]["name"].startswith("Sở Nông nghiệp và Môi trường")


async def test_pages_of_one_row_hold_what_one_page_holds(directory: Client) -> None:
    whole = [one["id"] for one in (await directory.get(TRACKER, "/agencies", q="nội vụ", living=False, limit=200)).json()["items"]]
    seen, cursor = [], {}
    while cursor is not None:
        page = (await directory.get(TRACKER, "/agencies", q="nội vụ", living=False, limit=1, **cursor)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert len(whole) > 2
    assert seen == whole


@pytest.mark.parametrize(
    ("words", "first", "alias"),
    [
        ("so y te", "Sở Y tế tỉnh Quảng Ngãi", None),
        ("sở y", "Sở Y tế tỉnh Quảng Ngãi", None),
        ("Sở Kế hoạch và Đầu tư", "Sở Tài chính tỉnh Quảng Ngãi", "Sở Kế hoạch và Đầu tư"),
        ("van phong ubnd tinh", "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi", "Văn phòng UBND tỉnh"),
        ("tinh khe", "Ủy ban nhân dân xã Tịnh Khê", None),
        ("Sở Y tế Quảng Ngãi", "Sở Y tế tỉnh Quảng Ngãi", None),
        ("quảng ngãi, sở y tế", "Sở Y tế tỉnh Quảng Ngãi", None),
    ],
)
async def test_search(directory: Client, words: str, first: str, alias: str | None) -> None:
    found = (await directory.get(TRACKER, "/agencies", q=words)).json()
    assert found["items"][0]["name"] == first
    assert found["items"][0]["matched_alias"] == alias


async def test_words_that_stand_apart_are_whole_but_for_the_last(directory: Client) -> None:
    for typed, names in (("xã ba động", ["Xã Ba Động"]), ("động ba xã", ["Xã Ba Động"]), ("y tế sở quảng ng", ["Sở Y tế"])):
        found = (await directory.get(TRACKER, "/agencies", q=typed)).json()["items"]
        assert [one["short_name"] for one in found] == names, "ba is no beginning of ban"


async def test_what_has_ended_is_found_and_names_who_took_over(directory: Client) -> None:
    found = (await directory.get(TRACKER, "/agencies", q="huyện Bình Sơn", living=False)).json()["items"]
    ended = next(one for one in found if one["key"] == "quang-ngai-cu-huyen-binh-son")
    assert (ended["valid_to"], found[-1]["valid_to"] is None) == ("2025-06-30", False), "who lives comes before"
    names = [one["short_name"] for one in ended["successors"]]
    assert names == ["Xã Bình Chương", "Xã Bình Minh", "Xã Bình Sơn", "Xã Đông Sơn", "Xã Vạn Tường"]
    assert all(one["successors"] == [] for one in found if one["valid_to"] is None)
    assert (await directory.get(TRACKER, f"/agencies/{ended['id']}")).json()["successors"] == ended["successors"]
    long_gone = (await directory.get(TRACKER, "/agencies", q="huyện Tây Trà", living=False)).json()["items"]
    tay_tra = next(one for one in long_gone if one["key"] == "quang-ngai-cu-huyen-tay-tra")
    assert tay_tra["successors"], "through the district that took over in 2020 and has ended itself"
    assert all(one["short_name"].startswith("Xã ") for one in tay_tra["successors"])


async def test_successors_come_to_a_directory_that_did_not_know_them(directory: Client) -> None:
    async with directory.admin.begin() as connection:
        await connection.execute(text("DELETE FROM agency_successor"))
    assert (await load(directory)).agencies == 0
    [row] = await directory.rows("SELECT count(*) AS known FROM agency_successor")
    assert row.known > 100


async def test_groups_and_pages(directory: Client) -> None:
    groups = {one["key"]: one["count"] for one in (await directory.get(TRACKER, "/agency-groups")).json()}
    assert (groups["communes"], groups["departments"], groups["wards"]) == (96, 14, 9)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await directory.get(TRACKER, "/agencies", group="communes", limit=40, **cursor)).json()
        seen += [one["name"] for one in page["items"]]
        assert page["total"] == 96
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(set(seen)) == 96
    assert seen == sorted(seen, key=sort_key)
    assert (await directory.get(TRACKER, "/agencies", living=False, limit=1)).json()["total"] == 284
    assert (await directory.get(TRACKER, "/agencies", group="everybody")).status_code == 422
    for wrong in (
        {"q": "Ba\0Tơ"},
        {"kind": "\0"},
        {"cursor": encode_cursor(0, 1, "a\0", TRACKER.id)},
        {"cursor": encode_cursor(0, 1, "a\ud800", TRACKER.id)},
        {"cursor": encode_cursor(0, 10**30, "a", 1)},
    ):
        assert (await directory.get(TRACKER, "/agencies", **wrong)).status_code == 422, wrong


async def test_who_i_am(directory: Client) -> None:
    chief = member(Role.OFFICE_LEAD)
    person = Member(chief)
    token = directory.issuer.person_token(person, realm_access={"roles": ["OFFICE_LEAD", "AGENCY_HEAD"]})
    me = (await directory.http.get("/me", headers={"Authorization": f"Bearer {token}"})).json()
    assert me["person"] == {"id": str(chief.person.id), "name": chief.person.name}
    assert {one["role"] for one in me["memberships"]} == {"OFFICE_LEAD", "AGENCY_HEAD"}
    only = directory.issuer.person_token(person)
    me = (await directory.http.get("/me", headers={"Authorization": f"Bearer {only}"})).json()
    assert [one["role"] for one in me["memberships"]] == ["OFFICE_LEAD"], "a role that the token does not grant is not offered"
    whatever_he_is = directory.issuer.person_token(person, realm_access={"roles": [MAY_USE]})
    me = (await directory.http.get("/me", headers={"Authorization": f"Bearer {whatever_he_is}"})).json()
    assert {one["role"] for one in me["memberships"]} == {"OFFICE_LEAD", "AGENCY_HEAD"}
    names = (await directory.get(CLERK, "/people", ids=f"{chief.person.id},{TRACKER.id}")).json()["items"]
    assert {one["name"] for one in names} == {chief.person.name, next(m for m in [member(Role.OFFICE_TRACKER)]).person.name}


@pytest.mark.parametrize(
    ("path", "field", "value", "code"), [("/agencies", "group", "everybody", "unknown-group"), ("/people", "ids", "a,b", "no-id")]
)
async def test_a_question_that_is_none(directory: Client, path: str, field: str, value: str, code: str) -> None:
    answer = await directory.get(Member(member(Role.AGENCY_CLERK)), path, **{field: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameters")
    assert answer.json()["errors"] == [{"field": field, "code": code}]


async def test_nobody_acts_in_a_membership_of_somebody_else(directory: Client) -> None:
    """Even where the other's role is one that the token grants."""
    other = Member(member(Role.AGENCY_CLERK, "WARD"))
    assert (other.id == CLERK.id, other.role) == (False, CLERK.role)
    headers = directory.issuer.headers(CLERK) | {"Chidao-Membership": str(other.membership)}
    assert (await directory.http.get("/agency-groups", headers=headers)).status_code == 401


async def test_an_ended_membership_opens_nothing(directory: Client) -> None:
    assert (await directory.get(CLERK, "/agency-groups")).status_code == 200
    before = await directory.everything()
    refused = await directory.post(TRACKER, f"/memberships/{CLERK.membership}/end", {"reason": "x"}, version=1)
    assert (refused.status_code, await directory.everything()) == (403, before)
    for body, version, status in (({"reason": ""}, 1, 422), ({"reason": "x"}, 9, 412), ({"reason": "x"}, None, 428)):
        answer = await directory.post(ADMIN, f"/memberships/{CLERK.membership}/end", body, version=version)
        assert (answer.status_code, await directory.everything()) == (status, before)
    ended = await directory.post(ADMIN, f"/memberships/{CLERK.membership}/end", {"reason": "Điều động"}, version=1)
    assert (ended.status_code, ended.json()["valid_to"]) == (200, (Clock().today() - timedelta(days=1)).isoformat())
    assert (await directory.get(CLERK, "/agency-groups")).status_code == 401
    again = await directory.post(ADMIN, f"/memberships/{CLERK.membership}/end", {"reason": "Điều động"}, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "membership-has-ended")
