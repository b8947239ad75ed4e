"""A document is registered with its text beside the form: passages become tasks, what is done is folded, nothing leaves by itself."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from faults.bodies import today
from tests.browser.conftest import start_system, stop_system
from tests.browser.looks import Complaints
from tests.browser.steps import REPORT_DOCUMENT, begin_directive, vietnamese
from tests.browser.test_keyboard import OFFICE, TRACKER, page_of

PASSAGES = (
    "Sở Nông nghiệp và Môi trường kiểm tra, đánh giá an toàn 43 hồ chứa; báo cáo trước ngày 30/12/2026.",
    "Sở Xây dựng nạo vét, khơi thông cống rãnh tại các điểm ngập.",
    "Sở Tài chính đề xuất mức hỗ trợ các hộ phải di dời khẩn cấp.",
    "Sở Y tế chuẩn bị cơ số thuốc phòng, chống dịch sau mưa lũ.",
)
MOST_CLICKS = 20
FOLDS = "details.instruction"
TYPED = ("sở nông nghiệp", "sở xây dựng", "sở tài chính", "sở y tế")


def text() -> str:
    """A document of today, as it is copied from somewhere else."""
    day = today()
    return f"""ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI
Số: 5447/UBND-KTN
Quảng Ngãi, ngày {day:%d} tháng {day:%m} năm {day:%Y}
V/v bảo đảm an toàn hồ đập trong mùa mưa lũ

Kính gửi: Các sở, ban, ngành

{"".join(f"{n}. {passage}" + chr(10) for n, passage in enumerate(PASSAGES, 1))}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start_system(tmp_path_factory.mktemp("registering") / "data")
    yield running.url
    stop_system(running)


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    page = page_of(chromium, url, OFFICE, TRACKER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/directives/new")
    yield page
    page.context.close()


def copied(page: Page, text: str) -> None:
    """Somewhere else, before: it lies in the clipboard."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def paste(page: Page, text: str) -> None:
    """With the keys, wherever the focus is."""
    copied(page, text)
    page.keyboard.press("Control+v")


class Mouse:
    """Clicks at the pixel, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, x: float, y: float) -> None:
        self.clicks += 1
        self.page.mouse.click(x, y)

    def press(self, selector: str) -> None:
        wanted = self.page.locator(selector).first
        # With the wheel, until nothing lies over it.
        wanted.evaluate("one => one.scrollIntoView({ block: 'center' })")
        box = wanted.bounding_box()
        assert box is not None
        self.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def put_cursor_into(self, words: str) -> None:
        """Into a passage of the pasted text: where it stands is asked of a copy that is laid out alike."""
        x, y = self.page.evaluate(WHERE, words)
        self.click(x, y)


WHERE = """words => {
  const text = document.querySelector("#document_text");
  const style = getComputedStyle(text);
  const copy = document.createElement("div");
  for (const name of ["font", "lineHeight", "padding", "border", "boxSizing", "letterSpacing"]) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "fixed", whiteSpace: "pre-wrap", overflowWrap: "break-word", visibility: "hidden" });
  const box = text.getBoundingClientRect();
  Object.assign(copy.style, { left: `${box.left}px`, top: `${box.top - text.scrollTop}px`, width: `${text.offsetWidth}px` });
  copy.textContent = text.value;
  document.body.append(copy);
  const range = document.createRange();
  const at = text.value.indexOf(words);
  range.setStart(copy.firstChild, at);
  range.setEnd(copy.firstChild, at + 3);
  const found = range.getBoundingClientRect();
  copy.remove();
  return [found.left + found.width / 2, found.top + found.height / 2];
}"""


def test_four_tasks_by_mouse_with_pasted_text(page: Page) -> None:
    mouse = Mouse(page)
    document = text()
    copied(page, document)
    mouse.press("label:has(input.normal)")
    page.keyboard.press("Control+v")
    expect(page.locator("#document_text")).to_have_value(document)
    mouse.press("button[value='take number notation subject']")
    expect(page.locator("#subject")).to_have_value("Bảo đảm an toàn hồ đập trong mùa mưa lũ")
    for n, passage in enumerate(PASSAGES):
        mouse.put_cursor_into(passage[:20])
        mouse.press("#add-passage")
        lead = page.locator(f"#instructions-{n}-lead")
        expect(lead).to_be_focused()
        expect(page.locator(f"#instructions-{n}-content")).to_have_value(passage)
        page.keyboard.type(TYPED[n])
        expect(page.locator("ul.options [role=option][aria-selected=true]")).to_be_visible()
        mouse.press("ul.options [role=option][aria-selected=true]")
        mouse.press(f"#instructions-{n}-due")
        due = vietnamese(today() + timedelta(days=20 + n))
        page.keyboard.type(due)
        expect(page.locator(f"#instructions-{n}-due")).to_have_value(due)
    expect(page.locator(f"{FOLDS}[open]")).to_have_count(1)
    mouse.press(".action-bar button[value=save]")
    page.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}$"))
    expect(page.locator(".instruction-list > li")).to_have_count(len(PASSAGES))
    for passage in PASSAGES:
        expect(page.get_by_text(passage, exact=True)).to_be_visible()
    expect(page.get_by_text("“trước ngày 30/12/2026”")).to_be_visible()
    print(f"four tasks by mouse with pasted text: {mouse.clicks} clicks")
    assert mouse.clicks <= MOST_CLICKS
    summary = page.locator(".release-summary")
    expect(summary).to_contain_text(f"{len(PASSAGES)} lượt giao, hạn gần nhất")


