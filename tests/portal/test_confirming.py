"""Confirming is a run: the next item comes by itself, and what was decided can be taken back for a moment, also without a script."""

import re
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from portal.formats import moment_of
from portal.screens import confirm
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn

Task = dict[str, Any]


def submitted(stand_in: StandIn, task: Task, days_ago: float) -> None:
    result = {"report_number": "128/BC-SYT", "report_date": "2026-03-05", "summary": "Xong", "file_id": None}
    stand_in.act(task, "results", result)
    task["submitted_at"] = task["result"]["submitted_at"] = (moment_of(stand_in.moment()) - timedelta(days=days_ago)).isoformat()


@pytest.fixture
def results(portal: Running, released: Task) -> list[Task]:
    """Three that wait: one for five days, one for two, one since today."""
    stand_in = portal.stand_in
    directive = next(iter(stand_in.directives.values()))
    instruction = directive["instructions"][0]
    others = [stand_in.assign(directive, deepcopy(instruction) | {"id": f"{n}", "content": f"Việc {n}"}) for n in (2, 3)]
    tasks = [released, *others]
    for task, days in zip(tasks, (5, 2, 0), strict=True):
        submitted(stand_in, task, days)
    return tasks


@pytest.fixture
async def office(portal: Running, results: list[Task]) -> AsyncIterator[Browser]:
    browser = portal.browser()
    await browser.sign_in("tracker")
    yield browser
    await browser.http.aclose()


async def test_the_next_item_comes_by_itself(office: Browser, results: list[Task]) -> None:
    page = await office.get("/confirm")
    assert [page.text.index(words) for words in ("Đã chờ 5 ngày", "Đã chờ 2 ngày", "Nộp hôm nay")] == sorted(
        page.text.index(words) for words in ("Đã chờ 5 ngày", "Đã chờ 2 ngày", "Nộp hôm nay")
    )
    first, second, third = (f"/confirm/{task['id']}" for task in results)
    await office.get(second)
    page = await office.send(f"{second}/confirm", {"quality": "GOOD"})
    assert page.url.path == third
    assert f"Đã ghi quyết định cho {results[1]['code']}" in page.text
    # After the last it begins again with the oldest.
    page = await office.send(f"{third}/return", {"reason": "Thiếu"})
    assert page.url.path == first
    page = await office.send(f"{first}/confirm", {"quality": "GOOD"})
    assert page.url.path == "/confirm"
    assert "Không còn kết quả chờ xác nhận" in page.text


async def test_what_is_too_much_for_one_page_stands_on_the_next_and_the_run_goes_on_there(
    portal: Running, office: Browser, results: list[Task]
) -> None:
    stand_in = portal.stand_in
    directive = next(iter(stand_in.directives.values()))
    instruction = directive["instructions"][0]
    for number in range(10, 10 + confirm.PAGE):
        submitted(stand_in, stand_in.assign(directive, deepcopy(instruction) | {"id": f"{number}", "content": f"Việc {number}"}), 10)
    page = await office.get("/confirm")
    assert f"{confirm.PAGE + 3} chờ xác nhận" in page.text
    # Those of today and of some days ago are younger than a full page.
    assert not any(f'href="/confirm/{task["id"]}"' in page.text for task in results)
    (rest,) = re.findall(r'<a href="(/confirm\?cursor=[^"]+)">', page.text)
    page = await office.get(rest)
    at = rest.removeprefix("/confirm")
    first, second, third = (f"/confirm/{task['id']}" for task in results)
    assert all(f'href="{one}{at}"' in page.text for one in (first, second, third))
    await office.get(f"{second}{at}")
    page = await office.send(f"{second}/confirm{at}", {"quality": "GOOD"})
    assert page.url.path == third
    # With the last of the last page it begins again with the oldest of all.
    for one in (third, first):
        await office.get(f"{one}{at}")
        page = await office.send(f"{one}/confirm{at}", {"quality": "GOOD"})
    assert page.url.path == "/confirm/10"


async def test_the_evidence_stands_beside_the_decision(office: Browser, results: list[Task]) -> None:
    page = await office.get(f"/confirm/{results[0]['id']}")
    for words in ("128/BC-SYT", "Diễn biến", *(f'">{key}</kbd>' for key in "crj")):
        assert words in page.text


async def test_a_held_decision_is_recalled(portal: Running, office: Browser, results: list[Task]) -> None:
    portal.stand_in.hold_seconds = 30
    first, second = (f"/confirm/{task['id']}" for task in results[:2])
    await office.get(first)
    page = await office.send(f"{first}/confirm", {"quality": "GOOD"})
    assert (page.url.path, results[0]["state"]) == (second, "AWAITING_CONFIRMATION")
    assert f"{results[0]['code']}: đã ghi nhận, đang chờ hiệu lực." in page.text
    assert "Có hiệu lực sau 30 giây." in page.text
    assert f'href="{first}"' not in page.text, "what was decided waits no more"
    page = await office.send(f"{first}/recall")
    assert page.url.path == first
    assert f"Đã thu hồi quyết định đối với {results[0]['code']}" in page.text
    assert results[0]["held"] is None
    assert office.form(f"{first}/confirm")


