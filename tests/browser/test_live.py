"""Open pages: they say what is new, and whatever went wrong between them and us, they come back by themselves."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from tests.browser.busy_province import TODAY, Ask, Document, Staff, Story, Town
from tests.browser.screens import LEADER, TRACKING, Visits, clerk

VILLAGE = clerk("Xã Sơn Hạ")
JUSTICE = "Sở Tư pháp"


# A page waits five seconds before it tries again.
PATIENCE = 20_000


def refused_once(page: Page, pattern: re.Pattern[str]) -> Callable[[], int]:
    """The first request for `pattern` is answered with 503; how many were made is what is returned."""
    made: list[str] = []

    def answer(route: Route) -> None:
        made.append(route.request.url)
        if len(made) == 1:
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route(pattern, answer)
    return lambda: len(made)


def test_a_group_says_that_one_of_its_agencies_has_moved(visits: Visits, town: Town) -> None:
    group = town.tasks["houses"]
    page, task = visits.page(TRACKING), visits.page(TRACKING)
    page.goto("/workbench?q=nh%C3%A0+%E1%BB%9F+kh%C3%B4ng+b%E1%BA%A3o+%C4%91%E1%BA%A3m")
    row = page.locator(f'[data-key="{group}"]')
    before = row.get_attribute("data-version")
    task.goto(f"/tasks/{group}")
    expect(page.locator("html")).to_contain_class("is-live")

    village = visits.page(VILLAGE)
    village.goto("/my-work")
    village.get_by_role("link", name="Rà soát, lập danh sách hộ có nhà ở").first.click()
    village.get_by_role("button", name="Tiếp nhận nhiệm vụ").click()
    expect(village.get_by_role("button", name="Tiếp nhận nhiệm vụ")).to_have_count(0)

    for open_page in (page, task):
        expect(open_page.get_by_text("1 thay đổi mới")).to_be_visible()
        open_page.get_by_role("button", name="Cập nhật").click()
        expect(open_page.get_by_text("1 thay đổi mới")).to_be_hidden()
    expect(row).not_to_have_attribute("data-version", before or "")
    for one in (page, task, village):
        one.close()


def test_a_stream_that_was_refused_is_begun_again(visits: Visits) -> None:
    page = visits.page(LEADER)
    made = refused_once(page, re.compile("/live$"))
    page.goto("/home")
    expect(page.locator("html")).to_contain_class("is-live", timeout=PATIENCE)
    assert made() >= 2
    page.close()


def test_a_part_that_could_not_be_had_is_asked_for_again(visits: Visits) -> None:
    page = visits.page(LEADER)
    made = refused_once(page, re.compile("part=figures"))
    with page.expect_response(lambda answer: "part=figures" in answer.url and answer.ok, timeout=PATIENCE):
        page.goto("/home")
    assert made() == 2
    page.close()


def test_at_midnight_an_open_page_is_of_the_new_day(visits: Visits) -> None:
    page = visits.page(LEADER)
    page.clock.install(time="2026-10-14T23:59:50+07:00")
    page.goto("/home")
    with page.expect_navigation():
        page.clock.fast_forward(20_000)
    page.close()


def number_in(page: Page, place: str) -> int:
    """What stands in the head of the page; nothing is 0."""
    found = re.search(r"\d+", page.locator(place).inner_text())
    return int(found[0]) if found else 0


def test_the_number_of_ones_own_work_and_the_bell_move_on_an_open_page(visits: Visits, town: Town) -> None:
    """Nobody loads it anew: what was assigned to the agency is counted in its head, seen and spoken."""
    page = visits.page(clerk(JUSTICE))
    page.goto("/home")
    expect(page.locator("html")).to_contain_class("is-live")
    page.evaluate("window.notLoadedAnew = true")
    own, told = number_in(page, "#waiting-mine"), number_in(page, "#unread-badge")
    ask = Ask("live", JUSTICE, "Thẩm định dự thảo quyết định về phân cấp quản lý", 9)
    with Staff(town.run, TODAY) as staff:
        number = str(uuid4().int % 10**8)
        Story(town, staff, TODAY).release(Document("cong-van", number, "UBND-NC", "Thẩm định văn bản quy phạm pháp luật", (ask,)), number)
    expect(page.locator("#waiting-mine .count")).to_have_text(str(own + 1), timeout=PATIENCE)
    expect(page.locator("#unread-badge .badge")).to_have_text(str(told + 1), timeout=PATIENCE)
    expect(page.locator("#unread-badge .visually-hidden")).to_have_text(f"Thông báo, {told + 1} chưa đọc")
    # The mark on the bar of a narrow screen is the same number.
    expect(page.locator("#waiting-mine-badge .badge [aria-hidden]")).to_have_text(str(own + 1))
    assert page.evaluate("window.notLoadedAnew")
    page.close()