def test_passages_become_tasks_by_a_key_and_the_focus_is_never_lost(page: Page) -> None:
    begin_directive(page)
    page.locator("#document_text").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Chưa chọn đoạn nào")).to_be_visible()
    expect(page.locator("#document_text")).to_be_focused()
    paste(page, "Việc một\nViệc hai của Sở Y tế")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#instructions-0-lead")).to_be_focused()
    expect(page.get_by_text("Chưa chọn đoạn nào")).to_be_hidden()
    expect(page.locator("#instructions-0-content")).to_have_value("Việc hai của Sở Y tế")
    page.locator("#document_text").focus()
    page.keyboard.press("Control+Home")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#instructions-1-lead")).to_be_focused()
    expect(page.locator("#instructions-1-content")).to_have_value("Việc")
    # The first is a line now; Enter opens it again and folds the other.
    first, second = (page.locator(FOLDS).nth(n) for n in range(2))
    expect(first.locator(".instruction-text")).to_have_text("Việc hai của Sở Y tế")
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#instructions-0-content")).to_be_visible()
    expect(page.locator("#instructions-1-content")).to_be_hidden()
    expect(first.locator("summary")).to_be_focused()
    expect(first.locator("summary")).to_be_in_viewport()
    page.get_by_role("button", name="Chọn đoạn khác").click()
    expect(page.locator("#document_text")).to_be_focused()
    second.locator("summary").click()
    page.get_by_role("button", name="Xóa nhiệm vụ 2").click()
    expect(page.locator("#instructions-0-content")).to_be_focused()


def test_the_line_of_a_folded_task_follows_what_is_typed(page: Page) -> None:
    begin_directive(page)
    page.locator("#instructions-0-content").fill("Việc một")
    line = page.locator(f"{FOLDS} summary").first
    expect(line.locator(".instruction-when")).to_have_text("chưa có hạn")
    page.locator("#instructions-0-due").fill("30/12/2026")
    page.get_by_role("button", name="Thêm nhiệm vụ").click()
    expect(page.locator("#instructions-1-content")).to_be_focused()
    line.click()
    page.locator("#instructions-0-content").fill("Việc khác")
    page.locator("#instructions-0-lead_group").select_option(index=1)
    page.locator(f"{FOLDS} summary").nth(1).click()
    expect(line.locator(".instruction-text")).to_have_text("Việc khác")
    expect(line.locator(".instruction-who")).to_contain_text("xã")
    expect(line.locator(".instruction-when")).to_have_text("hạn 30/12/2026")


def test_the_pasted_text_is_a_draft_like_everything_else(page: Page) -> None:
    begin_directive(page)
    document = text()
    paste(page, document)
    expect(page.locator("[data-draft-told]").filter(has_text="Đã giữ bản nháp")).to_be_visible()
    page.reload()
    expect(page.locator("#document_text")).to_have_value(document.strip())
    with page.expect_response("**/drafts/forget"):
        page.get_by_text("Tối mật", exact=True).click()
    expect(page.locator("#document_text")).to_have_value("")
    page.goto("/directives/new")
    page.get_by_text("Thường", exact=True).first.click()
    expect(page.locator("#document_text")).to_have_value("")
    paste(page, "Một dòng\n" * 10_000)
    expect(page.get_by_text("dài quá 60.000 ký tự")).to_be_visible()
    expect(page.locator("#document_text")).to_have_value("")


def test_a_pdf_is_looked_at_and_never_sent(page: Page) -> None:
    complaints, sent = Complaints(page), []

    def note(request: Request) -> None:
        body = request.post_data_buffer or b""
        if b"%PDF" in body or b"bao-cao.pdf" in body:
            sent.append(request.url)

    page.on("request", note)
    begin_directive(page)
    page.get_by_text("Tệp PDF", exact=True).click()
    page.locator("#source-file").set_input_files(REPORT_DOCUMENT)
    frame = page.locator("#source-frame")
    expect(frame).to_have_attribute("src", re.compile("^blob:"))
    expect(frame).to_be_visible()
    page.locator("#subject").fill("Có tệp bên cạnh")
    page.get_by_role("button", name="Thêm nhiệm vụ").click()
    expect(page.locator(FOLDS)).to_have_count(2)
    expect(frame).to_have_attribute("src", re.compile("^blob:"))
    page.get_by_text("Tối mật", exact=True).click()
    expect(frame).to_be_hidden()
    assert page.locator("#source-file").evaluate("one => one.files.length") == 0
    assert frame.get_attribute("src") is None
    assert sent == []
    assert complaints.said == []


def test_where_there_is_no_room_one_of_both_is_shown(page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 1024})
    begin_directive(page)
    text, subject = page.locator("#document_text"), page.locator("#subject")
    expect(text).to_be_hidden()
    page.locator("label:has(#view-source)").click()
    expect(subject).to_be_hidden()
    text.fill("Việc một")
    page.locator("#add-passage").click()
    expect(page.locator("#instructions-0-lead")).to_be_focused()
    expect(text).to_be_hidden()
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(text).to_be_visible()
    expect(subject).to_be_visible()
