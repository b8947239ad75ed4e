"""Reorganisations on the screen: seen before they are planned, taken back until their day, and the Office's choice of a lead."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import Request

from libs.common.clock import VIETNAM
from services.directory.api.reorganisation_schemas import ConsequencesOut, ReorganisationWithConsequencesOut
from services.directory.domain.agency import AgencyKind
from services.directory.use_cases.planned_reorganisation import PlanReorganisation
from tests.portal import stand_in as standing_in
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn, id_of
from tests.portal.test_agencies import words_of

LIST = "/agencies/reorganisations"
NEW = f"{LIST}/new"
PLANNED = id_of("phương án")
BASIS = "Nghị quyết số 52/NQ-HĐND"


def concerned(key: str, *, people: int = 0, is_new: bool = False) -> dict[str, Any]:
    name = standing_in.AGENCIES[key][0] if key in standing_in.AGENCIES else key
    return {
        "id": UUID(id_of(key)),
        "name": name,
        "short_name": name,
        "kind": AgencyKind.DEPARTMENT,
        "people": people,
        "heads": 0,
        "is_new": is_new,
    }


class Services(StandIn):
    """The stand-in with reorganisations; `sent` is what was asked for, `preview` and `planned`, `standing` that of the one it knows."""

    sent: list[tuple[str, dict[str, Any]]]
    standing: str = "PLANNED"
    moves: bool = True
    waiting: list[dict[str, Any]]
    chosen: dict[str, Any] | None = None

    def consequences(self) -> dict[str, Any]:
        return ConsequencesOut.model_validate(
            {
                "before": [concerned("health", people=6), concerned("finance", people=7)],
                "after": [concerned("Sở Mới", is_new=True)],
                "ending": [id_of("health"), id_of("finance")],
                "subordinates": [{"id": id_of("trung tâm"), "name": "Trung tâm Xúc tiến", "short_name": "TT Xúc tiến"}],
                "moves_by_itself": self.moves,
                "people_moving": 13 if self.moves else 0,
                "heads_meeting": 2 if self.moves else 0,
                "people_without_place": 0 if self.moves else 13,
            }
        ).model_dump(mode="json")

    def one(self) -> dict[str, Any]:
        is_planned = self.standing == "PLANNED"
        named = [{"id": id_of(key), "name": standing_in.AGENCIES[key][0], "short_name": key} for key in ("health", "finance")]
        return ReorganisationWithConsequencesOut.model_validate(
            {
                "id": PLANNED,
                "version": 1,
                "kind": "MERGE",
                "standing": self.standing,
                "before": named,
                "after": [{"id": id_of("Sở Mới"), "name": "Sở Mới", "short_name": "Sở Mới"}],
                "ending": [id_of("health"), id_of("finance")],
                "effective_on": date(2027, 1, 1),
                "legal_basis": BASIS,
                "planned_by": "Bùi Thanh Hải",
                "planned_at": datetime(2026, 12, 20, 3, tzinfo=UTC),
                "withdrawn_because": "Hoãn" if self.standing == "WITHDRAWN" else None,
                "may_withdraw": is_planned,
                "consequences": self.consequences() if is_planned else None,
            }
        ).model_dump(mode="json")

    def directory(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        if path[0] != "reorganisations":
            return super().directory(request, path, person, body)
        if path[-1] == "withdraw":
            self.standing = "WITHDRAWN"
            return {"id": PLANNED, "version": 2, "standing": "WITHDRAWN"}
        if body is not None:
            self.sent.append((path[-1], PlanReorganisation.model_validate(body).model_dump(mode="json")))
            return self.consequences() if path[-1] == "preview" else {"id": PLANNED, "version": 1, "standing": "PLANNED"}
        if len(path) == 2:
            return self.one()
        listed = {name: value for name, value in self.one().items() if name != "consequences"}
        return {"items": [listed], "next_cursor": None if request.query_params.get("cursor") else "more", "total": 51}

    def tasks_(self, request: Request, path: list[str], body: Any) -> Any:
        if path[-1] == "open-work":
            ids = request.query_params.getlist("agency_ids")
            leads = {id_of("health"): 18, id_of("finance"): 11}
            return {"items": [{"agency_id": one, "leads": leads.get(one, 0), "coordinates": 0} for one in ids], "becoming_one": 3}
        if path[-1] == "progress" and path[0] == "successions":
            return {"passed_on": 26, "leads_to_pass_on": 3, "awaiting_lead": 0}
        if path[-1] == "awaiting-lead":
            return {"items": self.waiting, "next_cursor": None, "total": len(self.waiting)}
        if path[-1] == "lead":
            self.chosen = body
            return self.tasks[path[1]] | {"available_actions": []}
        return super().tasks_(request, path, body)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, described: dict[str, dict[str, Any]]) -> StandIn:
    monkeypatch.setitem(standing_in.PEOPLE, "admin", ("Bùi Thanh Hải", "office", "Quản trị hệ thống", "SYSTEM_ADMIN"))
    made = Services(datetime.now(UTC).astimezone(VIETNAM).date(), described=described)
    made.sent, made.waiting = [], []
    return made


@pytest.fixture
def services(stand_in: StandIn) -> Services:
    assert isinstance(stand_in, Services)
    return stand_in


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    await browser.sign_in("admin")
    return browser


def typed(services: Services, **other: str) -> dict[str, Any]:
    return {
        "kind": "MERGE",
        "effective_on": f"{services.today + timedelta(days=30):%d/%m/%Y}",
        "from_agencies": "Sở Y tế\nSở Tài chính",
        "to_agencies": "",
        "new_agencies": "Sở Mới; SM",
        "new_kind": "DEPARTMENT",
        "new_parent": "Văn phòng Ủy ban nhân dân tỉnh",
        "legal_basis": BASIS,
    } | other


async def test_what_follows_is_shown_first_and_then_planned_as_it_was_shown(admin: Browser, services: Services) -> None:
    await admin.get(NEW)
    page = await admin.send(LIST, typed(services))
    assert page.status_code == 200
    said = words_of(page.text)
    for words in (
        "Sở Y tế 6 người · 18 việc chưa xong",
        "Sở Mới cơ quan mới",
        "29 việc chưa xong tự chuyển cho cơ quan kế thừa",
        "3 việc có hai cơ quan này cùng tham gia",
        "13 người chuyển theo vị trí",
        "2 người đứng đầu cần được bổ nhiệm lại",
        "1 đơn vị trực thuộc chuyển theo: TT Xúc tiến",
    ):
        assert words in said, words
    seen = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert [what for what, _ in services.sent] == ["preview"]
    page = await admin.send(LIST, {"seen": seen})
    assert page.url.path == f"{LIST}/{PLANNED}"
    assert [what for what, _ in services.sent] == ["preview", "reorganisations"]
    assert services.sent[1][1] == services.sent[0][1]
    assert services.sent[1][1] == {
        "kind": "MERGE",
        "from_agency_ids": [id_of("health"), id_of("finance")],
        "to_agency_ids": [],
        "new_agencies": [{"name": "Sở Mới", "short_name": "SM", "kind": "DEPARTMENT", "parent_id": id_of("office"), "identifier": None}],
        "effective_on": (services.today + timedelta(days=30)).isoformat(),
        "legal_basis": BASIS,
    }
    assert "Sở Mới; SM" not in (await admin.get(NEW)).text, "its draft is done with"


async def test_what_was_changed_after_it_was_seen_is_shown_anew(admin: Browser, services: Services) -> None:
    await admin.get(NEW)
    page = await admin.send(LIST, typed(services))
    seen = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    await admin.send(LIST, {"seen": seen, "new_agencies": "Sở Khác"})
    assert [what for what, _ in services.sent] == ["preview", "preview"]
    assert services.sent[1][1]["new_agencies"][0]["short_name"] == "Sở Khác"


async def test_names_that_are_not_clear_are_said_and_nothing_is_sent(admin: Browser, services: Services) -> None:
    await admin.get(NEW)
    page = await admin.send(LIST, typed(services, from_agencies="Sở Y tế\nxã Ba\nSở Không Có", effective_on="31/02/2027"))
    assert (page.status_code, len(admin.errors)) == (422, 2)
    assert "xã Ba (có thể là Ủy ban nhân dân xã Ba Động, Ủy ban nhân dân xã Ba Dinh); Sở Không Có" in words_of(page.text)
    assert services.sent == []
    assert admin.value_of(LIST, "from_agencies") == "Sở Y tế\nxã Ba\nSở Không Có"


@pytest.mark.parametrize(
    ("field", "beside"),
    [
        ("from_agency_ids", "from_agencies"),
        ("to_agency_ids", "to_agencies"),
        ("new_agencies", "new_agencies"),
        ("new_agencies.0.name", "new_agencies"),
        ("new_agencies.0.kind", "new_kind"),
        ("new_agencies.0.parent_id", "new_parent"),
        ("effective_on", "effective_on"),
    ],
)
async def test_what_is_refused_is_said_beside_its_field(admin: Browser, services: Services, field: str, beside: str) -> None:
    agency = {"id": id_of("health"), "name": "Sở Y tế"}
    services.refuse["POST /directory/reorganisations/preview"] = (
        409,
        {"code": "reorganisation-agency-in-another-plan", "field": field, "agency": agency},
    )
    await admin.get(NEW)
    first_key = admin.value_of(LIST, "idempotency_key")
    page = await admin.send(LIST, typed(services))
    assert page.status_code == 409
    assert f'id="{beside}-error"' in page.text
    assert f'<a href="/agencies/{id_of("health")}"' in page.text
    assert admin.value_of(LIST, "idempotency_key") != first_key


async def test_without_the_tasks_service_who_ends_is_shown_all_the_same(admin: Browser, services: Services) -> None:
    services.away.add("tasks")
    await admin.get(NEW)
    page = await admin.send(LIST, typed(services))
    assert page.status_code == 200
    assert "Chưa đọc được số việc" in words_of(page.text)


async def test_where_several_take_over_the_office_has_to_choose(admin: Browser, services: Services) -> None:
    services.moves = False
    await admin.get(NEW)
    said = words_of((await admin.send(LIST, typed(services))).text)
    assert "29 việc chưa xong chờ Văn phòng phân công lại từng việc." in said
    assert "13 người chưa có nơi công tác mới" in said


async def test_it_is_withdrawn_with_a_reason(admin: Browser, services: Services) -> None:
    page = await admin.get(f"{LIST}/{PLANNED}")
    assert "Hệ quả" in page.text
    page = await admin.send(f"{LIST}/{PLANNED}/withdraw", {"reason": "Hoãn"})
    said = words_of(page.text)
    assert "Đã thu hồi" in said
    assert "Lý do thu hồi Hoãn" in said
    assert f"{LIST}/{PLANNED}/withdraw" not in page.text
    [asked] = [one for one in services.asked if one.path.endswith("/withdraw")]
    assert (asked.body, asked.headers["if-match"]) == ({"reason": "Hoãn"}, '"1"')


async def test_a_withdrawal_that_is_refused_keeps_its_reason(admin: Browser, services: Services) -> None:
    await admin.get(f"{LIST}/{PLANNED}")
    services.refuse[f"POST /directory/reorganisations/{PLANNED}/withdraw"] = (409, {"code": "reorganisation-in-effect"})
    page = await admin.send(f"{LIST}/{PLANNED}/withdraw", {"reason": "Hoãn lại"})
    assert page.status_code == 409
    assert "đã đến ngày có hiệu lực" in words_of(page.text)
    assert admin.value_of(f"{LIST}/{PLANNED}/withdraw", "reason") == "Hoãn lại"


async def test_in_effect_it_tells_how_far_the_tasks_have_come(admin: Browser, services: Services) -> None:
    services.standing = "IN_EFFECT"
    said = words_of((await admin.get(f"{LIST}/{PLANNED}")).text)
    assert "26 việc đã chuyển cho cơ quan kế thừa. 3 việc đang chờ chuyển." in said
    services.away.add("tasks")
    assert "Chưa đọc được số việc" in words_of((await admin.get(f"{LIST}/{PLANNED}")).text)


async def test_all_are_listed_in_pages(admin: Browser) -> None:
    page = await admin.get(LIST)
    assert f'href="{LIST}/{PLANNED}"' in page.text
    assert "Sáp nhập, hợp nhất: health, finance → Sở Mới" in words_of(page.text)
    assert f'href="{LIST}?cursor=more"' in page.text
    assert f'href="{LIST}"' in (await admin.get("/agencies")).text


async def test_who_may_not_plan_is_shown_no_form(portal: Running) -> None:
    reader = portal.browser()
    await reader.sign_in("clerk")
    assert (await reader.get(NEW)).text.count("<textarea") == 0
    assert f'href="{LIST}"' not in (await reader.get("/agencies")).text
    await reader.http.aclose()


async def test_in_english_the_same_places_have_words(admin: Browser) -> None:
    admin.http.cookies.set("chidao-language", "en")
    for path, words in ((LIST, "Reorganisations"), (NEW, "Legal basis"), (f"{LIST}/{PLANNED}", "What follows")):
        page = await admin.get(path)
        assert (page.status_code, words in page.text) == (200, True), path


# the Office chooses a lead


def waiting(services: Services, task: dict[str, Any], *successors: str, may_choose: bool = True) -> str:
    [row] = services.rows_of([task])
    services.waiting = [{"task": row, "successor_ids": [id_of(one) for one in successors], "may_choose": may_choose}]
    return f"/reassignment/{task['id']}"


async def test_the_office_leader_chooses_among_those_who_took_over(browser: Browser, services: Services, released: dict[str, Any]) -> None:
    await browser.sign_in("lead")
    form = waiting(services, released, "ba-dong", "ba-dinh")
    page = await browser.get("/reassignment")
    assert page.text.count("<option") == 2
    await browser.send(form, {f"{released['id']}-agency_id": id_of("ba-dinh"), f"{released['id']}-reason": "Thuộc địa bàn xã"})
    assert services.chosen == {"agency_id": id_of("ba-dinh"), "reason": "Thuộc địa bàn xã"}


async def test_where_nobody_took_over_any_agency_is_named(browser: Browser, services: Services, released: dict[str, Any]) -> None:
    await browser.sign_in("lead")
    form = waiting(services, released)
    await browser.get("/reassignment")
    page = await browser.send(form, {f"{released['id']}-agency_id": "Sở Không Có", f"{released['id']}-reason": "Đúng chức năng"})
    assert (page.status_code, len(browser.errors), services.chosen) == (422, 1, None)
    assert browser.value_of(form, f"{released['id']}-reason") == "Đúng chức năng"
    await browser.send(form, {f"{released['id']}-agency_id": "Sở Tài chính"})
    assert services.chosen == {"agency_id": id_of("finance"), "reason": "Đúng chức năng"}


async def test_what_is_refused_stays_as_it_was_typed(browser: Browser, services: Services, released: dict[str, Any]) -> None:
    await browser.sign_in("lead")
    form = waiting(services, released, "ba-dong", "ba-dinh")
    await browser.get("/reassignment")
    services.refuse[f"POST /tasks/tasks/{released['id']}/lead"] = (422, {"code": "no-successor", "field": "agency_id"})
    page = await browser.send(form, {f"{released['id']}-agency_id": id_of("ba-dinh"), f"{released['id']}-reason": "Vì"})
    assert (page.status_code, len(browser.errors)) == (422, 1)
    assert browser.value_of(form, f"{released['id']}-agency_id") == id_of("ba-dinh")


async def test_a_specialist_sees_what_waits_and_chooses_nothing(browser: Browser, services: Services, released: dict[str, Any]) -> None:
    await browser.sign_in("tracker")
    waiting(services, released, "ba-dong", "ba-dinh", may_choose=False)
    page = await browser.get("/reassignment")
    assert released["code"] in page.text
    assert "<select" not in page.text
    services.waiting = []
    assert "Không có việc nào chờ phân công lại" in words_of((await browser.get("/reassignment")).text)
    assert 'href="/reassignment"' in (await browser.get("/agencies")).text
