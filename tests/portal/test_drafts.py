"""What is typed is not lost, and is nobody else's: drafts, sessions that end meanwhile, services that are away."""

import re
from typing import Any
from uuid import UUID

import pytest

from libs.common.housekeeping import Housekeeping
from portal.csrf import Whose
from portal.drafts import MOST_OF_ONE, OLD_DRAFTS
from tests.portal.conftest import Browser, Fields, Running
from tests.portal.stand_in import id_of
from tests.portal.test_registering import FILLED, registered

Task = dict[str, Any]
NEW = "/directives/new"
CANARY = "Chim hoàng yến 7f3a"


async def typing(browser: Browser, changes: Fields, *, form: str = NEW, action: str = "/directives") -> int:
    """What the page keeps of itself while somebody types."""
    answer = await browser.http.post("/drafts", data={**browser.form(action), **changes, "draft": form})
    return answer.status_code


async def opened(browser: Browser) -> None:
    await browser.sign_in("tracker")
    await browser.get(NEW)


async def test_what_was_typed_is_there_again_until_it_is_saved(portal: Running, browser: Browser) -> None:
    await opened(browser)
    key = browser.value_of("/directives", "idempotency_key")
    late = {**browser.form("/directives"), **FILLED, "draft": NEW}
    assert await typing(browser, {**FILLED, "instructions-0-coordinating_id": id_of("finance")}) == 200
    page = await browser.get(NEW)
    assert "gõ dở lúc" in page.text
    for name in ("subject", "number", "instructions-0-content", "instructions-0-due"):
        assert browser.value_of("/directives", name) == FILLED[name]
    assert browser.value_of("/directives", "instructions-0-coordinating_id") == id_of("finance")
    assert browser.value_of("/directives", "idempotency_key") == key
    await browser.send("/directives", {"act": "save"})
    assert len(registered(portal)) == 1
    await browser.http.post("/drafts", data=late)
    page = await browser.get(NEW)
    assert "gõ dở lúc" not in page.text
    assert browser.value_of("/directives", "subject") == ""
    assert [row.sealed for row in await portal.rows("SELECT sealed FROM draft")] == [None]


async def test_a_draft_that_is_not_wanted_is_dropped(portal: Running, browser: Browser) -> None:
    await opened(browser)
    await typing(browser, FILLED)
    await browser.get(NEW)
    await browser.send("/directives", {"draft": NEW}, to="/drafts/forget")
    assert browser.page.url.path == NEW
    assert browser.value_of("/directives", "subject") == ""


async def test_a_step_without_a_script_is_kept_too(browser: Browser) -> None:
    await opened(browser)
    await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    await browser.get(NEW)
    assert browser.value_of("/directives", "subject") == FILLED["subject"]


async def test_reports_and_reasons_have_drafts(portal: Running, browser: Browser, released: Task) -> None:
    await browser.sign_in("clerk")
    progress = f"/tasks/{released['id']}/progress"
    await browser.get(f"/tasks/{released['id']}")
    await browser.send(f"/tasks/{released['id']}/accept")
    for path, said in ((progress, {"content": "Đang rà soát"}), (f"/tasks/{released['id']}/completion", {"summary": "Đã rà soát"})):
        await browser.get(path)
        assert await typing(browser, {**said}, form=path, action=path) == 200
        await browser.get(path)
        (name,) = said
        assert browser.value_of(path, name) == said[name]
    await browser.send(f"/tasks/{released['id']}/completion", {"report_number": "1/BC", "report_date": "1/3/2026"})
    await browser.sign_in("tracker")
    decided = f"/confirm/{released['id']}"
    await browser.get(decided)
    assert await typing(browser, {"reason": "Thiếu biểu 04"}, form=decided, action=f"{decided}/return") == 200
    await browser.get(decided)
    assert browser.value_of(f"{decided}/return", "reason") == "Thiếu biểu 04"


async def test_nothing_is_kept_before_the_level_of_secrecy_is_said_nor_after_it_is_not_normal(portal: Running, browser: Browser) -> None:
    await opened(browser)
    assert 'name="secrecy" value="NORMAL" checked' not in re.sub(r"\s+", " ", browser.page.text)
    assert await typing(browser, {**FILLED, "secrecy": ""}) == 204
    assert await portal.rows("SELECT * FROM draft") == []
    assert await typing(browser, FILLED) == 200
    assert await typing(browser, {**FILLED, "secrecy": "SECRET"}) == 204
    assert await typing(browser, FILLED) == 204, "what comes late under the key that was dropped"
    assert [row.sealed for row in await portal.rows("SELECT sealed FROM draft")] == [None]
    await browser.get(NEW)
    assert browser.value_of("/directives", "subject") == ""
    page = await browser.send("/directives", {**FILLED, "secrecy": "", "act": "save"})
    assert (page.status_code, registered(portal)) == (422, [])
    assert "Chưa chọn độ mật." in browser.errors


