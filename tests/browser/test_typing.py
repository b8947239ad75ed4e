"""While somebody types: nothing is lost, no key leads astray, and no step takes the focus away."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from faults.bodies import today
from tests.browser.conftest import start_system, stop_system
from tests.browser.steps import begin_directive, sign_in, vietnamese
from tests.browser.test_keyboard import DEPARTMENT, OFFICE, TRACKER, Keyboard, page_of

CANARY = "Rà soát chim hoàng yến"
SUBJECT = "Trích yếu"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start_system(tmp_path_factory.mktemp("typing") / "data")
    yield running.url
    stop_system(running)


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.goto("/directives/new")
    begin_directive(page)
    yield page
    page.context.close()


def lead_of(page: Page, n: int = 0) -> Locator:
    return page.locator("details.instruction").nth(n).get_by_role("combobox", name=re.compile("^Chủ trì"))


def kept(page: Page) -> Locator:
    return page.locator("[data-draft-told]").filter(has_text="Đã giữ bản nháp")


def test_a_reload_loses_nothing(page: Page) -> None:
    page.get_by_label(SUBJECT).fill(CANARY)
    expect(kept(page)).to_be_visible()
    page.reload()
    expect(page.get_by_label(SUBJECT)).to_have_value(CANARY)
    expect(page.get_by_text("gõ dở lúc")).to_be_visible()


def test_what_was_on_its_way_when_the_page_is_left_is_not_lost(page: Page) -> None:
    # The first request never comes to the portal, as one does that the browser gives up when it leaves the page.
    page.context.route("**/drafts", lambda _: None, times=1)
    with page.expect_request("**/drafts"):
        page.get_by_label(SUBJECT).fill(CANARY)
    page.goto("/home")
    page.goto("/directives/new")
    expect(page.get_by_label(SUBJECT)).to_have_value(CANARY)


def test_a_level_that_is_not_normal_wipes_the_page_and_the_draft(page: Page) -> None:
    page.get_by_label(SUBJECT).fill(CANARY)
    expect(kept(page)).to_be_visible()
    with page.expect_response("**/drafts/forget"):
        page.get_by_text("Tối mật", exact=True).click()
    expect(page.locator("#subject")).to_have_value("")
    expect(page.locator("#subject")).to_be_hidden()
    page.goto("/directives/new")
    page.get_by_text("Thường", exact=True).first.click()
    expect(page.get_by_label(SUBJECT)).to_have_value("")
    # Whoever chose the wrong level goes on, and is kept again.
    page.get_by_text("Tối mật", exact=True).click()
    page.get_by_text("Thường", exact=True).first.click()
    page.get_by_label(SUBJECT).fill("Văn bản thường")
    expect(kept(page)).to_be_visible()


def test_a_step_without_a_session_says_so_and_goes_on_after_the_sign_in(page: Page) -> None:
    page.get_by_label(SUBJECT).fill(CANARY)
    page.locator("#instructions-0-content").fill("Việc một")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Thêm nhiệm vụ").click()
    expect(page.get_by_text("Phiên làm việc đã hết")).to_be_visible()
    expect(page.get_by_label(SUBJECT)).to_have_value(CANARY)
    expect(page.locator("details.instruction")).to_have_count(1)
    other = page.context.new_page()
    sign_in(other, OFFICE, TRACKER)
    assert {one["value"] for one in cookies} != {one["value"] for one in page.context.cookies()}
    page.get_by_role("button", name="Thêm nhiệm vụ").click()
    expect(page.locator("details.instruction")).to_have_count(2)
    expect(page.get_by_text("Phiên làm việc đã hết")).to_be_hidden()
    expect(page.locator("#instructions-0-content")).to_have_value("Việc một")


def test_enter_before_the_list_has_come_does_not_send_the_form(page: Page) -> None:
    held: list[Route] = []
    page.route("**/agencies/options?**", lambda route: held.append(route))
    lead_of(page).press_sequentially("so y te")
    with page.expect_request("**/agencies/options?**"):
        page.keyboard.press("Enter")
    expect(lead_of(page)).to_be_focused()
    expect(page.locator("[role=option]")).to_have_count(0)
    # Only the newest question is asked on; the answer to it opens the list.
    page.unroute_all(behavior="ignoreErrors")
    page.keyboard.press("Enter")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Sở Y tế")
    assert page.url.endswith("/directives/new")
    assert page.locator(".error").count() == 0
    page.keyboard.press("Enter")
    expect(lead_of(page)).to_have_value(DEPARTMENT.name)


def test_a_name_that_is_only_typed_does_not_look_chosen(page: Page) -> None:
    untaken = page.get_by_text("Chưa chọn từ danh sách").first
    lead_of(page).press_sequentially("Sở Y tế")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(untaken).to_be_visible()
    lead_of(page).press_sequentially(" ")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(untaken).to_be_hidden()
    expect(lead_of(page)).to_have_css("font-weight", "600")


def test_three_tasks_by_keyboard_alone(chromium: Browser, url: str) -> None:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.goto("/directives")
    page.goto("/directives/new")
    begin_directive(page)
    presses: list[str] = []
    page.expose_function("pressed", lambda key: presses.append(key))
    page.evaluate("document.addEventListener('keydown', (event) => pressed(event.key), true)")
    keyboard = Keyboard(page)
    page.get_by_label("Ngày ban hành").focus()
    keyboard.type(page.get_by_label(SUBJECT), "Ba việc không dùng chuột")
    for n in range(3):
        if n:
            keyboard.press(page.get_by_role("button", name="Thêm nhiệm vụ"))
            expect(page.locator(f"#instructions-{n}-content")).to_be_focused()
            page.keyboard.type(f"Việc {n + 1}")
        else:
            keyboard.type(page.locator("#instructions-0-content"), "Việc 1")
        keyboard.type(lead_of(page, n), "so y te")
        expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Sở Y tế")
        page.keyboard.press("Enter")
        expect(lead_of(page, n)).to_have_value(DEPARTMENT.name)
        keyboard.type(page.locator(f"#instructions-{n}-due"), vietnamese(today() + timedelta(days=20 + n)))
    keyboard.press(page.get_by_role("button", name="Lưu văn bản"))
    page.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    tabs = presses.count("Tab")
    print(f"three tasks by keyboard: {len(presses)} keys, of them {tabs} Tab")
    assert tabs <= 45
    page.context.close()
