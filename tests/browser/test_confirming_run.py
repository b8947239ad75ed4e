"""Confirming twenty results is a run of few keys, where decisions are held; the last one is recalled, and one takes effect by itself."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from embedded.demo import HOLD_SECONDS
from faults.bodies import PDF, document, instruction, lead, today
from faults.people import SignIns, Somebody
from tests.browser.conftest import start_system, stop_system
from tests.browser.test_keyboard import OFFICE, TRACKER, page_of

RESULTS = 20
MOST_KEYS = 40
HELD_FOR = 60
# Until a decision has taken effect by itself, on a slow machine.
PATIENCE = 180_000
ITEM = re.compile(r"/confirm/[0-9a-f-]{36}")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A province in which an agency has submitted twenty results, and decisions are held for a minute."""
    data = tmp_path_factory.mktemp("confirming") / "data"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(HOLD_SECONDS, str(HELD_FOR))
        running = start_system(data)
    # In a thread of its own: the browser's event loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, submit(running.url, data)).result()
    yield running.url
    stop_system(running)


async def submit(url: str, data: Path) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        sign_ins = SignIns(http, data)
        tracker = await sign_ins.somebody("chuyen vien theo doi nhiem vu", "OFFICE_TRACKER")
        clerk = await sign_ins.somebody("van thu so y te", "AGENCY_CLERK")
        asked = [instruction(content=f"Việc thứ {n}", assignments=[lead(clerk.agency_id)]) for n in range(1, RESULTS + 1)]
        draft = await change(http, tracker, "/api/directives/directives", document(*asked))
        path = f"/api/directives/directives/{draft['id']}"
        released = await change(http, tracker, f"{path}/release", {}, version=1)
        await change(http, tracker, f"{path}/held/{released['held']['id']}/now", {})
        for task in await tasks_of(http, clerk):
            own = f"/api/tasks/tasks/{task}"
            await change(http, clerk, f"{own}/accept", {}, version=1)
            headers = clerk.headers() | {"Idempotency-Key": f"{own}/files"}
            sent = await http.post(f"{own}/files", files={"file": ("bao-cao.pdf", PDF, "application/pdf")}, headers=headers)
            report = {"report_number": "128/BC-SYT", "report_date": today().isoformat(), "summary": "Đã hoàn thành rà soát."}
            await change(http, clerk, f"{own}/results", report | {"file_id": sent.raise_for_status().json()["id"]}, version=2)


async def change(
    http: httpx2.AsyncClient, person: Somebody, path: str, body: object, *, version: int | None = None
) -> dict[str, dict[str, str]]:
    headers = person.headers() | {"Idempotency-Key": path} | ({"If-Match": f'"{version}"'} if version else {})
    changed: dict[str, dict[str, str]] = (await http.post(path, json=body, headers=headers)).raise_for_status().json()
    return changed


async def tasks_of(http: httpx2.AsyncClient, clerk: Somebody) -> list[str]:
    async with asyncio.timeout(60):
        while True:
            listed = (await http.get("/api/tasks/tasks", headers=clerk.headers())).raise_for_status().json()["items"]
            if len(listed) == RESULTS:
                return [one["id"] for one in listed]
            await asyncio.sleep(0.1)


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def lead_on(self, key: str) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.press(key)


def test_twenty_results_take_few_keys_and_the_last_is_taken_back(chromium: Browser, url: str) -> None:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.goto("/confirm")
    first = page.locator(".queue a").first
    first_task = (first.get_attribute("href") or "").replace("confirm", "tasks")
    keys = Keys(page)
    first.focus()
    keys.lead_on("Enter")
    # A key that stands on the bar is a letter where somebody types.
    page.get_by_label("Nhận xét").focus()
    page.keyboard.type("crjk")
    expect(page.get_by_label("Nhận xét")).to_have_value("crjk")
    page.get_by_label("Nhận xét").fill("")
    page.get_by_label("Nhận xét").blur()
    keys.lead_on("j")
    keys.lead_on("k")
    for _ in range(RESULTS - 1):
        keys.lead_on("c")
        expect(page).to_have_url(ITEM)
        expect(page.get_by_text("đang chờ hiệu lực")).to_be_visible()
    keys.lead_on("c")
    left = page.locator(".held-left")
    said = left.inner_text()
    expect(left).not_to_have_text(said)
    assert left.get_attribute("aria-live") == "off"
    expect(page.get_by_text("Không còn kết quả chờ xác nhận")).to_be_visible()
    print(f"confirming {RESULTS} results: {keys.pressed} keys")
    assert keys.pressed <= MOST_KEYS

    page.get_by_role("button", name="Thu hồi").click()
    expect(page.get_by_text("Đã thu hồi quyết định")).to_be_visible()
    # Returned instead: one key opens the reason and leads into it.
    page.keyboard.press("r")
    expect(page.get_by_label("Lý do trả lại")).to_be_focused()
    page.keyboard.type("Thiếu phụ lục số liệu")
    page.get_by_role("button", name="Trả lại cho cơ quan").click()
    page.get_by_role("button", name="Có hiệu lực ngay").click()
    expect(page.get_by_text("Đã ghi quyết định")).to_be_visible()
    expect(page.get_by_role("button", name="Thu hồi")).to_have_count(0)

    # What nobody touches takes effect by itself.
    page.goto(first_task)
    expect(page.locator("main").get_by_text("Hoàn thành").first).to_be_visible(timeout=PATIENCE)
    page.context.close()
