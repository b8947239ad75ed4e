"""Every screen of the portal, in one table: the pictures are taken of it, and the tests look at the same."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid5

from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.directory.domain.agency import NAMESPACE, agency_id
from tests.browser.busy_province import AGENCIES, LONG_DEMAND, LONGEST_NAMED, OFFICE, PROVINCE, TODAY, TRACKER, Town
from tests.browser.steps import REPORT_DOCUMENT, begin_directive, clerk_of, drop_draft, press_and_prove, sign_in, vietnamese

WIDTHS = {360: 780, 768: 1024, 1440: 900}
THEMES = ("light", "dark")
COMMITTEE = "Ủy ban nhân dân tỉnh Quảng Ngãi"
# Where each route of the portal that is no page of its own leads, or what it is instead.
NO_SCREEN = {
    "/": "leads to the first page of the role",
    "/sign-in/start": "leads to the sign-in service",
    "/sign-in/callback": "leads into the portal",
    "/sign-in/needed/{wanted:path}": "leads to the sign-in page",
    "/files/{file_id}": "a file to keep",
    "/days/said": "the weekday beside a day that is typed, seen on the form",
    "/agencies/options": "the list under an agency field, seen on the form",
    "/settings/calendar": "leads to the calendar of this year",
    "/notices/badge": "the number on the bell, seen on every page",
    "/workbench/export.xlsx": "a file to keep",
    "/waiting/{name}": "how much waits at a place, seen in the head of every page",
}


@dataclass(frozen=True)
class Who:
    """`acting_as` where a person holds several positions."""

    agency: str
    position: str
    acting_as: str | None = None


def clerk(short_name: str) -> Who:
    agency = AGENCIES[short_name]
    return Who(agency.name, clerk_of(PROVINCE, agency, TODAY))


NOBODY = None
LEADER = Who(COMMITTEE, "Chủ tịch UBND tỉnh")
TRACKING = Who(OFFICE, TRACKER)
HEAD_OF_OFFICE = Who(OFFICE, "Chánh Văn phòng UBND tỉnh", "Lãnh đạo Văn phòng")
NATURE = clerk("Sở NN&MT")
LONGEST = clerk(LONGEST_NAMED.short_name)
IDLE = clerk("Sở Ngoại vụ")
ADMINISTRATOR = Who(OFFICE, "Quản trị nghiệp vụ (Văn phòng)")


@dataclass(frozen=True)
class Screen:
    """`route` is the portal's, `path` the address in it with {task.key} and {directive.key} to be filled in; `act` leads on from there."""

    name: str
    who: Who | None
    route: str
    path: str = ""
    act: Callable[[Page], None] | None = None
    status: int = 200

    def address(self, town: Town) -> str:
        path = self.path or self.route
        for kind, known in (("task", town.tasks), ("directive", town.directives)):
            for key, found in known.items():
                path = path.replace(f"{{{kind}.{key}}}", found)
        return path


def choose_person(page: Page) -> None:
    page.get_by_role("link", name="cổng đăng nhập").click()
    expect(page.get_by_role("searchbox")).to_be_visible()


def fill_directive(page: Page) -> None:
    begin_directive(page)
    page.get_by_label("Số", exact=True).fill("5610")
    page.get_by_label("Ký hiệu").fill("UBND-KTTH")
    page.get_by_label("Trích yếu").fill("Quyết toán các dự án thành phần Chương trình mục tiêu quốc gia xây dựng nông thôn mới")
    form = page.locator("details.instruction").first
    form.get_by_label("Nội dung").fill(LONG_DEMAND)
    form.get_by_role("combobox", name=re.compile("^Chủ trì")).fill(LONGEST_NAMED.name)
    for name in ("Sở Tài chính", "Sở NN&MT"):
        form.get_by_role("combobox", name="Phối hợp").fill(AGENCIES[name].name)
        page.get_by_role("option").filter(has_text=AGENCIES[name].name).first.click()
    form.get_by_label("Hạn", exact=True).fill("30/11/2026")


