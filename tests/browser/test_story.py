"""One directive of each kind goes all the way, by hand, in Chromium; the leaders' page moves by itself in a second browser."""

import os
import re
from datetime import date
from random import SystemRandom

import pytest
from playwright.sync_api import Page, expect

from faults.bodies import today
from services.directory.province import Province
from tests.browser.conftest import NewPage
from tests.browser.real_directives import RealDirective, candidates, pick
from tests.browser.steps import REPORT_DOCUMENT, clerk_of, press_and_prove, register, sign_in, vietnamese
from tests.chance import seed_of_tree

PROVINCE = Province("quang-ngai")
COMMITTEE = "Ủy ban nhân dân tỉnh Quảng Ngãi"
OFFICE = "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi"
TRACKER = "Chuyên viên theo dõi nhiệm vụ"
CHIEF = "Chánh Văn phòng UBND tỉnh"
# What the house itself reports, an Office leader confirms (rulebook 1.14).
OF_THE_HOUSE = ("OFFICE", "PROVINCE_COMMITTEE")
SEED = seed_of_tree()
# `./test long documents` takes all of them.
EVERYTHING = os.environ.get("CHIDAO_DOCUMENTS") == "all"
# Since then the province is as it is.
AS_IT_IS = date(2025, 7, 1)
PICKED = [one for kind in candidates(PROVINCE, AS_IT_IS).values() for one in kind] if EVERYTHING else pick(PROVINCE, AS_IT_IS, SEED)
# Not by the seed: whoever replays one on a run that is up would be refused a number that is taken.
NUMBERS = [str(number) for number in SystemRandom().sample(range(1000, 9000), len(PICKED))]


def figure(page: Page, name: str) -> int:
    return int((page.locator(f'[data-figure="{name}"]').first.text_content() or "0").replace(".", "").strip())


@pytest.mark.parametrize(("directive", "number"), zip(PICKED, NUMBERS, strict=True), ids=[f"{one.kind}-{one.doc_id}" for one in PICKED])
def test_a_directive_goes_all_the_way(new_page: NewPage, directive: RealDirective, number: str) -> None:
    print(f"seed {SEED}: {directive.doc_id}, {directive.kind}, {[demand.lead.short_name for demand in directive.demands]}")
    leader = new_page()
    sign_in(leader, COMMITTEE, "Chủ tịch UBND tỉnh")
    leader.goto("/home")
    expect(leader.locator("html")).to_have_class(re.compile("is-live"))
    total, completed = figure(leader, "N"), figure(leader, "C")
    leader.evaluate("window.neverReloaded = true")

    office = new_page()
    sign_in(office, OFFICE, TRACKER)
    document = register(office, directive, number=number, notation="UBND-TH")
    expect(office.get_by_text(f"{number}/UBND-TH").first).to_be_visible()
    press_and_prove(office, office.get_by_role("button", name="Phát hành", exact=True))
    # The number on the leaders' page moves, and nobody touched that page.
    expect(leader.locator('[data-figure="N"]').first).to_have_text(str(total + len(directive.demands)))

    for place, demand in enumerate(directive.demands):
        agency = new_page(width=390, height=844)
        sign_in(agency, demand.lead.name, clerk_of(PROVINCE, demand.lead, today()))
        task = find_task(agency, demand.content, number)
        agency.get_by_role("button", name="Tiếp nhận nhiệm vụ").first.click()
        agency.get_by_role("link", name="Báo cáo tiến độ").first.click()
        report_progress(agency, "Đã giao phòng chuyên môn, đang thực hiện")
        agency.goto(task)
        receipt = complete(agency, task, f"{place + 1}/BC")
        if demand.lead.kind in OF_THE_HOUSE:
            chief = new_page()
            sign_in(chief, OFFICE, CHIEF)
            decide(chief, task)
        else:
            decide(office, task)
        agency.goto(task)
        expect(agency.get_by_text("Hoàn thành").first).to_be_visible()
        office.goto(f"/search?q={receipt}")
        expect(office).to_have_url(re.compile(re.escape(task.rsplit("/", 1)[1])))
    expect(leader.locator('[data-figure="C"]').first).to_have_text(str(completed + len(directive.demands)))
    assert leader.evaluate("window.neverReloaded"), "the leaders' page moved without a reload"
    office.goto(document)
    expect(office.get_by_text("Đã phát hành").first).to_be_visible()


def find_task(page: Page, content: str, number: str) -> str:
    page.goto("/my-work")
    page.get_by_role("link").filter(has_text=content[:60]).first.click()
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]{36}$"))
    expect(page.get_by_text(content).first).to_be_visible()
    expect(page.get_by_text(f"{number}/UBND-TH").first).to_be_visible()
    return page.url


def report_progress(page: Page, words: str) -> None:
    page.get_by_text("10%", exact=True).click()
    page.get_by_label("Nội dung đã thực hiện").fill(words)
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.locator(".receipt").first).to_be_visible()


def complete(page: Page, task: str, number: str) -> str:
    page.goto(f"{task}/completion")
    page.get_by_label("Số, ký hiệu văn bản báo cáo").fill(number)
    page.get_by_label("Ngày văn bản báo cáo").fill(vietnamese(today()))
    page.get_by_label("Tệp văn bản báo cáo").set_input_files(REPORT_DOCUMENT)
    page.get_by_label("Tóm tắt kết quả").fill("Đã hoàn thành nhiệm vụ, kèm báo cáo.")
    page.get_by_role("button", name="Gửi kết quả").click()
    page.wait_for_url(re.compile("/received"))
    return (page.locator(".receipt").first.text_content() or "").strip()


def decide(page: Page, task: str) -> None:
    page.goto(f"/confirm/{task.rsplit('/', 1)[1]}")
    page.get_by_role("button", name="Xác nhận").first.click()
    expect(page.get_by_text("Đã ghi quyết định").first).to_be_visible()