@pytest.mark.parametrize("field", ["subject", "document_text"])
async def test_a_draft_is_of_a_person_and_a_membership_and_in_no_log(
    field: str, portal: Running, browser: Browser, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    await browser.get(NEW)
    assert await typing(browser, {**FILLED, field: CANARY}) == 200
    (row,) = await portal.rows("SELECT * FROM draft")
    assert CANARY.encode() not in row.sealed
    assert CANARY not in str(row)
    await browser.get(NEW)
    assert CANARY in browser.page.text
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership clerk")})
    for path in (NEW, "/my-work"):
        await browser.get(path)
        assert CANARY not in browser.page.text
    other = portal.browser()
    await other.sign_in("tracker")
    for path in (NEW, "/workbench", "/directives"):
        await other.get(path)
        assert CANARY not in other.page.text
    await other.http.aclose()
    # Put under another's name it is not opened for him.
    await portal.change(f"UPDATE draft SET membership_id = '{id_of('membership clerk')}'")
    await browser.get(NEW)
    assert CANARY not in browser.page.text
    written = capfd.readouterr()
    assert CANARY not in written.out + written.err + caplog.text


async def test_a_draft_ends_after_a_fortnight(portal: Running, browser: Browser) -> None:
    await opened(browser)
    await typing(browser, FILLED)
    await portal.change("UPDATE draft SET kept_at = now() - interval '13 days 23 hours'")
    housekeeping = Housekeeping(portal.app.state.portal.database, OLD_DRAFTS)
    assert await housekeeping.once() == {"draft": 0}
    await browser.get(NEW)
    assert browser.value_of("/directives", "subject") == FILLED["subject"]
    await portal.change("UPDATE draft SET kept_at = now() - interval '14 days 1 minute'")
    await browser.get(NEW)
    assert browser.value_of("/directives", "subject") == ""
    assert await housekeeping.once() == {"draft": 1}


async def test_a_draft_ends_with_its_membership(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    for one in ("tracker", "clerk"):
        await browser.get("/membership")
        await browser.send("/membership", {"membership_id": id_of(f"membership {one}")})
        await browser.get(NEW)
        await typing(browser, FILLED)
    assert len(await portal.rows("SELECT * FROM draft")) == 2
    portal.stand_in.memberships["clerk"] = ["clerk"]
    await browser.get("/membership")
    (row,) = await portal.rows("SELECT membership_id FROM draft")
    assert str(row.membership_id) == id_of("membership clerk")
    portal.stand_in.memberships["clerk"] = ["tracker"]
    await browser.sign_in("clerk")
    assert await portal.rows("SELECT * FROM draft") == []


async def test_only_forms_that_are_known_have_drafts(browser: Browser) -> None:
    await opened(browser)
    assert await typing(browser, FILLED, form="/somewhere") == 404
    assert await typing(browser, FILLED, form="//evil.test/directives/new") == 404


async def test_who_has_signed_in_again_elsewhere_sends_the_form_as_it_is(portal: Running, browser: Browser) -> None:
    await opened(browser)
    first = {**browser.form("/directives"), **FILLED, "act": "save"}
    await portal.change("DELETE FROM session")
    await browser.sign_in("tracker")
    answer = await browser.http.post("/directives", data=first)
    assert answer.status_code == 303
    assert len(registered(portal)) == 1


async def test_what_came_without_a_session_is_shown_with_words_and_sent_again(portal: Running, browser: Browser) -> None:
    await opened(browser)
    typed = {"kind": "chi-thi", "urgency": "URGENT", "instructions-0-deliverable": "bao-cao", "instructions-0-lead_id": id_of("health")}
    form = {**browser.form("/directives"), **FILLED, **typed, "act": "save"}
    await portal.change("DELETE FROM session")
    browser.page = await browser.http.post("/directives", data=form)
    assert browser.page.status_code == 401
    shown = dict(re.findall(r'<label for="kept-([^"]+)">.*?<textarea[^>]*>\n?(.*?)</textarea>', browser.page.text, re.DOTALL))
    expected = {"number": "5425", "issue_date": "12/02/2026", "kind": "Chỉ thị", "urgency": "Khẩn", "instructions-0-due": "5.3.2026"}
    assert {name: shown.get(name) for name in expected} == expected
    assert shown["instructions-0-deliverable"] == "Báo cáo"
    assert shown["instructions-0-lead_id"] == "Sở Y tế"
    assert not {"form_token", "idempotency_key", "version", "act", "secrecy", "instructions-0-deadline_class"} & set(shown)
    left = browser.page
    await browser.sign_in("tracker")
    browser.page = left
    page = await browser.send("/directives")
    assert page.url.path.startswith("/directives/")
    assert len(registered(portal)) == 1


async def test_a_form_of_another_membership_is_not_sent_in_this_one(portal: Running, browser: Browser) -> None:
    portal.stand_in.memberships["clerk"] = ["clerk", "tracker"]
    await browser.sign_in("clerk")
    await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    await browser.get(NEW)
    form = {**browser.form("/directives"), **FILLED, "act": "save"}
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership clerk")})
    browser.page = await browser.http.post("/directives", data=form)
    assert browser.page.status_code == 403
    assert "tư cách khác" in browser.page.text
    assert "Phòng, chống dịch" in browser.page.text
    assert registered(portal) == []
    left = browser.page
    await browser.get("/membership")
    await browser.send("/membership", {"membership_id": id_of("membership tracker")})
    browser.page = left
    await browser.send("/directives")
    assert len(registered(portal)) == 1


async def test_what_somebody_else_typed_is_not_shown_to_who_signed_in_after_him(portal: Running, browser: Browser) -> None:
    await opened(browser)
    form = {**browser.form("/directives"), **FILLED, "subject": CANARY, "act": "save"}
    await portal.change("DELETE FROM session")
    await browser.sign_in("clerk")
    answer = await browser.http.post("/directives", data=form)
    assert answer.status_code == 403
    assert CANARY not in answer.text
    assert registered(portal) == []


async def test_whatever_is_away_what_was_sent_stays(portal: Running, browser: Browser, released: Task) -> None:
    await browser.sign_in("clerk")
    await browser.get(f"/tasks/{released['id']}")
    await browser.send(f"/tasks/{released['id']}/accept")
    await browser.get(f"/tasks/{released['id']}/completion")
    await browser.send(f"/tasks/{released['id']}/completion", {"report_number": "1/BC", "report_date": "1/3/2026", "summary": "Xong"})
    await browser.sign_in("tracker")
    path = f"/confirm/{released['id']}"
    await browser.get(path)
    key = browser.value_of(f"{path}/return", "idempotency_key")
    portal.stand_in.away |= {"tasks", "directory", "notify", "directives", "reporting"}
    page = await browser.send(f"{path}/return", {"reason": "Thiếu phụ lục số liệu"})
    assert page.status_code == 503
    assert "Thiếu phụ lục số liệu" in page.text
    assert browser.value_of(f"{path}/return", "idempotency_key") == key
    portal.stand_in.away.clear()
    await browser.send(f"{path}/return")
    assert released["state"] == "RESULT_RETURNED"


@pytest.mark.parametrize("way", ["away", "signed out"])
async def test_nothing_of_a_secret_document_is_ever_shown_again(portal: Running, browser: Browser, way: str) -> None:
    await opened(browser)
    form = {**browser.form("/directives"), **FILLED, "secrecy": "SECRET", "act": "save"}
    if way == "away":
        portal.stand_in.away.add("directives")
    else:
        await portal.change("DELETE FROM session")
    answer = await browser.http.post("/directives", data=form)
    assert answer.status_code in (401, 503)
    assert "Phòng, chống dịch" not in answer.text
    assert "5425" not in answer.text


async def test_what_another_site_sends_is_not_shown(portal: Running, browser: Browser) -> None:
    answer = await browser.http.post("/directives", data={"subject": "Bấm vào đây"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert "Bấm vào đây" not in answer.text


async def test_of_one_person_a_hundred_drafts_stay_and_the_oldest_goes(portal: Running, browser: Browser) -> None:
    await opened(browser)
    drafts, whose = portal.app.state.portal.drafts, Whose(UUID(id_of("tracker")), UUID(id_of("membership tracker")))
    other = Whose(whose.person_id, UUID(id_of("membership clerk")))
    await drafts.keep(other, "/directives/new", "key", [("subject", "của tư cách khác")])
    for number in range(MOST_OF_ONE + 3):
        assert await drafts.keep(whose, f"/tasks/{number}/progress", "key", [("content", str(number))])
    assert await drafts.find(whose, "/tasks/2/progress") is None
    kept = await drafts.find(whose, "/tasks/3/progress")
    assert kept is not None
    assert kept.typed["content"] == "3"
    assert await drafts.find(other, "/directives/new") is not None, "each membership has its own"
    assert MOST_OF_ONE == 100
