"""The main jobs by keyboard alone: enter and release a document, accept, report, send the result, confirm it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from faults.bodies import today
from services.directory.province import Province
from tests.browser.conftest import start_system, stop_system
from tests.browser.steps import REPORT_DOCUMENT, begin_directive, clerk_of, sign_in, vietnamese

PROVINCE = Province("quang-ngai")
OFFICE = "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi"
TRACKER = "Chuyên viên theo dõi nhiệm vụ"
DEPARTMENT = next(one for one in PROVINCE.agencies if one.key == "quang-ngai-so-y-te")
DEMAND = "Rà soát cơ số thuốc phòng, chống dịch tại 96 trạm y tế xã, phường, đặc khu"
MOST_TABS = 80


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start_system(tmp_path_factory.mktemp("keyboard") / "data")
    yield running.url
    stop_system(running)


class Keyboard:
    """Goes forward with Tab until the focus is where it is wanted, and sees it there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, wanted: Locator) -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted.count() and wanted.first.evaluate("one => one === document.activeElement"):
                assert wanted.first.evaluate("one => one.matches(':focus-visible')"), "the focus is not shown"
                return
        raise AssertionError(f"{wanted} cannot be reached with the Tab key")

    def type(self, wanted: Locator, words: str) -> None:
        self.to(wanted)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        self.to(wanted)
        self.page.keyboard.press(key)


def page_of(chromium: Browser, url: str, agency: str, position: str) -> Page:
    context = chromium.new_context(base_url=url, viewport={"width": 1440, "height": 900}, locale="vi-VN", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, agency, position)
    return page


def test_the_main_jobs_need_no_mouse(chromium: Browser, url: str) -> None:
    office = page_of(chromium, url, OFFICE, TRACKER)
    register_and_release(office)
    department = page_of(chromium, url, DEPARTMENT.name, clerk_of(PROVINCE, DEPARTMENT, today()))
    task = accept_and_report(department)
    send_result(department, task)
    both_decisions_are_in_sight_on_a_phone(office)
    confirm(office)
    department.goto(task)
    expect(department.get_by_text("Hoàn thành").first).to_be_visible()
    for page in (office, department):
        page.context.close()


def register_and_release(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/directives")
    keyboard.press(page.get_by_role("link", name="Đăng ký văn bản"))
    page.wait_for_url("**/directives/new")
    page.keyboard.press("Space")
    keyboard.type(page.get_by_label("Số", exact=True), "5610")
    keyboard.type(page.get_by_label("Ký hiệu"), "UBND-KGVX")
    keyboard.type(page.get_by_label("Trích yếu"), "Tăng cường phòng, chống dịch bệnh")
    form = page.locator("details.instruction").first
    keyboard.type(form.get_by_label("Nội dung"), DEMAND)
    lead = form.get_by_role("combobox", name=re.compile("^Chủ trì"))
    keyboard.type(lead, "so y te")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Sở Y tế")
    page.keyboard.press("Enter")
    expect(lead).to_have_value(DEPARTMENT.name)
    keyboard.type(form.get_by_label("Hạn", exact=True), vietnamese(today() + timedelta(days=20)))
    keyboard.press(page.get_by_role("button", name="Lưu văn bản"))
    page.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    keyboard.press(page.get_by_role("button", name="Phát hành", exact=True))
    page.wait_for_url(re.compile("/realms/"))
    keyboard.press(page.get_by_role("button", name=re.compile("^Tôi là ")))
    page.wait_for_url(re.compile("/step-up"))
    keyboard.press(page.get_by_role("button", name="Phát hành văn bản", exact=True))
    expect(page.get_by_text("Đã phát hành").first).to_be_visible()


def accept_and_report(page: Page) -> str:
    keyboard = Keyboard(page)
    page.goto("/my-work")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]{36}$"))
    task = page.url
    keyboard.press(page.get_by_role("button", name="Tiếp nhận nhiệm vụ").first)
    way = page.get_by_role("link", name="Báo cáo tiến độ").first
    expect(way).to_be_visible()
    keyboard.press(way)
    page.wait_for_url("**/progress")
    keyboard.type(page.get_by_label("Nội dung đã thực hiện"), "Đã rà soát 40 trạm")
    keyboard.press(page.get_by_role("button", name="Gửi báo cáo"))
    expect(page.locator(".receipt").first).to_be_visible()
    return task


def send_result(page: Page, task: str) -> None:
    keyboard = Keyboard(page)
    page.goto(f"{task}/completion")
    keyboard.type(page.get_by_label("Số, ký hiệu văn bản báo cáo"), "12/BC-SYT")
    keyboard.type(page.get_by_label("Ngày văn bản báo cáo"), vietnamese(today()))
    with page.expect_file_chooser() as chooser:
        keyboard.press(page.locator("#file"))
    chooser.value.set_files(REPORT_DOCUMENT)
    expect(page.get_by_text("bao-cao.pdf")).to_be_visible()
    keyboard.type(page.get_by_label("Tóm tắt kết quả"), "Đã rà soát đủ 96 trạm.")
    keyboard.press(page.get_by_role("button", name="Gửi kết quả"))
    page.wait_for_url(re.compile("/received"))


def both_decisions_are_in_sight_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/confirm")
    page.get_by_role("link").filter(has_text=DEMAND).click()
    way_back = page.get_by_role("link", name="Trả lại", exact=True)
    for decision in (page.get_by_role("button", name="Xác nhận kết quả"), way_back):
        expect(decision).to_be_in_viewport()
    reason = page.get_by_label("Lý do trả lại")
    expect(reason).to_be_hidden()
    way_back.click()
    expect(reason).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})


def confirm(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/confirm")
    keyboard.press(page.get_by_role("link").filter(has_text=DEMAND))
    page.wait_for_url(re.compile(r"/confirm/[0-9a-f-]{36}$"))
    keyboard.press(page.get_by_role("radio", name="Tốt"), "Space")
    keyboard.press(page.get_by_role("button", name="Xác nhận kết quả"))
    expect(page.get_by_text("Đã ghi quyết định").first).to_be_visible()


def test_control_k_leads_to_the_search_from_anywhere(chromium: Browser, url: str) -> None:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.goto("/directives/new")
    begin_directive(page)
    page.get_by_label("Trích yếu").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("5610")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=5610")
    page.context.close()
