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
    for typed, said in (("ba", "có thể là"), ("không có", "Không thấy cơ quan")):
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