PASTED = """ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI
Số: 5447/UBND-KTN
Quảng Ngãi, ngày 12 tháng 10 năm 2026
V/v bảo đảm an toàn hồ đập, tiêu thoát nước và đời sống Nhân dân trong mùa mưa lũ năm 2026

Kính gửi: Các sở, ban, ngành; Ủy ban nhân dân các xã, phường, đặc khu

1. Sở Nông nghiệp và Môi trường chủ trì kiểm tra, đánh giá an toàn 43 hồ chứa; báo cáo kết quả trong 10 ngày làm việc kể từ ngày ký.
2. Sở Xây dựng chỉ đạo nạo vét, khơi thông cống rãnh tại các điểm ngập, hoàn thành trước ngày 31/12/2026.
"""


def paste_document(page: Page) -> None:
    """Its text is seen, on a narrow screen in the place of the form."""
    begin_directive(page)
    if (switch := page.locator("label:has(#view-source)")).is_visible():
        switch.click()
    page.locator("#document_text").fill(PASTED)
    page.locator("#document_text").dispatch_event("pasted")
    expect(page.locator("#offered li")).to_have_count(4)


def make_tasks_of_passages(page: Page) -> None:
    paste_document(page)
    for n, words in enumerate(("1. Sở", "2. Sở")):
        page.locator("#document_text").evaluate("(text, at) => text.setSelectionRange(at, at)", PASTED.index(words))
        if (switch := page.locator("label:has(#view-source)")).is_visible():
            switch.click()
        page.locator("#add-passage").click()
        expect(page.locator(f"#instructions-{n}-lead")).to_be_focused()


def open_agency_list(page: Page) -> None:
    begin_directive(page)
    page.locator("details.instruction").first.get_by_role("combobox", name=re.compile("^Chủ trì")).press_sequentially("ban quan ly du an")
    expect(page.locator("ul.options [role=option]").first).to_be_visible()


def save_with_errors(page: Page) -> None:
    begin_directive(page)
    page.get_by_label("Số", exact=True).fill("5610")
    page.get_by_label("Ngày ban hành").fill("31/02/2026")
    page.get_by_role("combobox", name=re.compile("^Chủ trì")).first.fill("Sở Kế hoạch và Đầu tư cũ")
    page.get_by_role("button", name="Lưu văn bản").click()
    expect(page.locator(".error").first).to_be_visible()


def both_correct_it(page: Page) -> None:
    drop_draft(page)
    other = page.context.new_page()
    other.goto(page.url)
    signer = other.get_by_label("Người ký")
    signer.fill("KT. Chủ tịch, Phó Chủ tịch" if signer.input_value() != "KT. Chủ tịch, Phó Chủ tịch" else "Chủ tịch")
    other.get_by_role("button", name="Lưu văn bản").click()
    other.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    other.close()
    page.get_by_label("Người ký").fill("TL. Chủ tịch, Chánh Văn phòng")
    page.get_by_role("button", name="Lưu văn bản").click()
    expect(page.get_by_role("radio", name=re.compile("Của đồng chí"))).to_be_visible()


def declare_secret(page: Page) -> None:
    page.get_by_text("Tối mật", exact=True).click()


def record_secret(page: Page) -> None:
    declare_secret(page)
    page.get_by_role("button", name="Ghi nhận và dừng nhập").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def report_without_words(page: Page) -> None:
    page.get_by_text("Khác", exact=True).click()
    page.get_by_label("Phần trăm khác").fill("180")
    page.get_by_text("Có khó khăn hoặc kiến nghị").click()
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.locator(".error").first).to_be_visible()


def report_upon_an_old_version(page: Page) -> None:
    page.locator('input[name="version"]').first.evaluate("field => { field.value = '1' }")
    page.get_by_label("Nội dung đã thực hiện").fill("Đã kiểm tra thêm 2 hồ, còn lại hồ Núi Ngang.")
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def complete_without_file(page: Page) -> None:
    page.get_by_label("Số, ký hiệu văn bản báo cáo").fill("1610/BC-SNNMT")
    page.get_by_label("Ngày văn bản báo cáo").fill(vietnamese(TODAY))
    page.get_by_role("button", name="Gửi kết quả").click()
    expect(page.locator(".error").first).to_be_visible()


