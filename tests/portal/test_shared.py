"""One answer a moment for all who ask the same; what comes late comes into its place; who did something sees it at once."""

import asyncio
import re
from typing import Any

import pytest

from portal import web
from portal.shared import SharedAnswers
from tests.portal.conftest import Browser, Running


class Counter:
    """Asked, it says how often it was asked, once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = asyncio.Event()

    async def ask(self) -> int:
        self.asked += 1
        said = self.asked
        await self.may.wait()
        return said


async def test_those_who_ask_together_are_told_by_one_answer() -> None:
    answers, counter = SharedAnswers(), Counter()
    waiting = [asyncio.ensure_future(answers.get("tasks", "mine", counter.ask)) for _ in range(5)]
    other = asyncio.ensure_future(answers.get("tasks", "yours", counter.ask))
    await asyncio.sleep(0)
    # Who asked first goes away; the others are answered all the same.
    waiting.pop(0).cancel()
    counter.may.set()
    assert await asyncio.gather(*waiting) == [1] * 4
    assert await other == 2
    assert await answers.get("tasks", "mine", counter.ask) == 1


async def test_after_a_moment_and_after_a_change_it_is_asked_anew() -> None:
    answers, counter = SharedAnswers(), Counter()
    counter.may.set()
    assert await answers.get("tasks", "mine", counter.ask) == 1
    answers.forget("notices")
    assert await answers.get("tasks", "mine", counter.ask) == 1
    answers.forget("tasks")
    assert await answers.get("tasks", "mine", counter.ask) == 2
    answers.forget()
    assert await answers.get("tasks", "mine", counter.ask) == 3
    momentary = SharedAnswers(kept=0.0)
    assert await momentary.get("tasks", "mine", counter.ask) == 4
    await asyncio.sleep(0.01)
    assert await momentary.get("tasks", "mine", counter.ask) == 5


async def test_what_was_being_asked_when_it_changed_is_kept_for_nobody() -> None:
    answers, counter = SharedAnswers(), Counter()
    first = asyncio.ensure_future(answers.get("tasks", "mine", counter.ask))
    while not counter.asked:
        await asyncio.sleep(0)
    answers.forget("tasks")
    counter.may.set()
    assert await first == 1
    assert await answers.get("tasks", "mine", counter.ask) == 2


async def test_a_failure_is_told_to_all_who_wait_and_then_forgotten() -> None:
    answers, counter = SharedAnswers(), Counter()

    async def fail() -> int:
        await counter.ask()
        raise ConnectionError

    waiting = [asyncio.ensure_future(answers.get("tasks", "mine", fail)) for _ in range(3)]
    await asyncio.sleep(0)
    counter.may.set()
    assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [ConnectionError] * 3
    await asyncio.sleep(0)
    assert await answers.get("tasks", "mine", counter.ask) == 2


async def test_the_head_of_the_page_is_counted_once_a_moment(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("clerk")
    portal.hear_that_all_changed()
    portal.stand_in.asked.clear()
    for _ in range(3):
        await browser.get(f"/tasks/{released['id']}")
    asked = [one.path for one in portal.stand_in.asked]
    assert asked.count("/notify/notices/unread-count") == 1
    assert asked.count("/tasks/tasks/counts") == 1
    assert asked.count(f"/tasks/tasks/{released['id']}") == 3
    assert asked.count("/directory/people") <= 1


async def test_who_did_something_sees_it_on_the_next_page(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    portal.stand_in.notices = [notice_of(released)]
    await browser.sign_in("clerk")
    page = await browser.get("/notices")
    assert '<span class="badge" aria-hidden="true">1</span>' in page.text
    page = await browser.send("/notices/read-all")
    assert '<span class="badge" aria-hidden="true">' not in page.text


async def test_counts_that_are_slow_come_into_their_place_later(
    browser: Browser, released: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.sign_in()
    monkeypatch.setattr(web, "SOON_SECONDS", 0.0)
    page = await browser.get("/workbench?q=y")
    assert released["content"] in page.text
    found = re.search(r'id="workbench-counts"[^>]* data-later="([^"]+)"', page.text)
    assert found is not None
    part = await browser.get(found[1].replace("&amp;", "&"))
    assert "<!doctype" not in part.text
    assert 'id="workbench-counts"' in part.text
    assert 'Tất cả <span class="count">1</span>' in " ".join(part.text.split())
    assert "data-later" not in part.text


def notice_of(task: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "00000000-0000-4000-8000-000000000001",
        "kind": "released",
        "task_id": task["id"],
        "task_code": task["code"],
        "content": task["content"],
        "directive_label": "5425/UBND-KGVX",
        "detail": {},
        "inherited_from": None,
        "gathered": [],
        "created_at": "2026-11-28T08:00:00+00:00",
        "read": False,
    }
