"""Registering a document, as a browser without scripts does it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.portal.conftest import Browser, Fields, Running
from tests.portal.stand_in import id_of

FILLED: Fields = {
    "secrecy": "NORMAL",
    "number": "5425",
    "notation": "UBND-KGVX",
    "issue_date": "12/02/2026",
    "subject": "Phòng, chống dịch",
    "instructions-0-content": "Rà soát",
    "instructions-0-lead": "Sở Y tế",
    "instructions-0-due": "5.3.2026",
}


async def opened(browser: Browser) -> None:
    await browser.sign_in("tracker")
    await browser.get("/directives/new")


def registered(portal: Running) -> list[dict[str, object]]:
    return [one.body for one in portal.stand_in.asked if (one.method, one.path) == ("POST", "/directives/directives")]


async def test_names_become_agencies_and_typed_days_become_dates(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "save", "instructions-0-coordinating": "xã ba động"})
    assert page.url.path.startswith("/directives/")
    (body,) = registered(portal)
    assert body["issue_date"] == "2026-02-12"
    (instruction,) = body["instructions"]  # type: ignore[misc]
    assert instruction["due"] == "2026-03-05"
    assert instruction["assignments"] == [
        {"agency_id": id_of("health"), "role": "LEAD"},
        {"agency_id": id_of("ba-dong"), "role": "COORDINATING"},
    ]


async def test_a_name_that_is_not_clear_is_asked_for_again_and_nothing_is_lost(portal: Running, browser: Browser) -> None:
    await opened(browser)
    for typed, said in (("ba", "có thể là"), ("không có", "Không thấy cơ quan"), ("Sở A & B", "“Sở A &amp; B”")):
        page = await browser.send("/directives", {**FILLED, "act": "save", "instructions-0-lead": typed})
        assert page.status_code == 422
        assert said in browser.errors[0]
        assert browser.value_of("/directives", "instructions-0-lead") == typed
        assert browser.value_of("/directives", "subject") == "Phòng, chống dịch"
        assert browser.value_of("/directives", "instructions-0-due") == "5.3.2026"
    assert registered(portal) == []


async def test_a_changed_name_does_not_keep_the_agency_chosen_before(portal: Running, browser: Browser) -> None:
    await opened(browser)
    await browser.send(
        "/directives", {**FILLED, "act": "save", "instructions-0-lead": "Sở Tài chính", "instructions-0-lead_id": id_of("health")}
    )
    (body,) = registered(portal)
    assert body["instructions"][0]["assignments"][0]["agency_id"] == id_of("finance")  # type: ignore[index]


async def test_tasks_are_added_and_removed_without_losing_what_was_typed(browser: Browser) -> None:
    await opened(browser)
    await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    assert "instructions-1-content" in browser.form("/directives")
    await browser.send("/directives", {"act": "add-instruction", "instructions-1-content": "Việc hai"}, to="/directives/draft")
    await browser.send("/directives", {"act": "remove-instruction 0"}, to="/directives/draft")
    assert browser.value_of("/directives", "instructions-0-content") == "Việc hai"
    assert "instructions-2-content" not in browser.form("/directives")
    assert browser.value_of("/directives", "number") == "5425"


def unfolded(page: str) -> list[bool]:
    """Of every task, whether its form is open."""
    return [" open" in one for one in re.findall(r'<details class="instruction"([^>]*)>', page)]


async def test_only_the_task_that_is_worked_on_is_unfolded(browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    assert unfolded(page.text) == [False, True]
    what, who = (
        f'<span class="instruction-{kind}" title="{said}">{said}</span>' for kind, said in (("text", "Rà soát"), ("who", "Sở Y tế"))
    )
    folded = rf'{what}\s*<span class="instruction-facts">{who}<span class="instruction-when">hạn 5\.3\.2026</span>'
    assert re.search(folded, page.text), "what, who and until when, in a line"
    page = await browser.send("/directives", {"act": "add-instruction"}, to="/directives/draft")
    assert unfolded(page.text) == [False, False, True]
    assert "Chưa có nội dung" in page.text
    assert "Chưa giao cơ quan nào" in page.text
    step = {"act": "add-agency instructions-1-coordinating", "instructions-1-coordinating": "Sở Tài chính"}
    page = await browser.send("/directives", step, to="/directives/draft")
    assert unfolded(page.text) == [False, True, False]
    step = {"act": f"remove-agency instructions-1-coordinating {id_of('finance')}"}
    page = await browser.send("/directives", step, to="/directives/draft")
    assert unfolded(page.text) == [False, True, False]
    page = await browser.send("/directives", {"act": "remove-instruction 0"}, to="/directives/draft")
    assert unfolded(page.text) == [True, False]
    page = await browser.send("/directives", {"act": "remove-instruction 1"}, to="/directives/draft")
    assert unfolded(page.text) == [True]


async def test_what_is_wrong_in_a_task_unfolds_it(browser: Browser) -> None:
    await opened(browser)
    for _ in range(2):
        await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    wrong = {"instructions-0-due": "mai", "instructions-1-due": "05/03/2026", "instructions-2-due": "mốt"}
    page = await browser.send("/directives", {**wrong, "act": "save"})
    assert unfolded(page.text) == [True, False, True]
    alone = [' name="instruction-' in one for one in re.findall(r'<details class="instruction"([^>]*)>', page.text)]
    assert alone == [False, True, False], "opening another task does not hide what is wrong"


async def test_a_draft_that_is_offered_again_goes_on_at_its_last_task(browser: Browser) -> None:
    await opened(browser)
    for _ in range(2):
        await browser.send("/directives", {**FILLED, "act": "add-instruction"}, to="/directives/draft")
    assert unfolded((await browser.get("/directives/new")).text) == [False, True]


async def test_coordinating_agencies_are_added_and_removed(browser: Browser) -> None:
    await opened(browser)
    step = {"act": "add-agency instructions-0-coordinating", "instructions-0-coordinating": "Sở Tài chính"}
    await browser.send("/directives", {**FILLED, **step}, to="/directives/draft")
    assert browser.value_of("/directives", "instructions-0-coordinating_id") == id_of("finance")
    await browser.send("/directives", {"act": f"remove-agency instructions-0-coordinating {id_of('finance')}"}, to="/directives/draft")
    assert "instructions-0-coordinating_id" not in browser.form("/directives")


async def test_what_the_service_says_stands_beside_its_field(portal: Running, browser: Browser) -> None:
    await opened(browser)
    errors = [
        {"field": "instructions.0.due", "code": "due-before-issue"},
        {"field": "instructions.0.assignments", "code": "two-leads"},
        {"field": "number", "code": "text-too-long"},
    ]
    portal.stand_in.refuse["POST /directives/directives"] = (422, {"code": "due-before-issue", "errors": errors})
    key = browser.value_of("/directives", "idempotency_key")
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    assert page.status_code == 422
    for field in ("instructions-0-due", "instructions-0-lead", "number"):
        assert f'id="{field}-error"' in page.text
    assert "Ngày đến hạn không được trước ngày ban hành" in page.text
    assert browser.value_of("/directives", "instructions-0-content") == "Rà soát"
    assert browser.value_of("/directives", "idempotency_key") != key


async def test_a_document_that_is_registered_is_shown_and_a_reason_asked_for(portal: Running, browser: Browser) -> None:
    await opened(browser)
    assert "another_document_reason" not in browser.form("/directives")
    first = {"id": id_of("first"), "label": "5425/UBND-KGVX", "subject": "Phòng, chống <b>dịch</b>"}
    code = "document-registered-already"
    portal.stand_in.refuse["POST /directives/directives"] = (409, {"code": code, "field": "number", "first": first})
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    assert page.status_code == 409
    assert f'href="/directives/{first["id"]}"' in page.text
    assert "5425/UBND-KGVX – Phòng, chống &lt;b&gt;dịch&lt;/b&gt;" in page.text
    assert browser.value_of("/directives", "subject") == "Phòng, chống dịch"
    del portal.stand_in.refuse["POST /directives/directives"]
    await browser.send("/directives", {"another_document_reason": "Đánh số lại", "act": "save", "instructions-0-due": "31/02/2026"})
    assert browser.value_of("/directives", "another_document_reason") == "Đánh số lại", "it stays while something else is corrected"
    await browser.send("/directives", {"act": "save", "instructions-0-due": "5.3.2026"})
    assert registered(portal)[-1]["another_document_reason"] == "Đánh số lại"


async def test_the_office_hears_of_a_release_that_became_no_task(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    (made,) = portal.stand_in.directives.values()
    made |= {"state": "RELEASED", "released_at": (datetime.now(UTC) - timedelta(minutes=2)).isoformat()}
    portal.stand_in.late_releases = [{"directive_id": made["id"], "released_at": made["released_at"], "instructions": 1}]
    page = await browser.get(f"/directives/{made['id']}")
    assert "1 nhiệm vụ của văn bản này đã phát hành nhưng chưa được giao" in page.text
    page = await browser.get("/directives")
    assert "1 nhiệm vụ đã phát hành quá một phút" in page.text
    made["released_at"] = datetime.now(UTC).isoformat()
    assert "chưa được giao" not in (await browser.get(f"/directives/{made['id']}")).text, "it may still come"
    await browser.sign_in("clerk")
    assert "quá một phút" not in (await browser.get("/directives")).text


async def test_what_a_release_will_do_is_told_before_it_is_pressed(portal: Running, browser: Browser) -> None:
    await opened(browser)
    portal.stand_in.summary = {
        "given": 110,
        "groups": 1,
        "nearest_due": "2026-11-29",
        "agencies": [
            {"agency_id": id_of("health"), "leads": [1, 3], "coordinates": [], "reports": []},
            {"agency_id": id_of("finance"), "leads": [2], "coordinates": [1, 3], "reports": []},
            {"agency_id": id_of("office"), "leads": [], "coordinates": [], "reports": [3]},
        ],
        "undated": [3],
        "due_on_day_off": [1],
        "due_passed": [],
        "without_account": [id_of("ba-dong"), id_of("ba-dinh")],
    }
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text[page.text.index('id="release-summary"') :]))
    for words in (
        "110 lượt giao, 1 nhóm, hạn gần nhất Chủ nhật 29/11/2026",
        "3 cơ quan nhận việc",
        "Sở Y tế chủ trì nhiệm vụ 1, 3",
        "Sở Tài chính chủ trì nhiệm vụ 2; phối hợp nhiệm vụ 1, 3",
        "báo cáo thay nhiệm vụ 3",
        "Hạn rơi vào ngày nghỉ: nhiệm vụ 1.",
        "Không có hạn: nhiệm vụ 3.",
        "Chưa có tài khoản tiếp nhận: Ủy ban nhân dân xã Ba Động, Ủy ban nhân dân xã Ba Dinh.",
    ):
        assert words in said
    assert "Hạn đã qua" not in said
    assert said.index("110 lượt giao") < said.index("Phát hành"), "before the button"
    portal.stand_in.summary = {**portal.stand_in.summary, **{name: [] for name in ("undated", "due_on_day_off", "without_account")}}
    assert "Không có điểm cần lưu ý." in (await browser.get(page.url.path)).text
    portal.stand_in.summary = {}
    assert 'id="release-summary"' not in (await browser.get(page.url.path)).text, "somebody else has released it this moment"


async def test_days_that_are_none_are_told_beside_their_field(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "save", "instructions-0-due": "31/02/2026"})
    assert page.status_code == 422
    assert 'id="instructions-0-due-error"' in page.text
    assert browser.value_of("/directives", "instructions-0-due") == "31/02/2026"
    assert registered(portal) == []


async def test_a_due_date_hidden_by_the_class_is_not_sent(portal: Running, browser: Browser) -> None:
    await opened(browser)
    await browser.send(
        "/directives", {**FILLED, "act": "save", "instructions-0-deadline_class": "NONE", "instructions-0-no_deadline_reason": "Chờ Bộ"}
    )
    (body,) = registered(portal)
    instruction = body["instructions"][0]  # type: ignore[index]
    assert instruction["due"] is None
    assert instruction["no_deadline_reason"] == "Chờ Bộ"


async def test_nothing_of_a_secret_document_is_sent_on_or_shown_again(portal: Running, browser: Browser) -> None:
    await opened(browser)
    portal.stand_in.refuse["POST /directives/directives"] = (422, {"code": "secrecy-not-allowed"})
    page = await browser.send("/directives", {**FILLED, "act": "save", "secrecy": "SECRET"})
    assert page.status_code == 422
    assert "Không được nhập văn bản mật" in page.text
    (body,) = registered(portal)
    assert body["secrecy"] == "SECRET"
    assert not {"Phòng, chống dịch", "5425", "Rà soát"} & {str(value) for value in body.values()}
    assert "Phòng, chống dịch" not in page.text


async def test_text_in_other_normal_forms_and_emoji_pass(portal: Running, browser: Browser) -> None:
    await opened(browser)
    await browser.send("/directives", {**FILLED, "act": "save", "subject": "Phòng chống 🌊 mưa lũ"})
    (body,) = registered(portal)
    assert body["subject"] == "Phòng chống 🌊 mưa lũ"


async def test_a_service_that_is_away_leaves_form_and_key_as_they_are(portal: Running, browser: Browser) -> None:
    await opened(browser)
    key = browser.value_of("/directives", "idempotency_key")
    portal.stand_in.away.add("directives")
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    assert page.status_code == 503
    assert browser.value_of("/directives", "idempotency_key") == key
    assert browser.value_of("/directives", "instructions-0-content") == "Rà soát"
    portal.stand_in.away.clear()
    page = await browser.send("/directives", {"act": "save"})
    assert page.url.path.startswith("/directives/")
    assert portal.stand_in.asked[-1].method == "GET"
    assert {one.headers["idempotency-key"] for one in portal.stand_in.asked if one.path == "/directives/directives"} == {key}


async def test_a_draft_is_corrected_upon_its_version(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    await browser.get(f"{page.url.path}/edit")
    assert browser.value_of("/directives", "instructions-0-lead") == "Sở Y tế"
    await browser.send("/directives", {"act": "save", "subject": "Khác"})
    (put,) = [one for one in portal.stand_in.asked if one.method == "PUT"]
    assert put.headers["if-match"] == '"1"'
    assert put.body["subject"] == "Khác"


async def test_every_error_is_told_at_once_as_a_way_to_its_field(portal: Running, browser: Browser) -> None:
    await opened(browser)
    wrong = {"act": "save", "issue_date": "31/02/2026", "instructions-0-due": "mai", "instructions-0-lead": "không có"}
    page = await browser.send("/directives", {**FILLED, **wrong})
    links = re.findall(r'<li><a href="#([^"]+)">', page.text)
    assert links == ["issue_date", "instructions-0-lead", "instructions-0-due"]
    assert all(f'id="{one}"' in page.text for one in links)
    assert browser.value_of("/directives", "instructions-0-due") == "mai"


async def test_what_the_service_refuses_is_told_beside_its_field_too(portal: Running, browser: Browser) -> None:
    await opened(browser)
    errors = [{"field": "signer", "code": "invalid-body"}, {"field": "instructions.0.field", "code": "unknown-field"}]
    portal.stand_in.refuse["POST /directives/directives"] = (422, {"code": "unknown-field", "errors": errors})
    page = await browser.send("/directives", {**FILLED, "act": "save"})
    assert re.findall(r'<li><a href="#([^"]+)">', page.text) == ["signer", "instructions-0-field"]
    assert "Lĩnh vực không có trong danh mục." in browser.errors


async def test_the_field_of_a_task_is_chosen_kept_and_shown(portal: Running, browser: Browser) -> None:
    await opened(browser)
    page = await browser.send("/directives", {**FILLED, "act": "save", "instructions-0-field": "y-te"})
    (body,) = registered(portal)
    assert body["instructions"][0]["field"] == "y-te"  # type: ignore[index]
    assert "<dt>Lĩnh vực</dt><dd>Y tế</dd>" in page.text
    await browser.get(f"{page.url.path}/edit")
    assert browser.value_of("/directives", "instructions-0-field") == "y-te"


async def test_the_workbench_is_filtered_by_field(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("tracker")
    page = await browser.get("/workbench?field=y-te")
    assert released["content"] in page.text
    assert '<option value="y-te" selected>Y tế</option>' in page.text
    asked = [one for one in portal.stand_in.queries if one.get("field") == "y-te"]
    assert len(asked) == 2, "the list and its counts are asked for the same"


async def test_a_number_that_is_pasted_whole_falls_into_number_and_notation(portal: Running, browser: Browser) -> None:
    for typed, expected in (
        ({"number": "Số: 123/TB-VPUBND", "notation": ""}, ("123", "TB-VPUBND")),
        ({"number": "số 12 / 2026/QĐ-UBND", "notation": ""}, ("12", "2026/QĐ-UBND")),
        ({"number": "7/a", "notation": "CV"}, ("7/a", "CV")),
    ):
        await opened(browser)
        await browser.send("/directives", {**FILLED, **typed, "act": "save"})
        body = registered(portal)[-1]
        assert (body["number"], body["notation"]) == expected


async def test_who_reports_for_a_lead_without_an_account(portal: Running, browser: Browser) -> None:
    await opened(browser)
    portal.stand_in.refuse["POST /directives/directives"] = (
        422,
        {
            "code": "reporting-agency-not-needed",
            "errors": [{"field": "instructions.0.reporting_agency_id", "code": "reporting-agency-not-needed"}],
        },
    )
    page = await browser.send("/directives", {**FILLED, "act": "save", "instructions-0-reporting": "Sở Tài chính"})
    assert (page.status_code, "để trống ô cơ quan báo cáo thay" in page.text) == (422, True)
    assert 'id="instructions-0-reporting-error"' in page.text
    portal.stand_in.refuse.clear()
    page = await browser.send("/directives", {"act": "save"})
    assert "Báo cáo thay" in page.text
    assert [one["instructions"][0]["reporting_agency_id"] for one in registered(portal)] == [id_of("finance")] * 2  # type: ignore[index]
    edit = await browser.get(f"{page.url.path}/edit")
    assert edit.status_code == 200
    assert browser.value_of("/directives", "instructions-0-reporting") == "Sở Tài chính"
    await browser.send("/directives", {"act": "save", "instructions-0-reporting": ""})
    (put,) = [one.body for one in portal.stand_in.asked if one.method == "PUT"]
    assert put["instructions"][0]["reporting_agency_id"] is None


HEAD = "Số: 5447/UBND-KTN\nQuảng Ngãi, ngày 14 tháng 10 năm 2026\nV/v bảo đảm an toàn hồ đập\n\nKính gửi: Sở Y tế\n"


async def test_what_the_head_of_a_document_says_is_offered_and_taken_only_on_request(browser: Browser) -> None:
    await opened(browser)
    said = {"secrecy": "NORMAL", "document_text": HEAD, "subject": "Trích yếu đã gõ"}
    page = await browser.send("/directives", {**said, "act": "read-head"}, to="/directives/draft")
    assert "Lấy Trích yếu: Bảo đảm an toàn hồ đập" in page.text
    assert "<q" in page.text
    assert browser.value_of("/directives", "subject") == "Trích yếu đã gõ", "nothing is filled by itself"
    assert browser.value_of("/directives", "number") == ""
    page = await browser.send("/directives", {"act": "take number notation issue_date"}, to="/directives/draft")
    taken = [browser.value_of("/directives", name) for name in ("number", "notation", "issue_date", "subject")]
    assert taken == ["5447", "UBND-KTN", "14/10/2026", "Trích yếu đã gõ"]
    assert re.findall(r'value="take ([^"]+)"', page.text) == ["subject"]
    page = await browser.send("/directives", {"act": "leave"}, to="/directives/draft")
    assert 'value="take' not in page.text


async def test_a_passage_becomes_a_task_with_the_deadline_in_its_words(portal: Running, browser: Browser) -> None:
    await opened(browser)
    passages = ("1. Sở Y tế rà soát, báo cáo trước ngày 30/11/2026.", "2. Sở Tài chính báo cáo")
    for passage in passages:
        page = await browser.send(
            "/directives",
            {"secrecy": "NORMAL", "document_text": HEAD, "passage": passage, "act": "add-passage"},
            to="/directives/draft",
        )
    assert unfolded(page.text) == [False, True], "the task in which nothing was said yet is the first one's"
    assert browser.value_of("/directives", "instructions-0-content") == "Sở Y tế rà soát, báo cáo trước ngày 30/11/2026."
    assert browser.value_of("/directives", "instructions-0-deadline_wording") == "trước ngày 30/11/2026"
    assert browser.value_of("/directives", "instructions-1-deadline_wording") == ""
    assert re.search(r'id="instructions-1-lead"[^>]* autofocus', page.text)
    leads = {"instructions-0-lead": "Sở Y tế", "instructions-0-due": "30/11/2026", "instructions-1-lead": "Sở Tài chính"}
    await browser.send("/directives", {**FILLED, **leads, "instructions-1-due": "5/12/2026", "act": "save"})
    (body,) = registered(portal)
    assert HEAD.splitlines()[0] not in str(body), "the pasted text is no part of what is saved"


async def test_a_text_that_is_too_long_is_told_and_not_kept(browser: Browser) -> None:
    await opened(browser)
    page = await browser.send(
        "/directives", {**FILLED, "document_text": "một dòng\n" * 7_000, "act": "add-instruction"}, to="/directives/draft"
    )
    assert re.search(r'id="document_text-error" role="alert">', page.text)
    assert "60.000 ký tự" in page.text
    await browser.get("/directives/new")
    assert browser.value_of("/directives", "document_text") == ""
    assert browser.value_of("/directives", "subject") == "Phòng, chống dịch", "all else is"
    kept = {**FILLED, "document_text": "một dòng\n" * 6_000, "act": "add-instruction"}
    page = await browser.send("/directives", kept, to="/directives/draft")
    assert re.search(r'id="document_text-error" role="alert" hidden>', page.text)
    await browser.get("/directives/new")
    assert browser.value_of("/directives", "document_text").count("một dòng") == 6_000
