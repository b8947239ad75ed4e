"""The agencies as they stood on a day, one of them with its history, and who sees its people."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from libs.common.clock import Clock
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from tests.directory.conftest import PROVINCE, Member, load, member
from tests.signed_in import Client

TRACKER = Member(member(Role.OFFICE_TRACKER))
ADMIN = Member(member(Role.SYSTEM_ADMIN))
CLERK = Member(member(Role.AGENCY_CLERK, "COMMUNE"))
LAST_OF_THE_OLD = date(2025, 6, 30)
FIRST_OF_THE_NEW = date(2025, 7, 1)
NATURE = agency_id("quang-ngai-so-nong-nghiep-va-moi-truong")
BINH_SON = agency_id("quang-ngai-cu-huyen-binh-son")


async def tree(client: Client, day: date | None = None, person: Member = TRACKER) -> dict[str, Any]:
    answer = await client.get(person, "/agency-tree", **({"day": day.isoformat()} if day else {}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def keys(day: date) -> set[str]:
    return {str(agency_id(one.key)) for one in PROVINCE.agencies if one.lives_on(day)}


@pytest.mark.parametrize("day", [LAST_OF_THE_OLD, FIRST_OF_THE_NEW, date(2020, 1, 31), date(2020, 2, 1), date(2025, 7, 10)])
async def test_the_tree_holds_who_lived_on_the_day(directory: Client, day: date) -> None:
    found = await tree(directory, day)
    assert {one["id"] for one in found["items"]} == keys(day)
    assert found["ended"] == sum(one.valid_to is not None and one.valid_to < day for one in PROVINCE.agencies)
    assert found["day"] == day.isoformat()
    places = [one["is_within"] for one in found["items"]]
    assert places == sorted(places, reverse=True), "one's own province first"


async def test_without_a_day_it_is_the_tree_of_today(directory: Client) -> None:
    found = await tree(directory)
    assert (found["day"], len(found["items"]), found["ended"]) == (Clock().today().isoformat(), 164, 120)


async def test_under_whom_an_agency_stood_is_that_of_the_day(directory: Client) -> None:
    centre = str(agency_id("quang-ngai-trung-tam-xuc-tien-dau-tu"))

    async def parent_on(day: date | None) -> str:
        return next(one["parent_id"] for one in (await tree(directory, day))["items"] if one["id"] == centre)

    for day, parent in (
        (date(2025, 2, 28), "quang-ngai-cu-so-ke-hoach-va-dau-tu"),
        (date(2025, 3, 1), "quang-ngai-cu-van-phong-ubnd-tinh"),
        (LAST_OF_THE_OLD, "quang-ngai-cu-van-phong-ubnd-tinh"),
        (FIRST_OF_THE_NEW, "quang-ngai-van-phong-ubnd-tinh"),
        (None, "quang-ngai-van-phong-ubnd-tinh"),
    ):
        assert await parent_on(day) == str(agency_id(parent)), day


async def test_each_names_those_whose_work_it_took_over_by_then(directory: Client) -> None:
    def origins(found: dict[str, Any], agency: object) -> list[str]:
        return next([two["short_name"] for two in one["origins"]] for one in found["items"] if one["id"] == str(agency))

    of_today = origins(await tree(directory), NATURE)
    assert len(of_today) == 2
    assert all("NN&MT" in name for name in of_today)
    old, board = agency_id("quang-ngai-cu-so-nong-nghiep-va-moi-truong"), agency_id("quang-ngai-bqlda-giao-thong")
    then = await tree(directory, LAST_OF_THE_OLD)
    assert len(origins(then, old)) > 1, "in March 2025 it took over from others"
    assert (origins(then, board), len(origins(await tree(directory), board))) == ([], 1), "it lived before it took over"


async def test_what_has_ended_comes_page_by_page_the_last_first(directory: Client) -> None:
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await directory.get(TRACKER, "/ended-agencies", limit=50, **cursor)).json()
        assert page["total"] == 120
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len({one["id"] for one in seen}) == 120
    days = [one["valid_to"] for one in seen]
    assert days == sorted(days, reverse=True)
    district = next(one for one in seen if one["id"] == str(BINH_SON))
    assert [one["short_name"] for one in district["successors"]][:2] == ["Xã Bình Chương", "Xã Bình Minh"]
    before = (await directory.get(TRACKER, "/ended-agencies", day=LAST_OF_THE_OLD.isoformat(), limit=200)).json()
    assert {one["id"] for one in before["items"]} < {one["id"] for one in seen}
    assert all(one["valid_to"] < LAST_OF_THE_OLD.isoformat() for one in before["items"])
    assert (await directory.get(TRACKER, "/ended-agencies", cursor="x")).status_code == 422


@pytest.mark.parametrize("path", ["/agency-tree", "/ended-agencies", "/agencies"])
@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "hôm nay"])
async def test_a_day_that_is_none_is_refused(directory: Client, path: str, day: str) -> None:
    assert (await directory.get(TRACKER, path, day=day)).status_code == 422


async def test_a_search_judges_by_its_day(directory: Client) -> None:
    async def found(day: date) -> dict[str, Any]:
        page = (await directory.get(TRACKER, "/agencies", q="huyện Bình Sơn", living=False, day=day.isoformat())).json()
        return next(one for one in page["items"] if one["id"] == str(BINH_SON))

    assert (await found(LAST_OF_THE_OLD))["successors"] == []
    assert len((await found(FIRST_OF_THE_NEW))["successors"]) == 5
    living = (await directory.get(TRACKER, "/agencies", q="huyện Bình Sơn", day=LAST_OF_THE_OLD.isoformat())).json()
    assert [one["id"] for one in living["items"]] == [str(BINH_SON)], "on its last day it lives"


@pytest.mark.parametrize(
    ("typed", "first", "how_many"),
    [
        ("h48", "quang-ngai-ubnd-tinh", 2),
        ("000.00.00.H48", "quang-ngai-ubnd-tinh", 2),
        ("21548", "quang-ngai-dac-khu-ly-son", 1),
        ("525", None, 2),
        ("2154", None, 0),
    ],
)
async def test_a_whole_code_finds_who_has_it(directory: Client, typed: str, first: str | None, how_many: int) -> None:
    """A part of one finds nothing: numbers are typed for documents too."""
    found = (await directory.get(TRACKER, "/agencies", q=typed, living=False)).json()
    assert found["total"] == how_many
    if first:
        assert found["items"][0]["id"] == str(agency_id(first))
        assert found["items"][0]["matched_alias"].casefold() == typed.casefold()


async def test_an_agency_tells_its_names_codes_and_parents(directory: Client) -> None:
    committee = (await directory.get(CLERK, f"/agencies/{agency_id('quang-ngai-ubnd-tinh')}")).json()
    assert committee["codes"] == [
        {"kind": "ADMINISTRATIVE_UNIT", "code": "51"},
        {"kind": "FORMER_IDENTIFIER", "code": "000.00.00.H48"},
        {"kind": "IDENTIFIER", "code": "H48"},
    ]
    assert committee["parents"] == []
    finance = (await directory.get(CLERK, f"/agencies/{agency_id('quang-ngai-so-tai-chinh')}")).json()
    former = {one["name"] for one in finance["names"] if one["is_former"]}
    assert "Sở Kế hoạch và Đầu tư" in former
    assert finance["name"] not in {one["name"] for one in finance["names"]}
    centre = (await directory.get(CLERK, f"/agencies/{agency_id('quang-ngai-trung-tam-xuc-tien-dau-tu')}")).json()
    assert [one["valid_to"] for one in centre["parents"]] == ["2025-02-28", "2025-06-30", None]
    assert centre["parents"][-1]["id"] == centre["parent_id"]
    assert (await directory.get(CLERK, f"/agencies/{CLERK.id}")).status_code == 404


async def test_an_agency_tells_where_it_came_from_and_what_became_of_it(directory: Client) -> None:
    nature = (await directory.get(CLERK, f"/agencies/{NATURE}")).json()
    steps = [(one["day"], [two["id"] for two in one["successors"]], len(one["ended"])) for one in nature["came_from"]]
    assert [day for day, _, _ in steps] == sorted(day for day, _, _ in steps)
    assert steps[-1][0] == "2025-07-01"
    assert steps[-1][1:] == ([str(NATURE)], 2)
    earlier = {successor for day, (successor,), _ in steps if day == "2025-03-01"}
    assert earlier == {one["id"] for one in nature["came_from"][-1]["ended"]}, "each of the two had taken over from others"
    assert nature["became"] == []
    tay_tra = (await directory.get(CLERK, f"/agencies/{agency_id('quang-ngai-cu-huyen-tay-tra')}")).json()
    first, second = tay_tra["became"]
    assert (first["day"], len(first["successors"])) == ("2020-02-01", 1)
    assert (second["day"], [one["id"] for one in second["ended"]]) == ("2025-07-01", [first["successors"][0]["id"]])
    assert len(second["successors"]) > 1
    assert {one["id"] for one in tay_tra["successors"]} == {one["id"] for one in second["successors"]}


async def test_the_people_of_an_agency_are_seen_by_whom_they_concern(directory: Client) -> None:
    own, other = f"/agencies/{CLERK.agency}", f"/agencies/{NATURE}"
    for person, path, sees in ((TRACKER, other, True), (ADMIN, other, True), (CLERK, own, True), (CLERK, other, False)):
        answer = await directory.get(person, f"{path}/people")
        assert (answer.status_code == 200) is sees, (person.role, path)
        assert (await directory.get(person, path)).json()["may_see_people"] is sees
    refused = await directory.get(CLERK, f"{other}/people")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await directory.get(TRACKER, f"/agencies/{CLERK.id}/people")).json() == {"items": [], "next_cursor": None, "total": 0}


async def test_who_acts_now_comes_before_who_did_and_the_head_before_all(directory: Client) -> None:
    path = f"/agencies/{NATURE}/people"
    before = (await directory.get(TRACKER, path)).json()["items"]
    assert len(before) > 2
    assert [one["is_head"] for one in before] == [True, *[False] * (len(before) - 1)]
    yesterday, tomorrow = (Clock().today() + timedelta(days=n) for n in (-1, 1))
    async with directory.admin.begin() as connection:
        for one, until in ((before[0], yesterday), (before[2], tomorrow), (before[1], Clock().today())):
            await connection.execute(text("UPDATE membership SET valid_to = :until WHERE id = :id"), {"until": until, "id": one["id"]})
    seen: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await directory.get(TRACKER, path, limit=1, **cursor)).json()
        assert page["total"] == len(before)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [one["id"] for one in seen] == [*(one["id"] for one in before[1:]), before[0]["id"]], "whose last day is today acts today"
    assert (seen[-1]["is_head"], seen[-1]["valid_to"]) == (True, yesterday.isoformat())


async def test_codes_and_parents_come_to_a_directory_that_did_not_know_them(directory: Client) -> None:
    async with directory.admin.begin() as connection:
        await connection.execute(text("DELETE FROM agency_code"))
        await connection.execute(text("DELETE FROM agency_former_parent"))
    assert (await load(directory)).agencies == 0
    [row] = await directory.rows(
        "SELECT (SELECT count(*) FROM agency_code) AS codes, (SELECT count(*) FROM agency_former_parent) AS parents"
    )
    assert (row.codes > 100, row.parents) == (True, 12)