async def test_a_held_decision_takes_effect_at_once_and_one_stays_where_one_is(
    portal: Running, office: Browser, results: list[Task]
) -> None:
    portal.stand_in.hold_seconds = 30
    first, second = (f"/confirm/{task['id']}" for task in results[:2])
    await office.get(first)
    await office.send(f"{first}/confirm", {"quality": "GOOD"})
    page = await office.send(f"{first}/now")
    assert (page.url.path, results[0]["state"]) == (second, "COMPLETED")
    assert f"Đã ghi quyết định cho {results[0]['code']}" in page.text
    assert "Có hiệu lực ngay" not in page.text


async def test_too_late_to_recall_is_said(portal: Running, office: Browser, results: list[Task]) -> None:
    portal.stand_in.hold_seconds = 30
    first = f"/confirm/{results[0]['id']}"
    await office.get(first)
    await office.send(f"{first}/confirm", {"quality": "GOOD"})
    results[0]["held"] = None
    page = await office.send(f"{first}/recall")
    assert page.status_code == 409
    assert "đã có hiệu lực hoặc đã được thu hồi" in page.text


async def test_one_stays_in_the_run_wherever_the_form_says_one_was(portal: Running, office: Browser, results: list[Task]) -> None:
    portal.stand_in.hold_seconds = 30
    first = f"/confirm/{results[0]['id']}"
    for outside in ("https://elsewhere.test", "//elsewhere.test", "/confirm//elsewhere.test", "/home"):
        await office.get(first)
        await office.send(f"{first}/return", {"reason": "Thiếu"})
        page = await office.send(f"{first}/now", {"to": outside})
        assert page.url.path == "/confirm"
        results[0]["state"] = "AWAITING_CONFIRMATION"


async def test_why_it_did_not_take_effect_is_said(portal: Running, office: Browser, results: list[Task]) -> None:
    portal.stand_in.hold_seconds = 30
    first = f"/confirm/{results[0]['id']}"
    await office.get(first)
    await office.send(f"{first}/confirm", {"quality": "GOOD"})
    results[0]["held"]["void_because"] = "stale-version"
    page = await office.get(first)
    assert f"Xác nhận kết quả {results[0]['code']} không có hiệu lực" in page.text
    # It waits for a decision again.
    assert results[0]["content"] in (await office.get("/confirm")).text


async def test_whoever_did_not_decide_sees_the_mark_and_no_way_to_recall(portal: Running, office: Browser, results: list[Task]) -> None:
    portal.stand_in.hold_seconds = 30
    first = f"/confirm/{results[0]['id']}"
    await office.get(first)
    await office.send(f"{first}/confirm", {"quality": "GOOD"})
    results[0]["held"]["is_own"] = False
    for path in (first, f"/tasks/{results[0]['id']}"):
        page = await office.get(path)
        assert "đang chờ hiệu lực" in page.text
        assert "Thu hồi" not in page.text


async def test_a_release_is_recalled_or_takes_effect_at_once(portal: Running, office: Browser) -> None:
    portal.stand_in.hold_seconds = 30
    directive = next(iter(portal.stand_in.directives.values()))
    path = f"/directives/{directive['id']}"
    await office.get(path)
    page = await office.send(f"{path}/release")
    assert "đang chờ hiệu lực" in page.text
    assert directive["state"] == "DRAFT"
    page = await office.send(f"{path}/recall")
    assert "Đã thu hồi quyết định" in page.text
    await office.send(f"{path}/release")
    page = await office.send(f"{path}/now")
    assert (directive["state"], "đang chờ hiệu lực" in page.text) == ("RELEASED", False)


async def test_a_return_says_why(office: Browser, portal: Running, results: list[Task]) -> None:
    path = f"/confirm/{results[0]['id']}"
    await office.get(path)
    await office.send(f"{path}/return", {"reason": "  Thiếu số liệu\n của xã  ", "quality": "GOOD", "comment": "x"})
    (sent,) = [one.body for one in portal.stand_in.asked if one.path == f"/tasks/tasks/{results[0]['id']}/results/return"]
    assert sent == {"reason": "Thiếu số liệu\n của xã"}, "what is said of a confirmation does not go along"


async def test_a_return_without_a_reason_is_told_beside_its_field(office: Browser, portal: Running, results: list[Task]) -> None:
    path = f"/confirm/{results[0]['id']}"
    errors = [{"field": "reason", "code": "string_too_short", "message": ""}]
    portal.stand_in.refuse[f"POST /tasks/tasks/{results[0]['id']}/results/return"] = (422, {"code": "invalid-body", "errors": errors})
    await office.get(path)
    page = await office.send(f"{path}/return", {"reason": ""})
    assert (page.status_code, len(office.errors)) == (422, 1)
    assert 'id="reason-error"' in page.text
    assert re.search(r'<details class="section return-fold" id="return" open', page.text), "the field is to be seen"
