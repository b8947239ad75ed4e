"""Thông báo: what is gathered is told in one sentence, what somebody opened is read, and the bell speaks what it shows."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import id_of
from tests.portal.test_shared import notice_of


def of_group(task: dict[str, Any], *kinds: tuple[str, int], code: str | None = "NV-1003") -> dict[str, Any]:
    gathered = [{"agency_id": None, "agency_kind": kind, "number": number, "tasks": []} for kind, number in kinds]
    told = {"id": id_of("group"), "kind": "overdue-of-group", "task_code": code, "detail": {"day": "2026-11-28"}}
    return {**notice_of(task), **told, "gathered": gathered}


def of_day(task: dict[str, Any], *agencies: tuple[str, int]) -> dict[str, Any]:
    named = [{"id": id_of("one"), "code": "NV-1007"}]
    gathered = [
        {"agency_id": id_of(key), "agency_kind": "DEPARTMENT", "number": number, "tasks": named if number else []}
        for key, number in agencies
    ]
    nothing = {"task_id": None, "task_code": None, "directive_label": None, "content": None}
    told = {"id": id_of("day"), "kind": "overdue-of-day", "detail": {"day": "2026-11-28"}}
    return {**notice_of(task), **nothing, **told, "gathered": gathered}


@pytest.mark.parametrize(
    ("kinds", "code", "said"),
    [
        ([("WARD", 8), ("COMMUNE", 88)], "NV-1003", "96 xã, phường, đặc khu quá hạn ở NV-1003"),
        ([("COMMUNE", 88), ("DEPARTMENT", 2)], "NV-1003", "90 cơ quan quá hạn ở NV-1003"),
        ([("COMMUNE", 3)], None, "3 xã, phường, đặc khu quá hạn ở nhóm nhiệm vụ này"),
    ],
)
async def test_a_group_is_one_sentence(
    portal: Running, browser: Browser, released: dict[str, Any], kinds: Sequence[tuple[str, int]], code: str | None, said: str
) -> None:
    portal.stand_in.notices = [of_group(released, *kinds, code=code)]
    await browser.sign_in("tracker")
    page = await browser.get("/notices")
    assert said in page.text
    assert "Quá hạn từ ngày 28/11/2026" in page.text
    page = await browser.send(f"/notices/{id_of('group')}/open")
    assert page.url.path == f"/tasks/{released['id']}"


async def test_a_day_has_numbers_by_agency_and_links(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    portal.stand_in.notices = [of_day(released, ("health", 7), ("finance", 1))]
    await browser.sign_in("tracker")
    page = await browser.get("/notices")
    words = " ".join(page.text.split())
    assert "8 nhiệm vụ của 2 cơ quan mới quá hạn" in words
    assert '<b>Sở Y tế</b> <span class="count">7</span>' in words
    assert f'href="/tasks/{id_of("one")}">NV-1007</a>' in words
    assert "và 6 nhiệm vụ khác" in words
    page = await browser.send(f"/notices/{id_of('day')}/open")
    assert (page.url.path, page.url.query) == ("/workbench", b"view=overdue")
    assert portal.stand_in.notices[0]["read"]


@pytest.mark.parametrize(("agency", "said"), [("finance", True), ("nobody knows it", False), (None, False)])
async def test_what_an_agency_of_before_was_told_says_so(
    portal: Running, browser: Browser, released: dict[str, Any], agency: str | None, said: bool
) -> None:
    portal.stand_in.notices = [{**notice_of(released), "inherited_from": agency and id_of(agency)}]
    await browser.sign_in("clerk")
    words = " ".join((await browser.get("/notices")).text.split())
    assert ("gửi cơ quan trước đây: Sở Tài chính" in words) is said
    assert ("cơ quan trước đây" in words) is said


async def test_who_opens_a_task_has_read_what_he_was_told_of_it(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    other = {**notice_of(released), "id": id_of("other"), "task_id": id_of("another task")}
    portal.stand_in.notices = [notice_of(released), other]
    await browser.sign_in("clerk")
    page = await browser.get(f"/tasks/{released['id']}")
    assert [one["read"] for one in portal.stand_in.notices] == [True, False]
    assert "Thông báo, 1 chưa đọc" in page.text, "the bell of the same page knows of it"


async def test_the_bell_speaks_the_number_that_it_shows(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    """What a page puts in the place of the old number brings the spoken one along; nothing outside says another."""
    await browser.sign_in("clerk")
    page = await browser.get("/notices")
    assert page.text.count("Thông báo, 0 chưa đọc") == 1
    portal.stand_in.notices = [notice_of(released)]
    portal.hear_that_all_changed()
    part = await browser.get("/notices/badge")
    assert '<span class="badge" aria-hidden="true">1</span>' in part.text
    assert '<span class="visually-hidden">Thông báo, 1 chưa đọc</span>' in part.text
    assert 'aria-label="Thông báo' not in page.text


async def test_notices_of_one_kind(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    portal.stand_in.notices = [notice_of(released), {**notice_of(released), "id": id_of("late"), "kind": "overdue"}]
    await browser.sign_in("clerk")
    page = await browser.get("/notices?kind=overdue&unread=true")
    assert "Nhiệm vụ quá hạn" in page.text
    assert "Giao nhiệm vụ mới" not in page.text
    assert 'href="/notices?unread=true&amp;kind=returned"' in page.text
    page = await browser.get("/notices?kind=submitted")
    assert "Giao nhiệm vụ mới" in page.text, "what an agency is never told of is no filter"


async def test_what_was_taken_away_is_told_and_leads_nowhere(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    """The agency that led does not see the task any more."""
    away = {**notice_of(released), "kind": "moved-away", "detail": {"reason": "Đúng chức năng"}}
    portal.stand_in.notices = [away]
    await browser.sign_in("clerk")
    page = await browser.get("/notices")
    assert "Nhiệm vụ đã chuyển cho cơ quan khác chủ trì" in page.text
    assert "Đúng chức năng" in page.text
    assert f'href="/tasks/{released["id"]}"' not in page.text
    page = await browser.send(f"/notices/{away['id']}/read")
    assert (page.url.path, portal.stand_in.notices[0]["read"]) == ("/notices", True)
