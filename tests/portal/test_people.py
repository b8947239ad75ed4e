"""People and roles on the screen: who acts where, the forms by which it changes, and who changed what. The directory is stood in for."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import Request

from libs.common.clock import VIETNAM
from portal.screens.people import ACTS
from services.directory.api.people_schemas import (
    ActOnMembership,
    HeldMembershipOut,
    MembershipActOut,
    OneMembershipOut,
    PeopleRightsOut,
)
from services.directory.api.schemas import AgencyRecordOut
from services.directory.domain.membership import Role
from services.directory.use_cases.add_person import AddPerson
from services.directory.use_cases.change_role import ChangeRole
from services.directory.use_cases.end_membership import EndMembership
from services.directory.use_cases.give_membership import GiveMembership
from tests.portal import stand_in as standing_in
from tests.portal.conftest import Browser
from tests.portal.stand_in import StandIn, id_of

AGENCY = id_of("health")
PEOPLE = f"/agencies/{AGENCY}/people"
NEW = f"{PEOPLE}/new"
OFFICER = id_of("officer's membership")
OF_HEAD = id_of("head's membership")


def held(key: str, **other: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": id_of(f"{key}'s membership"),
        "version": 3,
        "person_id": id_of(key),
        "name": key,
        "officer_code": f"QNG-{len(key)}",
        "agency_id": AGENCY,
        "position": "Chuyên viên",
        "role": Role.AGENCY_OFFICER,
        "is_head": False,
        "valid_from": None,
        "valid_to": None,
        "may_change": True,
    }
    return HeldMembershipOut.model_validate(known | other).model_dump(mode="json")


class Directory(StandIn):
    """The stand-in with the people of one agency; `sent` is what it was asked to do, each body as the service would read it."""

    current: list[Any]
    former: list[Any]
    acts: list[Any]
    sent: list[tuple[str, dict[str, Any]]]
    sees = True
    last = False

    def directory(self, request: Request, path: list[str], person: str, body: Any) -> Any:
        role = standing_in.PEOPLE[person][3]
        manages = role in ("AGENCY_HEAD", "SYSTEM_ADMIN")
        match path:
            case ["agencies", agency] if body is None:
                known = {
                    "id": agency, "key": "so-y-te", "name": "Sở Y tế", "short_name": "Sở Y tế", "kind": "DEPARTMENT", "scope": "quang-ngai",
                    "parent_id": None, "valid_from": None, "valid_to": None, "matched_alias": None, "successors": [],
                }  # fmt: skip
                beside: dict[str, Any] = {name: [] for name in ("names", "codes", "parents", "came_from", "became")}
                rights = {"version": 1, "may_see_people": self.sees, "may_change": False}
                return AgencyRecordOut.model_validate(known | beside | rights).model_dump(mode="json")
            case ["agencies", _, "people-rights"]:
                gives = [Role.AGENCY_OFFICER, Role.AGENCY_CLERK, Role.AGENCY_HEAD] if manages else []
                return PeopleRightsOut(manages=manages, may_give=gives, may_name_head=role == "SYSTEM_ADMIN").model_dump(mode="json")
            case ["agencies", _, "memberships"] if body is None:
                return self.page_of([one for one in self.current if request.query_params.get("q", "").casefold() in one["name"].casefold()])
            case ["agencies", _, "ended-memberships"]:
                return self.page_of(self.former)
            case ["agencies", _, "membership-history"]:
                return {"items": self.acts, "next_cursor": "more", "total": None}
            case ["memberships", _] if body is None:
                mine = manages and self.current[1]["may_change"]
                return OneMembershipOut(**self.current[1] | {"may_change": mine}, is_last_who_manages=self.last).model_dump(mode="json")
            case ["agencies", _, "people" | "memberships"] | ["memberships", _, _] if body is not None:
                model = {"people": AddPerson, "memberships": GiveMembership, "change": ChangeRole, "end": EndMembership}[path[-1]]
                self.sent.append(("/".join(path), model.model_validate(body).model_dump(mode="json")))
                return {"id": OFFICER, "version": 4, "person_id": id_of("officer"), "valid_to": None}
        return super().directory(request, path, person, body)

    def page_of(self, items: list[Any]) -> dict[str, Any]:
        return {"items": items, "next_cursor": "more" if items else None, "total": len(items)}


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, described: dict[str, dict[str, Any]]) -> StandIn:
    monkeypatch.setitem(standing_in.PEOPLE, "admin", ("Bùi Thanh Hải", "office", "Quản trị hệ thống", "SYSTEM_ADMIN"))
    monkeypatch.setitem(standing_in.PEOPLE, "head", ("Đinh Văn Trí", "health", "Giám đốc", "AGENCY_HEAD"))
    made = Directory(datetime.now(UTC).astimezone(VIETNAM).date(), described=described)
    day = made.today
    made.current = [
        held("head", name="Đinh Văn Trí", position="Giám đốc", role=Role.AGENCY_HEAD, is_head=True, may_change=False),
        held("officer", name="Trần Thị Thu Hiền", valid_from=date(2026, 1, 5), valid_to=day + timedelta(days=40)),
        held("coming", name="Hồ Văn Tường", valid_from=day + timedelta(days=3)),
    ]
    made.former = [
        held("gone", name="Võ Thị Mai", position="Văn thư", may_change=False, valid_to=date(2025, 6, 30)),
        held("never", name="Ngô Liên", may_change=False, valid_from=day + timedelta(days=3), valid_to=day),
    ]
    told = {
        "membership_id": OFFICER, "person_id": id_of("officer"), "name": "Trần Thị Thu Hiền", "position": "Chuyên viên",
        "role": Role.AGENCY_OFFICER, "valid_from": date(2026, 1, 5), "occurred_at": datetime(2026, 1, 5, 1, 0, tzinfo=UTC),
    }  # fmt: skip
    by_nobody = {"actor_person_id": None, "actor_agency_id": None}
    by_head = {"actor_person_id": id_of("head"), "actor_agency_id": AGENCY}
    by_admin = {"actor_person_id": id_of("admin"), "actor_agency_id": id_of("office")}
    made.acts = [
        MembershipActOut.model_validate(one).model_dump(mode="json")
        for one in (
            told | by_admin | {"version": 2, "act": ActOnMembership.ENDED, "valid_to": date(2026, 3, 1), "reason": "Nghỉ hưu"},
            told | by_head | {"version": 1, "act": ActOnMembership.GIVEN, "valid_to": None, "reason": "Tuyển dụng"},
            told | by_nobody | {"version": 1, "act": ActOnMembership.GIVEN, "valid_to": None, "reason": "nhập"},
        )
    ]
    made.sent = []
    return made


@pytest.fixture
def directory(stand_in: StandIn) -> Directory:
    assert isinstance(stand_in, Directory)
    return stand_in


@pytest.fixture
async def head(browser: Browser) -> Browser:
    await browser.sign_in("head")
    return browser


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html[html.index("<main") :])).split())


# the lists


async def test_who_acts_as_what_and_since_when(head: Browser, directory: Directory) -> None:
    page = await head.get(PEOPLE)
    said = words_of(page.text)
    for words in (
        "Đương nhiệm 3",
        "Đinh Văn Trí QNG-4 Giám đốc đứng đầu cơ quan Thủ trưởng cơ quan đương nhiệm",
        f"Trần Thị Thu Hiền QNG-7 Chuyên viên Chuyên viên từ 05/01/2026 đến hết {directory.today + timedelta(days=40):%d/%m/%Y}",
        f"từ {directory.today + timedelta(days=3):%d/%m/%Y} sắp tới",
    ):
        assert words in said, (words, said)
    assert f'href="/memberships/{OFFICER}/end"' in page.text
    assert f'href="/memberships/{id_of("head" + chr(39) + "s membership")}/end"' not in page.text, (
        "what the service does not let him change"
    )
    assert f'href="{NEW}"' in page.text
    assert f'href="{PEOPLE}?cursor=more"' in page.text


async def test_people_are_found_by_name_and_an_empty_list_says_why(head: Browser, directory: Directory) -> None:
    page = await head.get(f"{PEOPLE}?q=tường")
    assert ("Hồ Văn Tường" in page.text, "Trần Thị Thu Hiền" in page.text) == (True, False)
    assert {"q": "tường", "limit": "50"} in directory.queries
    assert "Không thấy “ai đó”" in words_of((await head.get(f"{PEOPLE}?q=ai đó")).text)
    directory.current, directory.former, directory.acts = [], [], []
    for address, words in (("", "Chưa có ai"), ("?view=ended", "Chưa có ai thôi giữ chức vụ"), ("?view=history", "Chưa có thay đổi nào")):
        assert words in words_of((await head.get(PEOPLE + address)).text)


async def test_former_ones_stand_apart(head: Browser) -> None:
    page = await head.get(f"{PEOPLE}?view=ended&q=")
    said = words_of(page.text)
    assert "Võ Thị Mai QNG-4 Văn thư Chuyên viên đến hết 30/06/2025" in said
    assert "rút lại trước khi bắt đầu" in said
    assert "Hồ Văn Tường" not in said
    assert "/end" not in page.text[page.text.index("<main") :]
    assert f'href="{PEOPLE}?view=ended&amp;cursor=more"' in page.text


async def test_who_changed_what_and_when(head: Browser) -> None:
    page = await head.get(f"{PEOPLE}?view=history")
    said = words_of(page.text)
    whom = "Trần Thị Thu Hiền Chuyên viên · Chuyên viên"
    assert f"Bùi Thanh Hải VP UBND tỉnh Chấm dứt tư cách của {whom} · từ 05/01/2026 đến hết 01/03/2026 Nghỉ hưu" in said, said
    assert f"Đinh Văn Trí Giao tư cách cho {whom} · từ 05/01/2026 Tuyển dụng" in said
    assert "Hệ thống Giao tư cách cho" in said
    assert f'href="{PEOPLE}?view=history&amp;cursor=more"' in page.text


async def test_whoever_only_looks_is_shown_no_way_to_change(browser: Browser, directory: Directory) -> None:
    await browser.sign_in("clerk")
    directory.current = [one | {"may_change": False} for one in directory.current]
    page = await browser.get(f"{PEOPLE}?view=history")
    assert "Trần Thị Thu Hiền" in page.text, "without the history he sees who acts"
    assert "/memberships/" not in page.text
    assert f'href="{NEW}"' not in page.text
    assert "Thời điểm" not in words_of(page.text)
    assert (await browser.get(NEW)).text.count("<textarea") == 0
    directory.sees = False
    page = await browser.get(PEOPLE)
    assert "Người của một cơ quan chỉ cơ quan đó" in words_of(page.text)
    assert "Trần Thị Thu Hiền" not in page.text


async def test_the_menu_and_the_agency_lead_there(head: Browser, browser: Browser, directory: Directory) -> None:
    page = await head.get("/agencies")
    assert f'<a href="{PEOPLE}">' in page.text
    await browser.sign_in("tracker")
    assert f"/agencies/{id_of('office')}/people" not in (await browser.get("/agencies")).text


# a new person


def person(**other: str) -> dict[str, Any]:
    return {
        "name": "Nguyễn Thị Kim Ngân",
        "officer_code": "qng-004512",
        "position": "Chuyên viên",
        "role": "AGENCY_CLERK",
        "valid_to": "",
        "reason": "Quyết định số 35/QĐ-SYT",
    } | other


async def test_a_new_person_is_sent_as_typed(head: Browser, directory: Directory) -> None:
    page = await head.get(NEW)
    assert head.value_of(PEOPLE, "valid_from") == f"{directory.today:%d/%m/%Y}"
    assert "is_head" not in page.text, "only an administrator names a head"
    answer = await head.send(PEOPLE, person())
    assert answer.url.path == PEOPLE
    assert directory.sent == [
        (
            f"agencies/{AGENCY}/people",
            {
                "position": "Chuyên viên",
                "role": "AGENCY_CLERK",
                "is_head": False,
                "valid_from": directory.today.isoformat(),
                "valid_to": None,
                "reason": "Quyết định số 35/QĐ-SYT",
                "name": "Nguyễn Thị Kim Ngân",
                "officer_code": "QNG-004512",
            },
        )
    ]


async def test_an_administrator_names_the_head(browser: Browser, directory: Directory) -> None:
    await browser.sign_in("admin")
    await browser.get(NEW)
    await browser.send(PEOPLE, person(is_head="yes", valid_to="31/12/2030"))
    [(_, sent)] = directory.sent
    assert (sent["is_head"], sent["valid_to"]) == (True, "2030-12-31")


async def test_what_cannot_be_read_is_said_before_anything_is_sent(head: Browser, directory: Directory) -> None:
    await head.get(NEW)
    page = await head.send(PEOPLE, person(valid_from="31/02/2026", valid_to="mai"))
    assert (page.status_code, len(head.errors), directory.sent) == (422, 2, [])
    assert head.value_of(PEOPLE, "name") == "Nguyễn Thị Kim Ngân"


@pytest.mark.parametrize(("code", "field"), [("officer-code-of-another", "officer_code"), ("membership-known", "role")])
async def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    head: Browser, directory: Directory, code: str, field: str
) -> None:
    await head.get(NEW)
    key = head.value_of(PEOPLE, "idempotency_key")
    directory.refuse[f"POST /directory{PEOPLE}"] = (409, {"code": code, "field": field})
    page = await head.send(PEOPLE, person())
    assert (page.status_code, len(head.errors)) == (409, 1)
    assert f'id="{field}-error"' in page.text
    typed = head.form(PEOPLE)
    assert {name: typed[name] for name in person()} == person()
    assert typed["idempotency_key"] != key


async def test_while_the_directory_is_away_the_same_is_sent_again_under_its_key(head: Browser, directory: Directory) -> None:
    await head.get(NEW)
    key = head.value_of(PEOPLE, "idempotency_key")
    directory.refuse[f"POST /directory{PEOPLE}"] = (503, {"code": "unavailable"})
    page = await head.send(PEOPLE, person())
    assert (page.status_code, head.value_of(PEOPLE, "idempotency_key")) == (503, key)


# what somebody has


async def test_a_change_begins_with_what_there_is(head: Browser, directory: Directory) -> None:
    form = f"/memberships/{OFFICER}/change"
    await head.get(form)
    begun = head.form(form)
    until = f"{directory.today + timedelta(days=40):%d/%m/%Y}"
    assert {name: begun[name] for name in ("position", "role", "valid_to", "version")} == {
        "position": "Chuyên viên", "role": "AGENCY_OFFICER", "valid_to": until, "version": "3",
    }  # fmt: skip
    answer = await head.send(form, {"position": "Văn thư", "role": "AGENCY_CLERK", "valid_to": "", "reason": "QĐ"})
    assert answer.url.path == PEOPLE
    [(path, sent)] = directory.sent
    assert (path, sent["role"], sent["valid_to"], sent["leaves_nobody"]) == (f"memberships/{OFFICER}/change", "AGENCY_CLERK", None, False)
    assert [one.headers["if-match"] for one in directory.asked if one.path.endswith("/change")] == ['"3"']


async def test_an_end_asks_for_a_reason_and_says_what_it_does(head: Browser, directory: Directory) -> None:
    form = f"/memberships/{OFFICER}/end"
    page = await head.get(form)
    said = words_of(page.text)
    assert "Chấm dứt tư cách Trần Thị Thu Hiền" in said
    assert "Người này không còn vào được với tư cách đang ghi dưới đây." in said
    assert "leaves_nobody" not in page.text
    await head.send(form, {"reason": "Chuyển công tác"})
    assert directory.sent == [(f"memberships/{OFFICER}/end", {"reason": "Chuyển công tác", "last_day": None, "leaves_nobody": False})]
    await head.get(form)
    await head.send(form, {"reason": "Nghỉ hưu", "last_day": "31122030"})
    assert directory.sent[-1][1]["last_day"] == "2030-12-31"


async def test_whoever_is_the_last_is_ended_by_one_who_says_that_he_knows(browser: Browser, directory: Directory) -> None:
    await browser.sign_in("admin")
    directory.last = True
    form = f"/memberships/{OFFICER}/end"
    page = await browser.get(form)
    assert "người cuối cùng quản lý được" in words_of(page.text)
    directory.refuse[f"POST /directory{form}"] = (409, {"code": "last-who-manages", "field": "leaves_nobody"})
    page = await browser.send(form, {"reason": "Giải thể"})
    assert (page.status_code, 'id="leaves_nobody-error"' in page.text) == (409, True)
    directory.refuse.clear()
    await browser.send(form, {"leaves_nobody": "yes"})
    assert directory.sent == [(f"memberships/{OFFICER}/end", {"reason": "Giải thể", "last_day": None, "leaves_nobody": True})]


async def test_another_position_goes_to_the_same_person(head: Browser, directory: Directory) -> None:
    form = f"/memberships/{OFFICER}/another"
    await head.get(form)
    await head.send(form, {"position": "Văn thư", "role": "AGENCY_CLERK", "reason": "QĐ"})
    [(path, sent)] = directory.sent
    assert (path, sent["person_id"], sent["role"]) == (f"agencies/{AGENCY}/memberships", id_of("officer"), "AGENCY_CLERK")


@pytest.mark.parametrize("act", ACTS)
async def test_what_is_not_ones_own_to_change_has_no_form(browser: Browser, act: str) -> None:
    await browser.sign_in("tracker")
    page = await browser.get(f"/memberships/{OFFICER}/{act}")
    assert (page.status_code, "Đồng chí không có thẩm quyền" in words_of(page.text), page.text.count("<textarea")) == (200, True, 0)
    assert (await browser.get(f"/memberships/{OFFICER}/praise")).status_code == 404


async def test_in_english_the_same_places_have_words(head: Browser) -> None:
    head.http.cookies.set("chidao-language", "en")
    for path, words in (
        (PEOPLE, "In office"),
        (f"{PEOPLE}?view=history", "The software"),
        (NEW, "Officer code"),
        (f"/memberships/{OFFICER}/end", "End the membership"),
    ):
        page = await head.get(path)
        assert (page.status_code, words in page.text) == (200, True), path
