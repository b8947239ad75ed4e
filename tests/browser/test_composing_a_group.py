"""A list is pasted out of a letter: what is not clear of it is mended, and each agency gets its task. At three widths it can be read."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from faults.bodies import today
from tests.browser.conftest import start_system, stop_system
from tests.browser.looks import Complaints
from tests.browser.steps import begin_directive, choose_agency, press_and_prove, vietnamese
from tests.browser.test_keyboard import OFFICE, TRACKER, Keyboard, page_of

NAME = "Các xã bị thiệt hại"
# Four are communes, of which one name fits two; the fifth is none.
PASTED = "Bình Sơn, trà bồng\nUBND xã Ba Động; xa son ha\nXã Bình Sơm"
GIVEN = ("Xã Bình Sơn", "Xã Trà Bồng", "Xã Ba Động", "Xã Sơn Hà", "Xã Sơn Tịnh")
PLACE = "#instructions-0-"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start_system(tmp_path_factory.mktemp("composing") / "data")
    yield running.url
    stop_system(running)


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.goto("/directives/new")
    begin_directive(page)
    yield page
    page.context.close()


def fill(page: Page, number: str) -> None:
    page.get_by_label("Số", exact=True).fill(number)
    page.get_by_label("Trích yếu").fill("Khắc phục hậu quả bão số 13")
    page.locator(f"{PLACE}content").fill("Thống kê thiệt hại, báo cáo Ủy ban nhân dân tỉnh.")
    page.locator(f"{PLACE}due").fill(vietnamese(today() + timedelta(days=9)))


def chips(page: Page) -> list[str]:
    return page.locator("[data-many=instructions-0-group_agencies_id] .agency-token").all_inner_texts()


def release(page: Page) -> None:
    press_and_prove(page, page.get_by_role("button", name="Phát hành", exact=True))
    now = page.get_by_role("button", name="Có hiệu lực ngay")
    expect(now.or_(page.get_by_text("Đã phát hành")).first).to_be_visible()
    if now.count():
        now.click()


def test_five_names_of_which_one_is_unknown_and_one_fits_two(page: Page) -> None:
    complaints = Complaints(page)
    fill(page, "6001")
    page.locator(f"{PLACE}lead_group").select_option("composed")
    page.locator(f"{PLACE}group_name").fill(NAME)
    page.locator(f"{PLACE}group_pasted").fill(PASTED)
    keyboard = Keyboard(page)
    keyboard.press(page.get_by_role("button", name="Đọc danh sách"))
    expect(page.locator(f"{PLACE}group_pasted")).to_have_value("xa son ha\nXã Bình Sơm")
    expect(page.locator(f"{PLACE}group_pasted")).to_be_focused()
    assert chips(page) == list(GIVEN[:3])
    expect(page.locator(f"{PLACE}group_pasted-error")).to_contain_text("Còn 2 tên chưa rõ")
    expect(page.locator(".unread")).to_contain_text("không có trong danh bạ")
    # It is not saved over, and said where.
    page.locator(".action-bar button[value=save]").click()
    expect(page.locator(".error-links a")).to_have_attribute("href", f"{PLACE}group_pasted")
    keyboard.press(page.locator(".unread").get_by_role("button", name=re.compile("xã Sơn Hà,")))
    expect(page.locator(f"{PLACE}group_pasted")).to_have_value("Xã Bình Sơm")
    page.locator(f"{PLACE}group_pasted").fill("")
    choose_agency(page, page.locator(f"{PLACE}group_agencies"), "Xã Sơn Tịnh".lower())
    expect(page.locator(".instruction-who").first).to_contain_text(NAME)
    page.locator(".action-bar button[value=save]").click()
    page.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    expect(page.locator(".instruction-list")).to_contain_text(f"{NAME} (5 cơ quan)")
    summary = page.locator(".release-summary")
    expect(summary).to_contain_text("5 lượt giao, 1 nhóm")
    expect(summary).to_contain_text(f"Nhiệm vụ 1: {NAME}, 5 cơ quan")
    release(page)
    page.get_by_role("link", name="Thống kê thiệt hại").first.click()
    expect(page.get_by_role("heading", name=NAME)).to_have_text(f"{NAME} 5")
    assert sorted(page.locator(".unit-grid a > span:not(.visually-hidden)").all_inner_texts()) == sorted(GIVEN)
    assert complaints.said == []


def test_a_draft_keeps_the_list_as_it_was_pasted(page: Page) -> None:
    fill(page, "6002")
    page.locator(f"{PLACE}lead_group").select_option("composed")
    page.locator(f"{PLACE}group_name").fill(NAME)
    page.locator(f"{PLACE}group_pasted").fill(PASTED)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.locator(f"{PLACE}group_pasted")).to_have_value("xa son ha\nXã Bình Sơm")
    page.goto("/directives/new")
    # As it was typed when it was last sent: nothing is lost, and it is read again.
    expect(page.locator(f"{PLACE}group_pasted")).to_have_value(PASTED)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.locator(f"{PLACE}group_pasted")).to_have_value("xa son ha\nXã Bình Sơm")
    assert chips(page) == list(GIVEN[:3])


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_what_is_asked_of_a_group_is_shown_only_for_it_and_has_room(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    composed, left_out = page.locator(f"{PLACE}group_pasted"), page.locator(f"{PLACE}left_out")
    for group, shown in (("", (False, False)), ("communes", (False, True)), ("composed", (True, False))):
        page.locator(f"{PLACE}lead_group").select_option(group)
        assert (composed.is_visible(), left_out.is_visible()) == shown
    composed.fill(PASTED + "\n" + "x" * 150)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.locator(".unread > li")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing stands beside the page"
