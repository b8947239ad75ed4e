"""What an agency leads and what it only coordinates, what is told of a group to those who see a part of it, and who may act."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from portal.axis import Axis
from portal.frame import PLACES, Frame
from portal.messages import Catalogue
from portal.task_view import Task, task_view
from portal.web import many_leads
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn, id_of

CHIP = r'<a class="chip" href="[^"]*?(?:filter|view)=([\w-]+)[^"]*"[^>]*>.*?<span\s+class="count">(\d+)'


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def view(stand_in: StandIn, task: dict[str, Any]) -> Any:
    return task_view(cast("Task", task), Axis(stand_in.today), Catalogue("vi"), lead="Sở Y tế", lead_name="Sở Y tế")


async def test_its_own_page_asks_for_what_it_leads(browser: Browser, portal: Running, released: dict[str, Any]) -> None:
    # What stands in the head of the page was asked for when it was first opened.
    await browser.sign_in("clerk")
    await browser.get("/my-work")
    asked = [one for one in portal.stand_in.queries if one.get("scope") == "agency"]
    assert {one.get("part") for one in asked} == {"LEAD", "REPORTING", "COORDINATING"}
    assert all(one.get("part") == "LEAD" for one in asked if "limit" in one), "the list"
    portal.stand_in.queries.clear()
    await browser.get("/my-work?filter=coordinating")
    assert [one["part"] for one in portal.stand_in.queries if "limit" in one and one.get("scope") == "agency"] == ["COORDINATING"]
    portal.stand_in.queries.clear()
    await browser.get("/my-work?filter=reporting")
    assert [one["part"] for one in portal.stand_in.queries if "limit" in one and one.get("scope") == "agency"] == ["REPORTING"]
    portal.stand_in.queries.clear()
    await browser.get("/home")
    longest = next(one for one in portal.stand_in.queries if one.get("bucket") == "open_overdue")
    assert (longest["scope"], longest["part"]) == ("agency", "LEAD")


@pytest.mark.parametrize(
    ("bucket", "state"), [("open_overdue", "IN_PROGRESS"), ("open_overdue", "AWAITING_CONFIRMATION"), ("completed_late", "COMPLETED")]
)
async def test_what_is_coordinated_has_no_colour_of_the_lead(stand_in: StandIn, released: dict[str, Any], bucket: str, state: str) -> None:
    ended = stand_in.today.isoformat() if state == "COMPLETED" else None
    released |= {
        "relation": "COORDINATING",
        "bucket": bucket,
        "state": state,
        "due": (stand_in.today - timedelta(3)).isoformat(),
        "deadline": {"kind": "overdue", "days_overdue": 3, "working_days_left": None},
        "completed_on": ended,
        "submitted_at": stand_in.moment() if state == "AWAITING_CONFIRMATION" else None,
    }
    seen = view(stand_in, released)
    assert (seen.kind, seen.mark, seen.bar.kind) == ("apart", "apart", "apart")
    assert "quá hạn" not in seen.words
    assert view(stand_in, released | {"relation": "LEAD"}).kind in ("overdue", "late")


async def test_no_day_is_said_to_be_zero_days_away(stand_in: StandIn, released: dict[str, Any]) -> None:
    def words(days: int, left: int | None) -> str:
        due = stand_in.today + timedelta(days)
        return str(
            view(stand_in, released | {"due": due.isoformat(), "deadline": released["deadline"] | {"working_days_left": left}}).words
        )

    assert words(0, 0) == "đến hạn hôm nay"
    assert words(1, 0) == words(1, 1) == "đến hạn ngày mai"
    assert re.fullmatch(r"đến hạn (thứ|Chủ) \w+ [\d/]+", words(2, 0))
    assert words(4, 2) == "còn 2 ngày làm việc"


async def test_cards_and_chips_add_up(browser: Browser, portal: Running, released: dict[str, Any]) -> None:
    released["deadline"] |= {"kind": "due_soon"}
    portal.hear_that_all_changed()
    for person, path in (("clerk", "/my-work"), ("tracker", "/workbench?view=all")):
        await browser.sign_in(person)
        page = await browser.get(path)
        numbers = dict(
            re.findall(
                r'<a class="chip" href="[^"]*?(?:filter|view)=([\w-]+)[^"]*"[^>]*>.*?<span\s+class="count">(\d+)', page.text, re.DOTALL
            )
        )
        assert numbers["due-soon"] == "1"
        assert numbers.get("in-time", "0") == "0", "not a second time"
    await browser.sign_in("leader")
    home = await browser.get("/home")
    assert dict(re.findall(r'class="kpi-value" data-figure="(\w+)">(\d+)', home.text)) == {
        "open_overdue": "0",
        "due_soon": "1",
        "due_later": "0",
        "open_undated": "0",
        "C": "0",
    }


async def test_the_mark_of_due_soon_is_the_same_on_the_page_of_a_number(browser: Browser, released: dict[str, Any]) -> None:
    released["deadline"] |= {"kind": "due_soon"}
    await browser.sign_in("leader")
    assert 'class="deadline-line is-soon"' in (await browser.get("/numbers/open_in_time")).text


async def test_a_group_does_not_say_none_of_its_agencies_is_there(browser: Browser, released: dict[str, Any]) -> None:
    released |= {
        "is_group": True,
        "lead_agency_id": None,
        "relation": "COORDINATING",
        "children_summary": {"total": 96, "accepted": 50, "awaiting": 3, "completed": 2, "overdue": 9, "kinds": ["COMMUNE", "WARD"]},
    }
    await browser.sign_in("clerk")
    said = text_of((await browser.get(f"/tasks/{released['id']}")).text)
    assert "Từng cơ quan 96" in said
    assert "96 cơ quan: 50 đã tiếp nhận, 3 chờ xác nhận, 2 hoàn thành, 9 quá hạn" in said
    assert "xem được 0 trong 96" in said
    assert "tính 96 lượt giao" in said


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["COMMUNE", "WARD"], "96 xã, phường"),
        (["SPECIAL_ZONE", "COMMUNE", "WARD"], "96 xã, phường, đặc khu"),
        (["DEPARTMENT"], "96 sở, ban, ngành"),
        (["COMMUNE", "DEPARTMENT", "PUBLIC_UNIT", "WARD"], "96 cơ quan"),
        (["COMMUNE", "OFFICE"], "96 cơ quan"),
        ([], "96 cơ quan"),
    ],
)
def test_of_what_kind_the_many_are(kinds: list[str], words: str) -> None:
    group = cast("Task", {"is_group": True, "group_name": None, "left_out": 0, "children_summary": {"total": 96, "kinds": kinds}})
    assert many_leads(group, Catalogue("vi")) == words


async def test_who_may_not_accept_is_told_who_may(browser: Browser, released: dict[str, Any]) -> None:
    released["left_to_others"] = [{"action": "ACCEPT", "person_ids": [id_of("clerk"), id_of("nobody")]}]
    await browser.sign_in("clerk")
    said = text_of((await browser.get(f"/tasks/{released['id']}")).text)
    assert "Việc “Tiếp nhận nhiệm vụ” do người có thẩm quyền của cơ quan thực hiện: Nguyễn Thị Kim Ngân." in said
    released["left_to_others"] = [{"action": "ACCEPT", "person_ids": []}]
    assert "danh bạ hiện chưa có ai" in text_of((await browser.get(f"/tasks/{released['id']}")).text)


async def test_what_waits_is_asked_for_alone(browser: Browser, portal: Running, released: dict[str, Any]) -> None:
    await browser.sign_in("clerk")
    page = await browser.get("/my-work")
    (place,) = re.findall(r'<span class="waiting" id="waiting-mine" data-live="tasks"\s+data-part-url="([^"]+)">', page.text)
    assert 'id="waiting-mine-badge" data-beside="waiting-mine"' in page.text
    part = (await browser.get(place)).text
    assert (part.count('id="waiting-mine"'), part.count('id="waiting-mine-badge"')) == (1, 1)
    assert text_of(part).split() == ["1", "1", "1", "việc", "chưa", "hoàn", "thành"]
    portal.stand_in.tasks.clear()
    portal.hear_that_all_changed()
    assert text_of((await browser.get(place)).text).strip() == ""
    assert (await browser.get("/waiting/nothing-that-waits")).status_code == 404


@pytest.mark.parametrize("role", PLACES)
def test_every_place_is_reached_on_a_narrow_screen(role: str) -> None:
    frame = Frame(PLACES[role], {})
    assert {*frame.places} <= {*frame.on_a_phone, *frame.beyond_the_bar}
    if "/home" in {place.path for place in frame.places}:
        assert "/home" in {place.path for place in frame.on_a_phone}, "the overview is on the bar itself"


def test_a_task_without_a_known_lead_is_no_group() -> None:
    assert many_leads(cast("Task", SimpleNamespace(is_group=False).__dict__), Catalogue("vi")) == "–"


async def test_who_reports_for_whom_is_said_wherever_the_task_is_shown(browser: Browser, released: dict[str, Any]) -> None:
    released |= {"reporting_agency_id": id_of("finance"), "relation": "REPORTING"}
    released["assignments"].append({"agency_id": id_of("finance"), "role": "REPORTING"})
    await browser.sign_in("clerk")
    assert "Báo cáo thay Sở Y tế · Chờ tiếp nhận" not in text_of((await browser.get("/my-work")).text), "one thing at a time"
    assert "Báo cáo thay Sở Y tế" in text_of((await browser.get("/my-work?filter=reporting")).text)
    page = text_of((await browser.get(f"/tasks/{released['id']}")).text)
    assert "Sở Tài chính báo cáo thay Sở Y tế" in page
    assert "Sở Tài chính Báo cáo thay" in page, "among its agencies"
    tracker = browser
    await tracker.sign_in("tracker")
    released |= {"state": "AWAITING_CONFIRMATION"}
    assert "Sở Tài chính báo cáo thay Sở Y tế" in text_of((await tracker.get(f"/confirm/{released['id']}")).text)


async def test_what_the_office_only_coordinates_has_no_colour_either(browser: Browser, released: dict[str, Any], stand_in: StandIn) -> None:
    """Whoever oversees all tasks stands to each of them as that; what he asked for says that it stands apart."""
    released |= {"relation": "OVERSIGHT", "bucket": "open_overdue", "due": (stand_in.today - timedelta(3)).isoformat()}
    released["deadline"] = {"kind": "overdue", "days_overdue": 3, "working_days_left": None}
    await browser.sign_in("tracker")
    late = Catalogue("vi")("deadline.overdue", n=3)
    assert late in text_of((await browser.get("/my-work")).text)
    page = text_of((await browser.get("/my-work?filter=coordinating")).text)
    assert late not in page
    assert "Sở Y tế chủ trì" in page


async def test_the_list_behind_a_number_says_whose_a_group_is(browser: Browser, released: dict[str, Any]) -> None:
    summary = {"total": 96, "accepted": 0, "awaiting": 0, "completed": 0, "overdue": 0, "kinds": ["COMMUNE", "WARD"]}
    released |= {"is_group": True, "lead_agency_id": None, "children_summary": summary}
    await browser.sign_in("tracker")
    page = text_of((await browser.get("/numbers/N")).text)
    assert "96 xã, phường" in page
    assert "Nhiều cơ quan" not in page