def attach_file(page: Page) -> None:
    page.get_by_label("Số, ký hiệu văn bản báo cáo").fill("1610/BC-SNNMT")
    page.get_by_label("Tệp văn bản báo cáo").set_input_files(REPORT_DOCUMENT)
    page.get_by_label("Tóm tắt kết quả").fill("Đã kiểm tra 43/43 hồ; lập phương án cho 12 hồ xung yếu.")


def return_without_reason(page: Page) -> None:
    page.locator("#return > summary").click()
    page.get_by_role("button", name="Trả lại cho cơ quan").click()
    expect(page.locator(".error").first).to_be_visible()


def open_menu(page: Page) -> None:
    page.locator("[popovertarget=me]").click()
    expect(page.locator("#me")).to_be_visible()


def unfold_communes(page: Page) -> None:
    page.get_by_text("Từng xã, phường, đặc khu").click()


def plan_due_soon(page: Page) -> None:
    page.get_by_label("Giá trị mới").fill("5")
    page.get_by_label("Lý do, căn cứ").fill("Quyết định số 41/2026/QĐ-UBND, Điều 9")
    press_and_prove(page, page.get_by_role("button", name="Ghi thay đổi dự kiến"))
    expect(page.get_by_role("button", name="Thu hồi").first).to_be_visible()


def plan_for_a_day_that_is_over(page: Page) -> None:
    page.get_by_label("Giá trị mới").fill("5")
    page.get_by_label("Áp dụng từ ngày").fill("05/03/2026")
    page.get_by_label("Lý do, căn cứ").fill("Theo ý kiến của Chánh Văn phòng")
    press_and_prove(page, page.get_by_role("button", name="Ghi thay đổi dự kiến"))
    expect(page.locator(".error").first).to_be_visible()


def plan_a_day_off(page: Page) -> None:
    row = page.get_by_role("group", name="Dòng 16")
    row.get_by_label("Ngày", exact=True).fill("08/06/2027")
    row.get_by_label("Tên").fill("Ngày nghỉ của tỉnh")
    page.get_by_label("Lý do, căn cứ").fill("Thông báo nghỉ lễ, Tết năm 2027")
    press_and_prove(page, page.get_by_role("button", name="Ghi lịch dự kiến"))
    expect(page.get_by_role("button", name="Thu hồi").first).to_be_visible()


def name_an_agency(page: Page) -> None:
    """By a name that another has."""
    page.get_by_text("Bỏ một tên", exact=True).first.click()
    page.get_by_text("Ghi thêm một tên", exact=True).first.click()
    form = page.get_by_role("form", name="Ghi thêm một tên")
    form.get_by_label("Tên khác trong văn bản").fill("Sở Tài chính")
    form.get_by_label("Lý do").fill("Công văn số 5425/UBND-KGVX")
    form.get_by_role("button").click()
    expect(page.locator(".error").first).to_be_visible()


