"""The head of an agency manages its people by keyboard alone; whoever loses his membership meanwhile is let in nowhere any more."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.directory.province import Province
from tests.browser.conftest import start_system, stop_system
from tests.browser.test_keyboard import Keyboard, page_of

HEALTH = next(one for one in Province("quang-ngai").agencies if one.key == "quang-ngai-so-y-te").name


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start_system(tmp_path_factory.mktemp("people") / "data")
    yield running.url
    stop_system(running)


def test_people_are_managed_by_keyboard_and_who_is_ended_is_out_at_once(chromium: Browser, url: str) -> None:
    head, clerk = (page_of(chromium, url, HEALTH, position) for position in ("Giám đốc Sở", "Văn thư Sở"))
    clerk.goto("/my-work")
    expect(clerk.get_by_role("heading", level=1)).to_be_visible()
    add_somebody(head)
    give_another(head)
    name = end_the_clerk(head)
    the_clerk_is_out(clerk)
    keyboard = Keyboard(head)
    keyboard.press(head.get_by_role("link", name=re.compile("^Đã thôi")))
    expect(head.get_by_role("rowheader", name=name)).to_be_visible()
    keyboard.press(head.get_by_role("link", name="Nhật ký"))
    expect(head.get_by_text("Chuyển công tác")).to_be_visible()
    for page in (head, clerk):
        page.context.close()


def add_somebody(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/home")
    keyboard.press(page.get_by_role("button", name=re.compile("Giám đốc Sở")))
    keyboard.press(page.get_by_role("link", name="Người và quyền"))
    expect(page.get_by_role("heading", name="Người và quyền", level=1)).to_be_visible()
    keyboard.press(page.get_by_role("link", name="Thêm người"))
    keyboard.type(page.get_by_label("Họ và tên"), "Nguyễn Thị Kim Ngân")
    keyboard.type(page.get_by_label("Số hiệu cán bộ, công chức"), "QNG-004512")
    keyboard.type(page.get_by_label("Chức vụ"), "Chuyên viên Phòng Nghiệp vụ Y")
    keyboard.to(page.get_by_label("Vai trò"))
    expect(page.get_by_label("Vai trò")).to_have_value("AGENCY_OFFICER")
    keyboard.type(page.get_by_label("Căn cứ, lý do"), "Quyết định số 35/QĐ-SYT")
    keyboard.press(page.get_by_role("button", name="Ghi người mới"))
    prove(page)
    expect(page.get_by_role("rowheader", name="Nguyễn Thị Kim Ngân QNG-004512")).to_be_visible()


def prove(page: Page) -> None:
    """Whoever changes rights proves again who he is; what he typed waits for one press. For what follows it counts as well."""
    keyboard = Keyboard(page)
    keyboard.press(page.get_by_role("button", name=re.compile("^Tôi là ")))
    expect(page.get_by_role("heading", name="Đã xác nhận danh tính, còn một bước")).to_be_visible()
    expect(page.get_by_text("QNG-004512")).to_be_visible()
    keyboard.press(page.get_by_role("button", name="Giao chức vụ, vai trò"))


def give_another(page: Page) -> None:
    keyboard = Keyboard(page)
    keyboard.type(page.get_by_role("searchbox", name="Tìm theo họ tên"), "kim ngan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    keyboard.press(page.get_by_role("link", name=re.compile("^Giao thêm tư cách: Nguyễn Thị Kim Ngân")))
    keyboard.type(page.get_by_label("Chức vụ"), "Văn thư kiêm nhiệm")
    keyboard.to(page.get_by_label("Vai trò"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Vai trò")).to_have_value("AGENCY_CLERK")
    keyboard.type(page.get_by_label("Căn cứ, lý do"), "Phân công")
    keyboard.press(page.get_by_role("button", name="Giao tư cách"))
    expect(page.get_by_role("rowheader", name="Nguyễn Thị Kim Ngân")).to_have_count(2)


def end_the_clerk(page: Page) -> str:
    """Without a reason first; the name of the clerk."""
    keyboard = Keyboard(page)
    row = page.get_by_role("row").filter(has_text="Văn thư Sở")
    name = row.get_by_role("rowheader").inner_text().splitlines()[0]
    keyboard.press(row.get_by_role("link", name=re.compile("^Chấm dứt tư cách")))
    keyboard.press(page.get_by_role("button", name="Chấm dứt tư cách"))
    expect(page.locator("#reason-error")).to_be_visible()
    keyboard.type(page.get_by_label("Căn cứ, lý do"), "Chuyển công tác")
    keyboard.press(page.get_by_role("button", name="Chấm dứt tư cách"))
    expect(page.get_by_role("heading", name="Người và quyền", level=1)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Văn thư Sở")).to_have_count(0)
    return name.removesuffix(" ").strip()


def the_clerk_is_out(page: Page) -> None:
    """What he has open does not help him: every page asks for another membership. The tasks hear of it by the bus."""
    page.goto("/agencies")
    expect(page).to_have_url(re.compile("/membership"))
    for _ in range(200):
        page.goto("/my-work")
        if "/membership" in page.url:
            return
        page.wait_for_timeout(50)
    raise AssertionError("who has lost his membership works on")
