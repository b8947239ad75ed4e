"""The rules of the province on the screen. What the directory would answer is made by its own domain and its own schemas."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi import Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from libs.common.actor import Actor
from libs.common.clock import VIETNAM
from libs.common.domain import DomainError
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import BUNDLED_DAYS, CalendarDay, DayType
from services.directory.api.province_schemas import CalendarOut, SettingOut
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.use_cases.deciding import WithdrawPlanned
from services.directory.use_cases.plan_calendar import PlanCalendar
from services.directory.use_cases.plan_setting import PlanSetting
from tests.portal import stand_in as standing_in
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn, id_of

SOFTWARE = Actor.of_service("directory")
DUE_SOON = "/settings/due_soon_days"


class Directory(StandIn):
    """The stand-in with the rules of a province, as the directory keeps them."""

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self.now = datetime.combine(today, time(9), VIETNAM)
        self.settings = {key: ProvinceSetting(setting) for key, setting in SETTINGS.items()}
        self.calendars = {year: CalendarOfYear(year) for year in (today.year, today.year + 1)}
        for thing in (*self.settings.values(), *self.calendars.values()):
            thing.enter(thing.default, reason="import", by=SOFTWARE, at=self.now)  # type: ignore[arg-type]
            thing.version = 1

    def directory(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        if path[0] != "province":
            return super().directory(request, path, person, body)
        role = standing_in.PEOPLE[person][3]
        actor = Actor.of_person(id_of(person), id_of(person), id_of("office"), role)  # type: ignore[arg-type]
        if path == ["province", "settings"]:
            return [self.told(one, actor) for one in self.settings.values()]
        thing = self.settings[path[2]] if path[1] == "settings" else self.calendars[int(path[2])]
        if body is not None and (refusal := self.decide(thing, path[3], body, actor, request.headers.get("if-match"))):
            return refusal
        return self.told(thing, actor)

    def told(self, thing: ProvinceSetting | CalendarOfYear, actor: Actor) -> Any:
        names = {id_of("admin"): "Bùi Thanh Hải"}
        out = SettingOut if isinstance(thing, ProvinceSetting) else CalendarOut
        return out.of(thing, names, actor, self.today).model_dump(mode="json")  # type: ignore[arg-type]

    def decide(self, thing: Any, act: str, body: Any, actor: Actor, version: str | None) -> Response | None:
        if version != f'"{thing.version}"':
            return JSONResponse({"code": "stale-version", "title": "", "status": 412}, 412, media_type="application/problem+json")
        try:
            if act == "withdraw":
                taken_back = WithdrawPlanned.model_validate(body)
                thing.withdraw(taken_back.valid_from, reason=taken_back.reason, by=actor, at=self.now)
            elif isinstance(thing, ProvinceSetting):
                plan = PlanSetting.model_validate(body)
                thing.plan(plan.value, valid_from=plan.valid_from, reason=plan.reason, by=actor, at=self.now)
            else:
                year = PlanCalendar.model_validate(body)
                days = tuple(CalendarDay(**day.model_dump()) for day in year.days)
                thing.plan(days, valid_from=year.valid_from, reason=year.reason, by=actor, at=self.now)
        except DomainError as error:
            problem = {"code": error.code, "title": "", "field": error.field, **error.extra}
            return JSONResponse(problem, error.refusal.value, media_type="application/problem+json")
        except ValidationError as error:
            errors = [{"field": ".".join(map(str, one["loc"])), "code": one["type"], "message": one["msg"]} for one in error.errors()]
            return JSONResponse({"code": "invalid-body", "title": "", "errors": errors}, 422, media_type="application/problem+json")
        thing.version = len(thing.decisions)
        return None


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.setitem(standing_in.PEOPLE, "admin", ("Bùi Thanh Hải", "office", "Quản trị hệ thống", "SYSTEM_ADMIN"))
    return Directory(datetime.now(UTC).astimezone(VIETNAM).date())


@pytest.fixture
def directory(stand_in: StandIn) -> Directory:
    assert isinstance(stand_in, Directory)
    return stand_in


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    await browser.sign_in("admin")
    return browser


def written(day: date) -> str:
    return day.strftime("%d/%m/%Y")


async def test_everybody_reads_what_applies_and_only_an_administrator_has_forms(portal: Running, directory: Directory) -> None:
    reader = portal.browser()
    await reader.sign_in("clerk")
    assert 'href="/settings"' in reader.page.text
    page = await reader.get("/settings")
    for words in ("Sắp đến hạn", "3 ngày làm việc", "Báo cáo trong hạn thì vẫn tính là trong hạn", "Làm tròn tỷ lệ"):
        assert words in page.text
    assert 'class="demo-mark"' in page.text, "the province's settings took the place of the portal's"
    page = await reader.get(DUE_SOON)
    assert "Chỉ quản trị viên của tỉnh được thay đổi" in page.text
    assert f'action="{DUE_SOON}/plan"' not in page.text
    page = await reader.get(f"/settings/calendar/{directory.today.year}/change")
    assert "<textarea" not in page.text
    await reader.http.aclose()


async def test_a_change_is_planned_seen_by_all_and_taken_back(admin: Browser, directory: Directory) -> None:
    day = directory.today + timedelta(days=9)
    await admin.get(DUE_SOON)
    assert admin.value_of(f"{DUE_SOON}/plan", "valid_from") == written(directory.today + timedelta(days=1))
    page = await admin.send(f"{DUE_SOON}/plan", {"value": "5", "valid_from": written(day), "reason": "Quyết định số 41"})
    assert f"Từ ngày {written(day)}: 5 ngày làm việc" in page.text
    assert "Bùi Thanh Hải" in page.text
    page = await admin.get("/settings")
    assert f"Từ ngày {written(day)}: 5 ngày làm việc" in page.text
    await admin.get(DUE_SOON)
    page = await admin.send(f"{DUE_SOON}/withdraw", {"reason": ""})
    assert (page.status_code, len(admin.errors)) == (422, 1)
    page = await admin.send(f"{DUE_SOON}/withdraw", {"reason": "Hoãn"})
    assert "Chưa có thay đổi nào được dự kiến." in page.text
    assert "Đã thu hồi trước ngày áp dụng" in page.text


@pytest.mark.parametrize(
    ("typed", "status", "errors"),
    [
        ({"value": ""}, 422, ["Vui lòng chọn hoặc ghi giá trị mới."]),
        ({"value": "năm"}, 422, ["Vui lòng ghi một số nguyên."]),
        ({"value": "99"}, 422, ["Giá trị này không dùng được cho quy định."]),
        ({"value": "3"}, 409, []),
        ({"valid_from": ""}, 422, ["Vui lòng ghi ngày bắt đầu áp dụng."]),
        ({"valid_from": "31/02/2027"}, 422, ["Ngày chưa đúng. Ghi ngày/tháng/năm, ví dụ 05/03/2026."]),
        ({"valid_from": "05/03/2026"}, 422, ["Chỉ thay đổi được cho một ngày sắp tới; hôm nay và những ngày đã qua giữ nguyên."]),
        ({"reason": " "}, 422, ["Vui lòng ghi lý do hoặc căn cứ."]),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    typed: dict[str, str], status: int, errors: list[str], admin: Browser, directory: Directory
) -> None:
    day = written(directory.today + timedelta(days=9))
    await admin.get(DUE_SOON)
    filled = {"value": "5", "valid_from": day, "reason": "Quyết định số 41"} | typed
    page = await admin.send(f"{DUE_SOON}/plan", filled)
    assert (page.status_code, admin.errors) == (status, errors)
    kept = {name: admin.value_of(f"{DUE_SOON}/plan", name) for name in filled}
    assert kept == {name: text.strip() for name, text in filled.items()}
    assert directory.settings["due_soon_days"].version == 1


async def test_somebody_was_quicker(admin: Browser, directory: Directory) -> None:
    await admin.get("/settings/rounding")
    directory.settings["rounding"].version = 2
    page = await admin.send("/settings/rounding/plan", {"value": "TRUNCATE", "reason": "Theo Nghị quyết"})
    assert page.status_code == 412
    assert "Đã có người thay đổi nội dung này trước đồng chí." in page.text
    assert admin.value_of("/settings/rounding/plan", "version") == "2", "it may be sent upon what is seen now"
    assert admin.value_of("/settings/rounding/plan", "reason") == "Theo Nghị quyết"


async def test_yes_and_no_are_words(admin: Browser, directory: Directory) -> None:
    path = "/settings/release_needs_approval"
    await admin.get(path)
    page = await admin.send(f"{path}/plan", {"value": "no", "reason": "Ủy quyền"})
    assert "Chuyên viên theo dõi được tự phát hành" in page.text
    assert directory.settings["release_needs_approval"].decisions[-1].value is False


async def test_the_year_is_shown_with_letters_and_changed_as_a_whole(admin: Browser, directory: Directory) -> None:
    year = directory.today.year + 1
    path = f"/settings/calendar/{year}"
    page = await admin.get(path)
    assert f"Lịch làm việc năm {year}" in page.text
    assert page.text.count("<caption>Tháng ") == 12
    before = len(BUNDLED_DAYS.get(year, ()))
    await admin.get(f"{path}/change")
    monday = next(day for n in range(7) if (day := date(year, 6, 1) + timedelta(days=n)).weekday() == 0)
    new_row = f"day-{before}"
    typed = {new_row: "31/02/2027", f"name-{before}": "Ngày nghỉ của tỉnh", "reason": "Thông báo nghỉ lễ"}
    page = await admin.send(f"{path}/plan", typed)
    assert (page.status_code, len(admin.errors)) == (422, 1)
    typed |= {new_row: written(monday), f"type-{before}": "HOAN_DOI_LAM"}
    page = await admin.send(f"{path}/plan", typed)
    assert (page.status_code, len(admin.errors)) == (422, 1)
    assert f'id="type-{before}-error"' in page.text, "the service's place among the days is the row on the screen"
    page = await admin.send(f"{path}/plan", {f"type-{before}": "LE"})
    assert page.url.path == path
    assert "Lịch dự kiến áp dụng từ ngày" in page.text
    assert f"{written(monday)} (nghỉ lễ, tết: Ngày nghỉ của tỉnh)" in page.text
    assert len(directory.calendars[year].decisions[-1].value or ()) == before + 1
    page = await admin.send(f"{path}/withdraw", {"reason": "Chưa thống nhất"})
    assert "Đã thu hồi trước ngày áp dụng" in page.text


async def test_a_day_off_is_said_and_not_only_painted(admin: Browser, directory: Directory) -> None:
    holiday, worked = BUNDLED_DAYS[2026][0], next(day for day in BUNDLED_DAYS[2026] if day.type.value == "HOAN_DOI_LAM")
    directory.calendars[2026] = CalendarOfYear(2026)
    page = await admin.get("/settings/calendar/2026")
    for day, words in ((holiday, "Nghỉ lễ, Tết"), (worked, "Làm bù")):
        assert f'<span class="visually-hidden"> {words}: {day.name}</span>' in page.text
    assert "Ngày Văn hóa Việt Nam (Chưa chốt, chưa tính)" in page.text
    assert (await admin.get("/settings/calendar")).status_code == 303


async def test_in_english_the_same_places_have_words(admin: Browser, directory: Directory) -> None:
    admin.http.cookies.set("chidao-language", "en")
    for path, words in (
        ("/settings", "Settings of the province"),
        (DUE_SOON, "3 working days"),
        (f"/settings/calendar/{directory.today.year}", "Working calendar"),
        (f"/settings/calendar/{directory.today.year}/change", "Plan the calendar"),
    ):
        page = await admin.get(path)
        assert (page.status_code, words in page.text) == (200, True)


async def test_beside_a_typed_day_stands_its_weekday_and_whether_it_is_a_day_off(admin: Browser, directory: Directory) -> None:
    year = CalendarOfYear(2026)
    elections = CalendarDay(date=date(2026, 3, 16), type=DayType.LE, name="Bầu cử & kiểm phiếu", legal_basis=None, pending=False)
    year.enter((*year.default, elections), reason="import", by=SOFTWARE, at=directory.now)
    year.version = 1
    directory.calendars[2026] = year
    holiday = next(one for one in BUNDLED_DAYS[2026] if one.type.value == "LE" and not one.pending)
    sunday = next(day for day in map(date(2150, 3, 1).__add__, map(timedelta, range(7))) if day.weekday() == 6)
    said = {
        written(holiday.date): f"ngày nghỉ: {holiday.name}",
        written(elections.date): "ngày nghỉ: Bầu cử & kiểm phiếu",
        written(sunday): "Chủ nhật, ngày nghỉ",
        written(sunday + timedelta(days=1)): "Thứ Hai",
        f"{sunday + timedelta(days=1):%d%m%Y}": "Thứ Hai",
    }
    for typed, expected in said.items():
        answer = await admin.get("/days/said?typed=" + typed)
        assert expected in answer.text
        assert ("ngày nghỉ" in answer.text) == ("ngày nghỉ" in expected)
    assert (await admin.get("/days/said?typed=mai")).text == ""


async def test_a_reason_of_a_decision_is_kept_while_the_directory_is_away(admin: Browser, directory: Directory) -> None:
    await admin.get(DUE_SOON)
    directory.away.add("directory")
    page = await admin.send(f"{DUE_SOON}/plan", {"value": "5", "reason": "Theo Quy chế mới"})
    assert page.status_code == 503
    assert "Theo Quy chế mới" in page.text
    directory.away.clear()
    await admin.send(f"{DUE_SOON}/plan")
    assert len(directory.settings["due_soon_days"].decisions) == 2


async def opened_year(admin: Browser, directory: Directory) -> tuple[str, CalendarOfYear, list[CalendarDay]]:
    """The form of next year; its address, the calendar behind it and the days that it shows."""
    year = directory.today.year + 1
    path = f"/settings/calendar/{year}"
    await admin.get(f"{path}/change")
    days = list(BUNDLED_DAYS.get(year, ()))
    assert len(days) >= 3
    return path, directory.calendars[year], days


def saved_meanwhile(calendar: CalendarOfYear, days: list[CalendarDay], directory: Directory) -> None:
    calendar.plan(tuple(days), valid_from=directory.today + timedelta(days=1), reason="Người khác", by=SOFTWARE, at=directory.now)
    calendar.version = len(calendar.decisions)


async def test_days_that_somebody_else_has_just_planned_are_met_and_not_overwritten(admin: Browser, directory: Directory) -> None:
    path, calendar, days = await opened_year(admin, directory)
    first, second, third, *others = days
    theirs = first.model_copy(update={"name": "Tên mới của người khác"})
    saved_meanwhile(calendar, [theirs, third, *others], directory)
    mine = {"name-2": "Tên của đồng chí", "reason": "Thông báo nghỉ lễ"}
    page = await admin.send(f"{path}/plan", mine)
    assert page.status_code == 412
    assert f"{written(first.date)}: vừa được sửa (Tên mới của người khác)" in page.text
    assert f"{written(second.date)}: vừa bị bỏ" in page.text
    page = await admin.send(f"{path}/plan")
    assert page.url.path == path
    kept = {day.date: day.name for day in calendar.decisions[-1].value or ()}
    assert kept[first.date] == "Tên mới của người khác"
    assert kept[third.date] == "Tên của đồng chí"
    assert second.date not in kept
    assert len(kept) == len(days) - 1


@pytest.mark.parametrize(("choice", "name"), [("mine", "Tên của đồng chí"), ("theirs", "Tên mới của người khác")])
async def test_of_a_day_that_both_changed_one_is_chosen(admin: Browser, directory: Directory, choice: str, name: str) -> None:
    path, calendar, days = await opened_year(admin, directory)
    saved_meanwhile(calendar, [days[0].model_copy(update={"name": "Tên mới của người khác"}), *days[1:]], directory)
    page = await admin.send(f"{path}/plan", {"name-0": "Tên của đồng chí", "reason": "Thông báo"})
    assert page.status_code == 412
    assert f"{written(days[0].date)}: cả hai cùng sửa" in page.text
    planned = len(calendar.decisions)
    page = await admin.send(f"{path}/plan")
    assert (page.status_code, len(calendar.decisions)) == (422, planned), "nothing is chosen"
    await admin.send(f"{path}/plan", {"day-0-choice": choice})
    assert {day.date: day.name for day in calendar.decisions[-1].value or ()}[days[0].date] == name


async def test_what_one_removes_and_the_other_changes_stays_and_is_told(admin: Browser, directory: Directory) -> None:
    path, calendar, days = await opened_year(admin, directory)
    first, second, *others = days
    saved_meanwhile(calendar, [first.model_copy(update={"name": "Tên mới"}), *others], directory)
    page = await admin.send(f"{path}/plan", {"day-0": "", "name-1": "Vẫn nghỉ", "reason": "Thông báo"})
    assert page.status_code == 412
    assert f"{written(first.date)}: đồng chí đã bỏ nhưng người khác vừa sửa nên còn đây" in page.text
    assert f"{written(second.date)}: người khác vừa bỏ nhưng đồng chí đã sửa nên còn đây" in page.text
    await admin.send(f"{path}/plan")
    kept = {day.date: day.name for day in calendar.decisions[-1].value or ()}
    assert (kept[first.date], kept[second.date]) == ("Tên mới", "Vẫn nghỉ")