def ask_who_it_is(page: Page) -> None:
    """What the sign-in service shows to somebody who is to prove again who he is. Nobody does, so that whoever comes later is asked too."""
    page.get_by_role("button", name="Phát hành", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Tôi là "))).to_be_visible()


def do_not_prove(page: Page) -> None:
    ask_who_it_is(page)
    page.get_by_role("button", name="Không xác nhận").click()
    expect(page.get_by_role("heading", name="Chưa xác nhận được danh tính")).to_be_visible()


def prove(page: Page) -> None:
    """The page of somebody who has; it says so to whoever opens it."""
    do_not_prove(page)
    page.goto(page.url.replace("&failed=refused", ""))


def add_an_agency(page: Page) -> None:
    """Under a name that another has already."""
    page.get_by_label("Tên đầy đủ").fill("Ban Chỉ đạo chuyển đổi số, cải cách hành chính và Đề án 06 tỉnh Quảng Ngãi")
    page.get_by_label("Tên ngắn").fill("Sở KH&CN")
    page.get_by_label("Loại cơ quan").select_option(label="Tổ công tác, ban chỉ đạo, hội đồng")
    page.get_by_label("Căn cứ thành lập").fill("Quyết định số 1520/QĐ-UBND ngày 20/9/2026")
    press_and_prove(page, page.get_by_role("button", name="Ghi cơ quan mới"))
    expect(page.get_by_role("alert").first).to_be_visible()


def fill_plan(page: Page, kind: str, *, who: str, to: str = "", new: str = "") -> None:
    page.get_by_label("Hình thức").select_option(label=kind)
    page.get_by_label("Ngày có hiệu lực").fill("01/07/2027")
    page.get_by_label("Cơ quan được sắp xếp").fill(who)
    page.get_by_label("Cơ quan đang hoạt động tiếp nhận").fill(to)
    page.get_by_label("Cơ quan mới (", exact=False).first.fill(new)
    page.get_by_label("Căn cứ").fill("Nghị quyết số 52/NQ-HĐND ngày 10/12/2026 của Hội đồng nhân dân tỉnh Quảng Ngãi")
    page.get_by_role("button", name="Xem trước").click()


def plan_a_merger(page: Page) -> None:
    """Once for all widths and for whoever opens it; the list has it then."""
    if page.get_by_role("row").count() == 0:
        page.goto("/agencies/reorganisations/new")
        names = "BQLDA giao thông tỉnh\nBQLDA dân dụng và công nghiệp tỉnh"
        fill_plan(page, "Sáp nhập, hợp nhất", who=names, new=f"{LONGEST_NAMED.name} (mới); BQLDA mới")
        press_and_prove(page, page.get_by_role("button", name="Hẹn có hiệu lực"))
        expect(page.get_by_role("button", name="Thu hồi")).to_be_visible()
    page.goto("/agencies/reorganisations")
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def open_a_plan(page: Page) -> None:
    plan_a_merger(page)
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("button", name="Thu hồi")).to_be_visible()


def see_a_split(page: Page) -> None:
    fill_plan(page, "Chia thành nhiều cơ quan", who="Sở Nông nghiệp và Môi trường", new="Sở Nông nghiệp; Sở NN\nSở Môi trường; Sở MT")
    expect(page.get_by_role("button", name="Hẹn có hiệu lực")).to_be_visible()


def plan_for_nobody(page: Page) -> None:
    fill_plan(page, "Giải thể", who="Sở Không Có\nba")
    expect(page.get_by_role("alert").first).to_be_visible()


def add_a_person(page: Page) -> None:
    """With a code that somebody else has, so that it stays on the page."""
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Kim Ngân")
    page.get_by_label("Số hiệu cán bộ, công chức").fill("không có dấu cách")
    page.get_by_label("Chức vụ", exact=True).fill("Chuyên viên Phòng Nghiệp vụ Y, kiêm đầu mối tổng hợp báo cáo nhiệm vụ của Sở")
    page.get_by_label("Từ ngày").fill("01/01/2020")
    page.get_by_label("Căn cứ, lý do").fill("Quyết định số 35/QĐ-SYT ngày 20/9/2026")
    press_and_prove(page, page.get_by_role("button", name="Ghi người mới"))
    expect(page.get_by_role("alert").first).to_be_visible()


def end_without_a_reason(page: Page) -> None:
    press_and_prove(page, page.get_by_role("button", name="Chấm dứt tư cách"))
    expect(page.locator(".error").first).to_be_visible()


def membership_of(short_name: str, key: str, role: str) -> str:
    """The id that the demonstration gives it."""
    username = f"{key}.{AGENCIES[short_name].key.removeprefix('quang-ngai-')}"
    return str(uuid5(NAMESPACE, f"membership/{username}/{role}"))


