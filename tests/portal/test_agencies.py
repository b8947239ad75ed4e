"""Agencies on the screen: the tree of a day, one of them, a new one. What the directory would answer is made by its own schemas."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from fastapi import Request
from starlette.responses import JSONResponse

from libs.common.clock import VIETNAM
from portal.screens.agency_tree import standing_of
from portal.screens.branches import Branch, trees_of
from services.directory.api.schemas import (
    AgencyInTreeOut,
    AgencyOut,
    AgencyRecordOut,
    AgencyTreeOut,
    EndedAgencyOut,
    MemberOut,
    TakeOverOut,
)
from services.directory.domain.agency import AgencyKind
from services.directory.domain.membership import Role
from services.directory.use_cases.add_agency import AddAgency
from tests.portal import stand_in as standing_in
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn, id_of

DAY = date(2026, 10, 14)
FORM = "/agencies"


def node(key: str, kind: str, *, parent: str = "", scope: str = "quang-ngai", origins: tuple[str, ...] = (), since: Any = None) -> Any:
    out = AgencyInTreeOut(
        id=UUID(id_of(key)),
        name=key,
        short_name=f"ngắn {key}",
        kind=AgencyKind(kind),
        scope=scope,
        parent_id=UUID(id_of(parent)) if parent else None,
        valid_from=since,
        valid_to=None,
        is_within=scope == "quang-ngai",
        origins=[{"id": id_of(one), "name": one, "short_name": one} for one in origins],  # type: ignore[misc]
    )
    return out.model_dump(mode="json")


PROVINCE = [
    node("UBND tỉnh", "PROVINCE_COMMITTEE"),
    node("Văn phòng", "OFFICE", parent="UBND tỉnh"),
    node("Sở Y tế", "DEPARTMENT", parent="UBND tỉnh", origins=("Sở Y tế", "Sở Y tế Kon Tum"), since=date(2025, 7, 1)),
    node("Sở Xây dựng", "DEPARTMENT", parent="UBND tỉnh"),
    node("Trung tâm Xúc tiến", "PUBLIC_UNIT", parent="Văn phòng"),
    node("Công an tỉnh", "CENTRAL_BRANCH", parent="Bộ Công an"),
    node("Thuế tỉnh", "CENTRAL_BRANCH", parent="Bộ Tài chính"),
    *(node(f"Xã {n:02}", "COMMUNE", parent="UBND tỉnh") for n in range(30)),
    node("Bộ Công an", "EXTERNAL", scope="trung-uong"),
    node("Bộ Tài chính", "EXTERNAL", scope="trung-uong"),
]


class Directory(StandIn):
    """The stand-in with the tree of a province; `record` is what it knows of one agency, `people` who acts there."""

    record: dict[str, Any]
    people: list[Any]
    ended: list[Any]
    found: list[Any]
    tree: list[Any]
    taken: dict[str, Any] | None = None
    asked_for: dict[str, Any] | None = None

    def directory(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        role = standing_in.PEOPLE[person][3]
        if path == ["agency-tree"]:
            kinds = [AgencyKind.WORKING_GROUP, AgencyKind.EXTERNAL] if role == "SYSTEM_ADMIN" else []
            day = date.fromisoformat(request.query_params.get("day", self.today.isoformat()))
            items = [AgencyInTreeOut.model_validate(one) for one in self.tree]
            return AgencyTreeOut(day=day, items=items, ended=len(self.ended), may_add=kinds).model_dump(mode="json")
        if path == ["ended-agencies"]:
            return {"items": self.ended, "next_cursor": "more" if not request.query_params.get("cursor") else None, "total": 120}
        if path == ["agencies"] and body is not None:
            self.asked_for = AddAgency.model_validate(body).model_dump(mode="json")
            if self.taken:
                return JSONResponse(self.taken, 409, media_type="application/problem+json")
            return {"id": id_of("mới"), "version": 1}
        if path == ["agencies"] and request.query_params.get("q", "").startswith("huyện"):
            return {"items": self.found, "next_cursor": None, "total": len(self.found)}
        if path[0] == "agencies" and len(path) == 2:
            may = {"may_see_people": role != "AGENCY_CLERK", "may_change": role == "SYSTEM_ADMIN"}
            return self.record | {"id": path[1]} | may
        if path[0] == "agencies" and path[2:] == ["people"]:
            return {"items": self.people, "next_cursor": "more" if not request.query_params.get("cursor") else None, "total": 70}
        return super().directory(request, path, person, body)


def agency(**other: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": id_of("huyện"),
        "key": "huyen",
        "name": "Ủy ban nhân dân huyện Bình Sơn",
        "short_name": "Huyện Bình Sơn",
        "kind": "DISTRICT",
        "scope": "quang-ngai-cu",
        "parent_id": None,
        "valid_from": None,
        "valid_to": "2025-06-30",
        "matched_alias": "huyện Bình Sơn",
        "successors": [{"id": id_of("xã"), "name": "UBND xã Bình Minh", "short_name": "Xã Bình Minh"}],
    }
    return AgencyOut.model_validate(known | other).model_dump(mode="json")


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, described: dict[str, dict[str, Any]]) -> StandIn:
    monkeypatch.setitem(standing_in.PEOPLE, "admin", ("Bùi Thanh Hải", "office", "Quản trị hệ thống", "SYSTEM_ADMIN"))
    made = Directory(datetime.now(UTC).astimezone(VIETNAM).date(), described=described)
    made.tree, made.found = PROVINCE, [agency()]
    step = TakeOverOut(
        day=date(2025, 7, 1),
        ended=[{"id": id_of("huyện"), "name": "Huyện cũ", "short_name": "cũ"}],  # type: ignore[list-item]
        successors=[{"id": id_of("xã"), "name": "Xã mới", "short_name": "mới"}],  # type: ignore[list-item]
    )
    made.record = AgencyRecordOut.model_validate(
        agency()
        | {
            "names": [{"name": "H. Bình Sơn", "is_former": False}, {"name": "Quận cũ", "is_former": True}],
            "codes": [{"kind": "ADMINISTRATIVE_UNIT", "code": "524"}],
            "parents": [{"id": id_of("ubnd"), "name": "UBND tỉnh Quảng Ngãi", "short_name": "UBND", "valid_to": None}],
            "came_from": [],
            "became": [step.model_dump()],
            "version": 3,
            "may_see_people": True,
            "may_change": False,
        }
    ).model_dump(mode="json")
    lasts = {"role": Role.AGENCY_HEAD, "is_head": True, "valid_from": date(2026, 1, 5), "valid_to": None}
    left = {"role": Role.AGENCY_CLERK, "is_head": False, "valid_from": None, "valid_to": date(2025, 6, 30)}
    made.people = [
        MemberOut(id=UUID(id_of("a")), name="Đinh Văn Trí", position="Giám đốc", **lasts).model_dump(mode="json"),  # type: ignore[arg-type]
        MemberOut(id=UUID(id_of("b")), name="Võ Thị Mai", position="Văn thư", **left).model_dump(mode="json"),  # type: ignore[arg-type]
    ]
    made.ended = [
        EndedAgencyOut.model_validate({**agency(), "valid_to": last, "name": name}).model_dump(mode="json")
        for last, name in (("2025-06-30", "Huyện một"), ("2025-06-30", "Huyện hai"), ("2025-02-28", "Sở cũ"))
    ]
    return made


@pytest.fixture
def directory(stand_in: StandIn) -> Directory:
    assert isinstance(stand_in, Directory)
    return stand_in


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    await browser.sign_in("admin")
    return browser


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html[html.index("<main") :])).split())


# the tree


def told(branches: list[Branch]) -> list[Any]:
    return [
        (one.name, [(two.agency["name"], told(two.branches)) if two.branches else two.agency["name"] for two in one.nodes])
        for one in branches
    ]


def test_every_agency_stands_under_its_parent_by_kind() -> None:
    province, centre = trees_of(PROVINCE)
    [committee, central] = told(province)
    assert central == ("central-branches", ["Công an tỉnh", "Thuế tỉnh"]), "whose parent lives elsewhere stands beside the committee"
    [(name, under)] = committee[1]
    assert (committee[0], name) == ("committees", "UBND tỉnh")
    assert under[0] == ("offices", [("Văn phòng", [("public-units", ["Trung tâm Xúc tiến"])])])
    assert under[1] == ("departments", ["Sở Y tế", "Sở Xây dựng"])
    assert (under[2][0], len(under[2][1])) == ("communes", 30)
    assert told(centre) == [("central", ["Bộ Công an", "Bộ Tài chính"])]


def test_what_goes_over_from_one_province_to_another_stands_under_its_parent_of_the_day() -> None:
    old = [node("UBND cũ", "PROVINCE_COMMITTEE", scope="quang-ngai-cu"), node("Ban quản lý", "PUBLIC_UNIT", parent="UBND cũ")]
    [tree] = trees_of(old)
    assert told(tree) == [("committees", [("UBND cũ", [("public-units", ["Ban quản lý"])])])]


def test_no_agency_is_left_out_of_the_tree() -> None:
    everywhere = [node(f"của {kind}", kind) for kind in AgencyKind] + [node("mồ côi", "PUBLIC_UNIT", parent="không còn")]
    [branches] = trees_of(everywhere)
    assert sum(len(one.nodes) for one in branches) == len(everywhere)


def test_what_is_long_is_folded() -> None:
    [committee, *_] = trees_of(PROVINCE)[0]
    folded = {one.name: one.is_folded for one in committee.nodes[0].branches}
    assert folded == {"offices": False, "departments": False, "communes": True}
    assert trees_of(PROVINCE)[1][0].is_folded, "central bodies are looked for by name"


def test_a_province_comes_before_the_centre() -> None:
    kon_tum = [node("UBND Kon Tum", "PROVINCE_COMMITTEE", scope="kon-tum")]
    central_first = [*PROVINCE[-2:], *kon_tum]
    assert [told(one)[0][0] for one in trees_of(central_first)] == ["committees", "central"]


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [
        (None, None, ("living", None)),
        ("2026-10-14", "2026-10-14", ("living", date(2026, 10, 14))),
        ("2026-10-15", None, ("to-come", date(2026, 10, 15))),
        (None, "2026-10-13", ("ended", date(2026, 10, 14))),
    ],
)
def test_how_an_agency_stands_on_a_day(first: str | None, last: str | None, standing: tuple[str, date | None]) -> None:
    assert standing_of(first, last, DAY) == standing


async def test_everybody_sees_the_tree_and_only_an_administrator_a_way_to_add(portal: Running, admin: Browser) -> None:
    page = await admin.get("/agencies")
    assert 'href="/agencies/new"' in page.text
    reader = portal.browser()
    await reader.sign_in("clerk")
    assert 'href="/agencies"' in reader.page.text
    page = await reader.get("/agencies")
    said = words_of(page.text)
    assert "Sở Y tế từ 01/07/2025 · tiếp nhận Sở Y tế (cũ), Sở Y tế Kon Tum" in said
    assert "30 xã, phường, đặc khu ngắn Xã 00" in said
    assert 'href="/agencies/new"' not in page.text
    assert (await reader.get("/agencies/new")).text.count("<textarea") == 0
    await reader.http.aclose()


async def test_the_day_goes_to_the_directory_and_stays_in_the_address(browser: Browser, directory: Directory) -> None:
    await browser.sign_in("tracker")
    page = await browser.get("/agencies?day=30062025")
    assert {"day": "2025-06-30"} in directory.queries
    assert "tại ngày 30/06/2025" in words_of(page.text)
    assert 'href="/agencies?day=30%2F06%2F2025&amp;view=ended"' in page.text
    today = await browser.get(f"/agencies?day={directory.today:%d/%m/%Y}")
    assert 'href="/agencies?view=ended"' in today.text, "today stays today"


@pytest.mark.parametrize("typed", ["31/02/2026", "mai", "01/01/1500"])
async def test_a_day_that_is_none_is_said_beside_its_field(browser: Browser, directory: Directory, typed: str) -> None:
    await browser.sign_in("tracker")
    page = await browser.get(f"/agencies?day={typed}")
    assert (page.status_code, len(browser.errors)) == (200, 1)
    assert f'value="{typed}"' in page.text
    assert {"day": directory.today.isoformat()} in directory.queries


async def test_what_has_ended_is_found_with_its_day_and_its_successors(browser: Browser) -> None:
    await browser.sign_in("tracker")
    page = await browser.get("/agencies?q=huyện Bình Sơn")
    said = words_of(page.text)
    assert "Huyện, thị xã, thành phố · kết thúc hoạt động từ ngày 01/07/2025 · tìm theo: huyện Bình Sơn" in said
    assert f'href="/agencies/{id_of("xã")}"' in page.text
    nothing = await browser.get("/agencies?q=không có")
    assert "Không thấy “không có”" in words_of(nothing.text)
    ended = await browser.get("/agencies?view=ended")
    said = words_of(ended.text)
    assert (
        said.index("Kết thúc từ ngày 01/07/2025")
        < said.index("Huyện hai")
        < said.index("Kết thúc từ ngày 01/03/2025")
        < said.index("Sở cũ")
    )
    assert 'href="/agencies?view=ended&amp;cursor=more"' in ended.text


async def test_an_empty_directory_says_so(browser: Browser, directory: Directory) -> None:
    directory.tree, directory.ended = [], []
    await browser.sign_in("tracker")
    assert "Không có cơ quan nào" in words_of((await browser.get("/agencies")).text)
    assert "Chưa có cơ quan nào kết thúc" in words_of((await browser.get("/agencies?view=ended")).text)


# one agency


async def test_an_agency_tells_what_became_of_it_and_who_works_there(browser: Browser) -> None:
    await browser.sign_in("tracker")
    page = await browser.get(f"/agencies/{id_of('huyện')}")
    said = words_of(page.text)
    for words in (
        "Kết thúc hoạt động từ ngày 01/07/2025. Cơ quan kế thừa: UBND xã Bình Minh",
        "Không có cơ quan nào được sắp xếp vào cơ quan này.",
        "Từ ngày 01/07/2025 Huyện cũ Xã mới",
        "Mã đơn vị hành chính 524",
        "Trực thuộc UBND tỉnh Quảng Ngãi",
        "H. Bình Sơn",
        "Tên của các cơ quan đã tiếp nhận Quận cũ",
        "Đinh Văn Trí Giám đốc Thủ trưởng cơ quan từ 05/01/2026",
        "Võ Thị Mai Văn thư Văn thư, đầu mối đến hết 30/06/2025",
    ):
        assert words in said, words
    assert said.index("Đinh Văn Trí") < said.index("Võ Thị Mai")
    assert f'href="/agencies/{id_of("huyện")}?cursor=more"' in page.text


async def test_whose_people_one_may_not_see_are_not_asked_for(browser: Browser, directory: Directory) -> None:
    await browser.sign_in("clerk")
    page = await browser.get(f"/agencies/{id_of('huyện')}")
    assert "Người của một cơ quan chỉ cơ quan đó" in words_of(page.text)
    assert "Đinh Văn Trí" not in page.text
    assert not [one for one in directory.asked if one.path.endswith("/people") and "agencies" in one.path]


async def test_an_administrator_says_by_which_other_names_documents_call_it(admin: Browser, directory: Directory) -> None:
    page = f"/agencies/{id_of('huyện')}"
    await admin.get(page)
    form = f"{page}/aliases"
    assert (await admin.send(form, {"alias": "UBND H. Bình Sơn", "reason": "CV 5425"})).url.path == page
    await admin.send(f"{form}/drop", {"dropped": "H. Bình Sơn", "drop_reason": "Nhầm"})
    sent = [(one.path, one.body, one.headers["if-match"]) for one in directory.asked if one.method == "POST" and "aliases" in one.path]
    assert sent == [
        (f"/directory{form}", {"alias": "UBND H. Bình Sơn", "reason": "CV 5425"}, '"3"'),
        (f"/directory{form}/drop", {"alias": "H. Bình Sơn", "reason": "Nhầm"}, '"3"'),
    ]


@pytest.mark.parametrize(
    ("act", "typed", "fields", "field"),
    [
        ("", {"alias": "Sở Y tế", "reason": "CV"}, {"field": "alias"}, "alias"),
        ("/drop", {"drop_reason": "Nhầm"}, {"errors": [{"field": "reason", "code": "text-too-long"}]}, "drop_reason"),
    ],
)
async def test_a_name_that_is_refused_stays_in_its_form(
    admin: Browser, directory: Directory, act: str, typed: dict[str, Any], fields: dict[str, Any], field: str
) -> None:
    page = f"/agencies/{id_of('huyện')}"
    await admin.get(page)
    directory.refuse[f"POST /directory{page}/aliases{act}"] = (409, {"code": "agency-name-taken", **fields})
    answer = await admin.send(f"{page}/aliases{act}", typed)
    assert (answer.status_code, len(admin.errors)) == (409, 1)
    assert f'id="{field}-error"' in answer.text
    sent = admin.form(f"{page}/aliases{act}")
    assert {name: sent[name] for name in typed} == typed


async def test_only_an_administrator_is_shown_forms_for_names(browser: Browser) -> None:
    await browser.sign_in("tracker")
    assert "/aliases" not in (await browser.get(f"/agencies/{id_of('huyện')}")).text


# a new one


def typed(**other: str) -> dict[str, Any]:
    return {
        "name": "Ban Chỉ đạo chuyển đổi số",
        "short_name": "BCĐ CĐS",
        "kind": "WORKING_GROUP",
        "parent": "Sở Y tế",
        "aliases": "Ban CĐS\n\n  Tổ CĐS  ",
        "identifier": "h48.cds",
        "reason": "Quyết định số 1520/QĐ-UBND",
    } | other


async def test_a_new_agency_is_sent_as_it_was_typed_and_opens(admin: Browser, directory: Directory) -> None:
    await admin.get("/agencies/new")
    assert admin.value_of(FORM, "valid_from") == f"{directory.today:%d/%m/%Y}"
    page = await admin.send(FORM, typed())
    assert page.url.path == f"/agencies/{id_of('mới')}"
    assert directory.asked_for == {
        "name": "Ban Chỉ đạo chuyển đổi số",
        "short_name": "BCĐ CĐS",
        "kind": "WORKING_GROUP",
        "is_central": False,
        "parent_id": id_of("health"),
        "aliases": ["Ban CĐS", "Tổ CĐS"],
        "identifier": "H48.CDS",
        "valid_from": directory.today.isoformat(),
        "reason": "Quyết định số 1520/QĐ-UBND",
    }
    again = await admin.get("/agencies/new")
    assert 'Ban Chỉ đạo chuyển đổi số"' not in again.text, "its draft is done with"


async def test_a_central_body_says_so(admin: Browser, directory: Directory) -> None:
    await admin.get("/agencies/new")
    await admin.send(FORM, typed(kind="EXTERNAL", belongs_to="central", parent="", aliases="", identifier=""))
    assert directory.asked_for is not None
    sent = {name: directory.asked_for[name] for name in ("is_central", "parent_id", "aliases", "identifier")}
    assert sent == {"is_central": True, "parent_id": None, "aliases": [], "identifier": None}


async def test_who_has_the_name_is_one_touch_away(admin: Browser, directory: Directory) -> None:
    bearer = {"id": id_of("health"), "name": "Sở Y tế"}
    directory.taken = {"code": "agency-name-taken", "title": "", "field": "aliases.1", "bearer": bearer}
    await admin.get("/agencies/new")
    first_key = admin.value_of(FORM, "idempotency_key")
    page = await admin.send(FORM, typed())
    assert (page.status_code, admin.errors) == (409, ["Một cơ quan đang hoạt động đã mang tên này."])
    assert f'<a href="/agencies/{id_of("health")}"' in page.text
    assert 'id="aliases-error"' in page.text
    assert (admin.value_of(FORM, "name"), admin.value_of(FORM, "aliases")) == ("Ban Chỉ đạo chuyển đổi số", "Ban CĐS\n\n  Tổ CĐS")
    assert admin.value_of(FORM, "idempotency_key") != first_key, "another text goes under another key"


async def test_what_cannot_be_read_is_said_before_anything_is_sent(admin: Browser, directory: Directory) -> None:
    await admin.get("/agencies/new")
    page = await admin.send(FORM, typed(valid_from="31/02/2026", parent="Sở Không Có"))
    assert page.status_code == 422
    assert len(admin.errors) == 2
    assert directory.asked_for is None


async def test_what_was_typed_is_kept_while_the_directory_is_away_and_offered_again(admin: Browser, directory: Directory) -> None:
    await admin.get("/agencies/new")
    directory.refuse["POST /directory/agencies"] = (503, {"code": "unavailable"})
    page = await admin.send(FORM, typed())
    assert page.status_code == 503
    key = admin.value_of(FORM, "idempotency_key")
    again = await admin.get("/agencies/new")
    assert "Ban Chỉ đạo chuyển đổi số" in again.text, "as a draft"
    directory.refuse.clear()
    await admin.send(FORM, {"idempotency_key": key})
    assert directory.asked_for is not None


async def test_in_english_the_same_places_have_words(admin: Browser) -> None:
    admin.http.cookies.set("chidao-language", "en")
    for path, words in (
        ("/agencies", "Communes, wards, special zones: 30"),
        ("/agencies?view=ended", "Ended, no more since 01/07/2025"),
        (f"/agencies/{id_of('huyện')}", "What became of it"),
        ("/agencies/new", "Working group, steering committee, council"),
    ):
        page = await admin.get(path)
        assert (page.status_code, words in page.text) == (200, True), path
