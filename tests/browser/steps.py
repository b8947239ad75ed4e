"""What people do in the portal, by the words they see."""

import re
from datetime import date

from playwright.sync_api import FilePayload, Locator, Page, expect

from services.directory.demo import demo_members
from services.directory.domain.agency import AgencyDetails, agency_id
from services.directory.domain.membership import Role
from services.directory.province import Province
from tests.browser.real_directives import Demand, RealDirective

REPORT_DOCUMENT: FilePayload = {
    "name": "bao-cao.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n",
}
KINDS = {"cong-van": "Công văn", "thong-bao-ket-luan": "Thông báo kết luận", "chi-thi": "Chỉ thị"}


def vietnamese(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def sign_in(page: Page, agency: str, position: str, *, acting_as: str | None = None) -> None:
    """Through the chooser of the sign-in service, as the person in a position of an agency."""
    page.goto("/sign-in")
    page.get_by_role("link", name="cổng đăng nhập").click()
    page.get_by_role("searchbox").fill(agency)
    page.get_by_role("button", name="Tìm").click()
    section = page.locator("section").filter(has=page.get_by_role("heading", name=agency, exact=True))
    section.get_by_role("button").filter(has=page.get_by_text(position, exact=True)).first.click()
    if acting_as is not None:
        page.get_by_role("radio", name=re.compile(acting_as)).check()
        page.get_by_role("button", name="Vào làm việc").click()
    expect(page.get_by_role("navigation").first).to_be_visible()


def press_and_prove(page: Page, button: Locator) -> None:
    """Whoever has not just proved who he is is sent to do so, and presses once more."""
    with page.expect_navigation():
        button.click()
    if "/realms/" in page.url:
        page.get_by_role("button", name=re.compile("^Tôi là ")).click()
        expect(page.get_by_role("heading", name="Đã xác nhận danh tính, còn một bước")).to_be_visible()
        with page.expect_navigation():
            page.locator("main form button[type=submit]").click()


def clerk_of(province: Province, agency: AgencyDetails, today: date) -> str:
    """The position in which somebody receives and reports for the agency."""
    return next(
        place.position
        for member in demo_members(province, today)
        for _, place in member.memberships
        if place.agency_id == agency_id(agency.key) and place.role is Role.AGENCY_CLERK and len(member.memberships) == 1
    )


def choose_agency(page: Page, field: Locator, name: str) -> None:
    field.fill(name)
    option = page.get_by_role("option").filter(has_text=name).first
    option.click()


def begin_directive(page: Page) -> None:
    """An empty form of registration, its level of secrecy said."""
    drop_draft(page)
    page.get_by_text("Thường", exact=True).first.click()
    expect(page.get_by_label("Trích yếu")).to_be_visible()


def drop_draft(page: Page) -> None:
    """What was typed into this form before, and not sent."""
    drop = page.get_by_role("button", name="Bỏ, nhập từ đầu")
    if drop.count():
        drop.click()
        expect(drop).to_have_count(0)


def register(page: Page, directive: RealDirective, *, number: str, notation: str) -> str:
    """Enter the document with its tasks in the form; the address of its page."""
    page.goto("/directives/new")
    begin_directive(page)
    page.get_by_label("Loại văn bản").select_option(label=KINDS[directive.kind])
    page.get_by_label("Số", exact=True).fill(number)
    page.get_by_label("Ký hiệu").fill(notation)
    page.get_by_label("Ngày ban hành").fill(vietnamese(directive.issue_date))
    page.get_by_label("Trích yếu").fill(directive.subject)
    for place, demand in enumerate(directive.demands):
        if place:
            page.get_by_role("button", name="Thêm nhiệm vụ").click()
            expect(page.locator("details.instruction")).to_have_count(place + 1)
        enter(page, page.locator("details.instruction").nth(place), demand)
    page.get_by_role("button", name="Lưu văn bản").click()
    page.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    return page.url


def enter(page: Page, form: Locator, demand: Demand) -> None:
    form.get_by_label("Nội dung").fill(demand.content)
    choose_agency(page, form.get_by_role("combobox", name=re.compile("chủ trì", re.IGNORECASE)).first, demand.lead.name)
    for agency in demand.coordinating:
        choose_agency(page, form.get_by_role("combobox", name=re.compile("phối hợp", re.IGNORECASE)).first, agency.name)
    if demand.due is not None:
        form.get_by_text("Có thời hạn", exact=True).click()
        form.get_by_label("Hạn", exact=True).fill(vietnamese(demand.due))
    else:
        form.get_by_text("Không thời hạn", exact=True).click()
        form.get_by_label("Lý do không đặt hạn").fill("Văn bản không nêu thời hạn")
    form.get_by_label("Sản phẩm").select_option(value=demand.deliverable or "")
    if demand.deadline_wording:
        form.get_by_label("Thời hạn ghi trong văn bản").fill(demand.deadline_wording)