HEALTHY = "Sở Y tế"
PEOPLE = f"/agencies/{agency_id(AGENCIES[HEALTHY].key)}/people"
HEAD_OF_HEALTH = Who(AGENCIES[HEALTHY].name, "Giám đốc Sở")
OFFICER_OF_HEALTH = membership_of(HEALTHY, "chuyen-vien-so", "AGENCY_OFFICER")
SCREENS = (
    Screen("sign-in", NOBODY, "/sign-in"),
    Screen("sign-in-failed", NOBODY, "/sign-in", "/sign-in?failed=lost"),
    Screen("sign-in-demo", NOBODY, "/sign-in", act=choose_person),
    Screen("sign-in-role", HEAD_OF_OFFICE, "/membership"),
    Screen("home", LEADER, "/home"),
    Screen("home-communes", LEADER, "/home", act=unfold_communes),
    Screen("home-office", TRACKING, "/home"),
    Screen("home-agency", NATURE, "/home"),
    Screen("sessions", NATURE, "/sessions"),
    Screen("step-up-demo", HEAD_OF_OFFICE, "/directives/{directive_id}", "/directives/{directive.submitted}", ask_who_it_is),
    Screen("step-up-refused", HEAD_OF_OFFICE, "/step-up", "/directives/{directive.submitted}", do_not_prove),
    Screen("step-up", HEAD_OF_OFFICE, "/step-up", "/directives/{directive.submitted}", prove),
    Screen("menu", LEADER, "/home", act=open_menu),
    Screen("number", LEADER, "/numbers/{name}", "/numbers/open_overdue"),
    Screen("number-empty", LEADER, "/numbers/{name}", f"/numbers/N?agency_id={agency_id(AGENCIES['Sở Ngoại vụ'].key)}"),
    Screen("number-hidden", IDLE, "/numbers/{name}", "/numbers/open_overdue"),
    Screen("rate", LEADER, "/rates/{name}", "/rates/R3c"),
    Screen("my-work", NATURE, "/my-work"),
    Screen("my-work-long", LONGEST, "/my-work"),
    Screen("my-work-empty", IDLE, "/my-work"),
    Screen("workbench", TRACKING, "/workbench"),
    Screen(
        "workbench-filtered",
        TRACKING,
        "/workbench",
        f"/workbench?view=all&agency_id={agency_id(AGENCIES['Sở NN&MT'].key)}&document=312&period=assigned&from=01/09/2026",
    ),
    Screen("workbench-errors", TRACKING, "/workbench", "/workbench?agency=xa&document=999999&from=31/02/2026"),
    Screen("workbench-nothing", TRACKING, "/workbench", "/workbench?q=khong+co+viec+nay"),
    Screen("directives", TRACKING, "/directives"),
    Screen("directives-empty", IDLE, "/directives"),
    Screen("register", TRACKING, "/directives/new"),
    Screen("register-filled", TRACKING, "/directives/new", act=fill_directive),
    Screen("register-agencies", TRACKING, "/directives/new", act=open_agency_list),
    Screen("register-text", TRACKING, "/directives/new", act=paste_document),
    Screen("register-passages", TRACKING, "/directives/new", act=make_tasks_of_passages),
    Screen("register-errors", TRACKING, "/directives/new", act=save_with_errors),
    Screen("register-secret", TRACKING, "/directives/new", act=declare_secret),
    Screen("register-edit", TRACKING, "/directives/{directive_id}/edit", "/directives/{directive.draft}/edit"),
    Screen("register-merge", TRACKING, "/directives/{directive_id}/edit", "/directives/{directive.draft}/edit", both_correct_it),
    Screen("error-secret", TRACKING, "/directives/new", act=record_secret),
    Screen("directive", TRACKING, "/directives/{directive_id}", "/directives/{directive.5210}"),
    Screen("directive-draft", TRACKING, "/directives/{directive_id}", "/directives/{directive.draft}"),
    Screen("directive-submitted", HEAD_OF_OFFICE, "/directives/{directive_id}", "/directives/{directive.submitted}"),
    Screen("task", TRACKING, "/tasks/{task_id}", "/tasks/{task.dyke}"),
    Screen("task-agency", NATURE, "/tasks/{task_id}", "/tasks/{task.dams}"),
    Screen("task-long", LONGEST, "/tasks/{task_id}", "/tasks/{task.long}"),
    Screen("task-new", NATURE, "/tasks/{task_id}", "/tasks/{task.forest}"),
    Screen("task-returned", NATURE, "/tasks/{task_id}", "/tasks/{task.parcels}"),
    Screen("task-late", TRACKING, "/tasks/{task_id}", "/tasks/{task.prestige}"),
    Screen("task-undated", TRACKING, "/tasks/{task_id}", "/tasks/{task.assets}"),
    Screen("task-group", TRACKING, "/tasks/{task_id}", "/tasks/{task.houses}"),
    Screen("task-history", TRACKING, "/tasks/{task_id}/history", "/tasks/{task.dyke}/history"),
    Screen("progress", NATURE, "/tasks/{task_id}/progress", "/tasks/{task.dams}/progress"),
    Screen("progress-long", LONGEST, "/tasks/{task_id}/progress", "/tasks/{task.long}/progress"),
    Screen("progress-errors", NATURE, "/tasks/{task_id}/progress", "/tasks/{task.dams}/progress", report_without_words),
    Screen("error-changed", NATURE, "/tasks/{task_id}/progress", "/tasks/{task.dams}/progress", report_upon_an_old_version),
    Screen("completion", NATURE, "/tasks/{task_id}/completion", "/tasks/{task.dams}/completion", attach_file),
    Screen("completion-errors", NATURE, "/tasks/{task_id}/completion", "/tasks/{task.dams}/completion", complete_without_file),
    Screen("completion-closed", NATURE, "/tasks/{task_id}/completion", "/tasks/{task.dust}/completion"),
    Screen("received", NATURE, "/tasks/{task_id}/received", "/tasks/{task.dams}/received"),
    Screen("confirm", TRACKING, "/confirm"),
    Screen("confirm-item", TRACKING, "/confirm/{task_id}", "/confirm/{task.dust}"),
    Screen("confirm-return", TRACKING, "/confirm/{task_id}", "/confirm/{task.dust}", return_without_reason),
    Screen("notices", NATURE, "/notices"),
    Screen("notices-office", TRACKING, "/notices"),
    Screen("notices-empty", IDLE, "/notices"),
    Screen("search", TRACKING, "/search", "/search?q=xa+ba+dong"),
    Screen("search-blank", TRACKING, "/search"),
    Screen("search-nothing", TRACKING, "/search", "/search?q=khong+co+viec+nay"),
    Screen("search-ended", TRACKING, "/search", "/search?q=huyen+binh+son"),
    Screen("agencies", TRACKING, "/agencies"),
    Screen("agencies-administrator", ADMINISTRATOR, "/agencies"),
    Screen("agencies-then", TRACKING, "/agencies", "/agencies?day=30/06/2025"),
    Screen("agencies-ended", TRACKING, "/agencies", "/agencies?view=ended"),
    Screen("agencies-found", TRACKING, "/agencies", "/agencies?q=huyen+binh+son"),
    Screen("agencies-nothing", TRACKING, "/agencies", "/agencies?q=khong+co+co+quan+nay&day=31/02/2026"),
    Screen("agency", TRACKING, "/agencies/{agency_id}", f"/agencies/{agency_id(AGENCIES['Sở NN&MT'].key)}"),
    Screen("agency-ended", TRACKING, "/agencies/{agency_id}", f"/agencies/{agency_id('quang-ngai-cu-huyen-tay-tra')}"),
    Screen("agency-read", IDLE, "/agencies/{agency_id}", f"/agencies/{agency_id(LONGEST_NAMED.key)}"),
    Screen("agency-names", ADMINISTRATOR, "/agencies/{agency_id}", f"/agencies/{agency_id(AGENCIES['Sở Y tế'].key)}", name_an_agency),
    Screen("new-agency", ADMINISTRATOR, "/agencies/new"),
    Screen("new-agency-errors", ADMINISTRATOR, "/agencies/new", act=add_an_agency),
    Screen("reorganisations", ADMINISTRATOR, "/agencies/reorganisations", act=plan_a_merger),
    Screen("reorganisation", ADMINISTRATOR, "/agencies/reorganisations/{reorganisation_id}", "/agencies/reorganisations", open_a_plan),
    Screen("new-reorganisation", ADMINISTRATOR, "/agencies/reorganisations/new"),
    Screen("reorganisation-seen", ADMINISTRATOR, "/agencies/reorganisations/new", act=see_a_split),
    Screen("reorganisation-errors", ADMINISTRATOR, "/agencies/reorganisations/new", act=plan_for_nobody),
    Screen("reassignment", HEAD_OF_OFFICE, "/reassignment"),
    Screen("people", HEAD_OF_HEALTH, "/agencies/{agency_id}/people", PEOPLE),
    Screen("people-found", HEAD_OF_HEALTH, "/agencies/{agency_id}/people", f"{PEOPLE}?q=a"),
    Screen("people-nothing", HEAD_OF_HEALTH, "/agencies/{agency_id}/people", f"{PEOPLE}?q=khong+co+nguoi+nay"),
    Screen("people-ended", HEAD_OF_HEALTH, "/agencies/{agency_id}/people", f"{PEOPLE}?view=ended"),
    Screen("people-history", HEAD_OF_HEALTH, "/agencies/{agency_id}/people", f"{PEOPLE}?view=history"),
    Screen("people-read", TRACKING, "/agencies/{agency_id}/people", PEOPLE),
    Screen("people-hidden", IDLE, "/agencies/{agency_id}/people", PEOPLE),
    Screen("new-person", ADMINISTRATOR, "/agencies/{agency_id}/people/new", f"{PEOPLE}/new"),
    Screen("new-person-errors", HEAD_OF_HEALTH, "/agencies/{agency_id}/people/new", f"{PEOPLE}/new", add_a_person),
    Screen("person-change", ADMINISTRATOR, "/memberships/{membership_id}/{act}", f"/memberships/{OFFICER_OF_HEALTH}/change"),
    Screen(
        "person-end", HEAD_OF_HEALTH, "/memberships/{membership_id}/{act}", f"/memberships/{OFFICER_OF_HEALTH}/end", end_without_a_reason
    ),
    Screen("person-not-yours", TRACKING, "/memberships/{membership_id}/{act}", f"/memberships/{OFFICER_OF_HEALTH}/end"),
    Screen("settings", ADMINISTRATOR, "/settings"),
    Screen("setting", ADMINISTRATOR, "/settings/{key}", "/settings/awaiting_counts_as"),
    Screen("setting-planned", ADMINISTRATOR, "/settings/{key}", "/settings/due_soon_days", plan_due_soon),
    Screen("setting-errors", ADMINISTRATOR, "/settings/{key}", "/settings/due_soon_days", plan_for_a_day_that_is_over),
    Screen("setting-read", IDLE, "/settings/{key}", "/settings/rounding"),
    Screen("calendar", ADMINISTRATOR, "/settings/calendar/{year}", "/settings/calendar/2026"),
    Screen("calendar-unknown", IDLE, "/settings/calendar/{year}", "/settings/calendar/2031"),
    Screen("calendar-change", ADMINISTRATOR, "/settings/calendar/{year}/change", "/settings/calendar/2027/change"),
    Screen("calendar-planned", ADMINISTRATOR, "/settings/calendar/{year}/change", "/settings/calendar/2027/change", plan_a_day_off),
    Screen("error", IDLE, "/tasks/{task_id}", "/tasks/{task.dyke}", status=404),
)


class Visits:
    """One browser context for each person, signed in when first needed."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self._browser, self._town = browser, town
        self._contexts: dict[Who | None, BrowserContext] = {}

    def page(self, who: Who | None) -> Page:
        if who not in self._contexts:
            context = self._browser.new_context(base_url=self._town.url, locale="vi-VN", reduced_motion="reduce")
            context.set_default_timeout(15_000)
            self._contexts[who] = context
            if who is not None:
                page = context.new_page()
                sign_in(page, who.agency, who.position, acting_as=who.acting_as)
                page.close()
        return self._contexts[who].new_page()

    def open(self, screen: Screen, page: Page) -> None:
        """The screen as somebody at a desk sees it; `wear` gives it other widths and the dark."""
        wear(page, 1440, "light")
        answer = page.goto(screen.address(self._town))
        assert answer is not None
        assert answer.status == screen.status, f"{screen.name} answered {answer.status}"
        if screen.act is not None:
            screen.act(page)
        page.evaluate("document.fonts.ready.then(() => undefined)")

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()


def wear(page: Page, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate("() => { scrollTo(0, 0); return new Promise(requestAnimationFrame) }")
