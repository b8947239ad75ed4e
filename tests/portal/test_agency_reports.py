"""What an agency reports and the Office decides."""

from typing import Any

import pytest

from tests.portal.conftest import Browser, Running

Task = dict[str, Any]


@pytest.fixture
async def clerk(browser: Browser, released: Task) -> Browser:
    await browser.sign_in("clerk")
    return browser


async def accepted(browser: Browser, task: Task) -> None:
    await browser.get(f"/tasks/{task['id']}")
    await browser.send(f"/tasks/{task['id']}/accept")


async def test_a_task_goes_from_its_acceptance_to_its_confirmation(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}"
    await accepted(clerk, released)
    assert released["state"] == "ACCEPTED"
    await clerk.get(f"{path}/progress")
    page = await clerk.send(f"{path}/progress", {"percent_choice": "10", "content": "Đã làm", "difficulty": "Thiếu người"})
    assert page.url.path == f"{path}/received"
    assert released["receipt_code"] in page.text
    assert (released["percent"], released["state"]) == (10, "IN_PROGRESS")
    await clerk.get(f"{path}/completion")
    filled = {"report_number": "128/BC-SYT", "report_date": "5/3/2026", "summary": "Xong"}
    await clerk.send(f"{path}/completion", filled, files={"file": ("bao-cao.pdf", b"%PDF-1.4", "application/pdf")})
    assert released["result"]["report_date"] == "2026-03-05"
    assert released["result"]["file_id"]
    office = portal.browser()
    await office.sign_in("tracker")
    await office.get("/confirm")
    assert released["content"] in office.page.text
    await office.get(f"/confirm/{released['id']}")
    page = await office.send(f"/confirm/{released['id']}/confirm", {"quality": "GOOD"})
    assert page.url.path == "/confirm"
    assert released["state"] == "COMPLETED"
    assert portal.stand_in.asked[-1].headers["chidao-membership"]


async def test_the_percentage_may_be_any_number_and_nonsense_is_told(clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/progress"
    await accepted(clerk, released)
    await clerk.get(path)
    page = await clerk.send(path, {"percent_choice": "other", "percent": "một nửa", "content": "Đã làm"})
    assert page.status_code == 422
    assert 'id="percent-error"' in page.text
    assert clerk.value_of(path, "content") == "Đã làm"
    await clerk.send(path, {"percent_choice": "other", "percent": "37 %"})
    assert released["percent"] == 37


async def test_somebody_was_quicker(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/progress"
    await accepted(clerk, released)
    await clerk.get(path)
    key = clerk.value_of(path, "idempotency_key")
    released["version"] += 1
    page = await clerk.send(path, {"percent_choice": "10", "content": "Đã làm phần mình"})
    assert page.status_code == 412
    assert "Đã có người thay đổi" in page.text
    assert clerk.value_of(path, "content") == "Đã làm phần mình"
    assert clerk.value_of(path, "version") == str(released["version"])
    assert clerk.value_of(path, "idempotency_key") != key
    await clerk.send(path)
    assert released["percent"] == 10


async def test_a_received_file_stays_received_while_the_rest_is_corrected(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/completion"
    await accepted(clerk, released)
    await clerk.get(path)
    filled = {"report_number": "128/BC-SYT", "summary": "Xong"}
    page = await clerk.send(path, filled, files={"file": ("bao-cao.pdf", b"%PDF-1.4", "application/pdf")})
    assert page.status_code == 422
    assert "Chưa nhập ngày" in page.text
    kept = clerk.value_of(path, "file_id")
    assert kept
    await clerk.send(path, {"report_date": "05/03/2026"})
    assert released["result"]["file_id"] == kept


async def test_a_missing_file_is_told_at_once_with_the_rest(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/completion"
    await accepted(clerk, released)
    await clerk.get(path)
    page = await clerk.send(path, {"report_number": "128/BC-SYT", "summary": "Xong"})
    assert ('id="report_date-error"' in page.text, 'id="file-error"' in page.text) == (True, True)
    errors = [{"field": "summary", "code": "string_too_short", "message": ""}]
    portal.stand_in.refuse[f"POST /tasks/tasks/{released['id']}/results"] = (422, {"code": "invalid-body", "errors": errors})
    page = await clerk.send(path, {"report_date": "5/3/2026", "summary": ""})
    assert ('id="summary-error"' in page.text, 'id="file-error"' in page.text) == (True, True)


async def test_a_file_chosen_anew_takes_the_place_of_the_one_before(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/completion"
    await accepted(clerk, released)
    await clerk.get(path)
    filled = {"report_number": "412/BC-SYT", "summary": "Đã rà soát"}
    first, second = (("bao-cao.pdf", content, "application/pdf") for content in (b"%PDF-1.4 cu", b"%PDF-1.4 moi"))
    await clerk.send(path, filled, files={"file": first})
    kept = clerk.value_of(path, "file_id")
    await clerk.send(path, filled, files={"file": second})
    assert clerk.value_of(path, "file_id") not in ("", kept)
    keys = [one.headers["idempotency-key"] for one in portal.stand_in.asked if one.path.endswith("/files")]
    assert len(set(keys)) == 2, "the service would refuse other bytes under the same key"

    portal.stand_in.refuse[f"POST /tasks/tasks/{released['id']}/files"] = (422, {"code": "file-type-not-allowed", "field": "file"})
    page = await clerk.send(path, filled, files={"file": ("bao-cao.gif", b"GIF89a", "image/gif")})
    assert page.status_code == 422
    assert "file_id" not in clerk.form(path), "nobody sends evidence that he has replaced"


async def test_a_refused_file_is_told_beside_its_field(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/completion"
    await accepted(clerk, released)
    await clerk.get(path)
    refusal = {"code": "file-not-what-it-says", "field": "file"}
    portal.stand_in.refuse[f"POST /tasks/tasks/{released['id']}/files"] = (422, refusal)
    page = await clerk.send(path, {"summary": "Xong"}, files={"file": ("a.pdf", b"GIF89a", "application/pdf")})
    assert page.status_code == 422
    assert 'id="file-error"' in page.text
    assert clerk.value_of(path, "summary") == "Xong"


async def test_a_report_while_the_service_is_away_keeps_text_and_key(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/progress"
    await accepted(clerk, released)
    await clerk.get(path)
    key = clerk.value_of(path, "idempotency_key")
    portal.stand_in.away.add("tasks")
    page = await clerk.send(path, {"percent_choice": "20", "content": "Đã làm"})
    assert page.status_code == 503
    assert (clerk.value_of(path, "content"), clerk.value_of(path, "idempotency_key")) == ("Đã làm", key)
    portal.stand_in.away.clear()
    page = await clerk.send(path)
    assert page.url.path.endswith("/received")
    assert released["percent"] == 20


async def test_a_session_that_ended_meanwhile_shows_what_was_typed(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/progress"
    await accepted(clerk, released)
    await clerk.get(path)
    await portal.change("DELETE FROM session")
    page = await clerk.send(path, {"percent_choice": "20", "content": "Một đoạn văn bản dài"})
    assert page.status_code == 401
    assert "Một đoạn văn bản dài" in page.text
    assert released["percent"] == 0


async def test_a_return_needs_its_reason_and_the_reason_stays(portal: Running, clerk: Browser, released: Task) -> None:
    await accepted(clerk, released)
    await clerk.get(f"/tasks/{released['id']}/completion")
    await clerk.send(f"/tasks/{released['id']}/completion", {"report_number": "1/BC", "report_date": "1/3/2026", "summary": "Xong"})
    office = portal.browser()
    await office.sign_in("tracker")
    path = f"/confirm/{released['id']}"
    await office.get(path)
    errors = [{"field": "reason", "code": "string_too_short"}]
    refused = f"POST /tasks/tasks/{released['id']}/results/return"
    portal.stand_in.refuse[refused] = (422, {"code": "invalid-body", "errors": errors})
    page = await office.send(f"{path}/return", {"reason": " "})
    assert page.status_code == 422
    assert 'id="reason-error"' in page.text
    del portal.stand_in.refuse[refused]
    await office.send(f"{path}/return", {"reason": "Thiếu biểu 04"})
    assert released["state"] == "RESULT_RETURNED"
    await clerk.get(f"/tasks/{released['id']}/completion")
    assert "Thiếu biểu 04" in clerk.page.text


async def test_a_receipt_code_opens_its_task(clerk: Browser, released: Task) -> None:
    await accepted(clerk, released)
    await clerk.get(f"/tasks/{released['id']}/progress")
    await clerk.send(f"/tasks/{released['id']}/progress", {"percent_choice": "10", "content": "Đã làm"})
    page = await clerk.follow(await clerk.http.get("/search", params={"q": released["receipt_code"]}))
    assert page.url.path == f"/tasks/{released['id']}"


async def test_a_refused_act_is_shown_with_its_reason(clerk: Browser, released: Task) -> None:
    page = await clerk.get(f"/tasks/{released['id']}")
    assert "không thực hiện được ở trạng thái hiện tại" in page.text
    assert f'action="/tasks/{released["id"]}/accept"' in page.text


async def test_notices_are_opened_and_read(portal: Running, clerk: Browser, released: Task) -> None:
    portal.stand_in.notices.append(
        {
            "id": "n1",
            "kind": "released",
            "task_id": released["id"],
            "task_code": released["code"],
            "directive_label": "5425/UBND-KGVX",
            "content": released["content"],
            "created_at": portal.stand_in.moment(),
            "read": False,
            "detail": {},
            "inherited_from": None,
            "gathered": [],
        }
    )
    page = await clerk.get("/notices")
    assert "1 chưa đọc" in page.text
    page = await clerk.send("/notices/n1/open")
    assert page.url.path == f"/tasks/{released['id']}"
    assert portal.stand_in.notices[0]["read"]


async def test_what_can_no_longer_be_sent_can_still_be_copied(portal: Running, clerk: Browser, released: Task) -> None:
    path = f"/tasks/{released['id']}/progress"
    await accepted(clerk, released)
    await clerk.get(path)
    released["state"] = "AWAITING_CONFIRMATION"
    portal.stand_in.refuse[f"POST /tasks{path}"] = (409, {"code": "awaits-confirmation"})
    page = await clerk.send(path, {"percent_choice": "10", "content": "Đã làm thêm"})
    assert page.status_code == 409
    assert "đang chờ Văn phòng xác nhận" in page.text
    assert "Đã làm thêm" in page.text


async def test_a_reason_is_kept_while_the_service_is_away(portal: Running, clerk: Browser, released: Task) -> None:
    await accepted(clerk, released)
    await clerk.get(f"/tasks/{released['id']}/completion")
    await clerk.send(f"/tasks/{released['id']}/completion", {"report_number": "1/BC", "report_date": "1/3/2026", "summary": "Xong"})
    office = portal.browser()
    await office.sign_in("tracker")
    path = f"/confirm/{released['id']}"
    await office.get(path)
    key = office.value_of(f"{path}/return", "idempotency_key")
    portal.stand_in.refuse[f"POST /tasks/tasks/{released['id']}/results/return"] = (503, {"code": "unavailable"})
    page = await office.send(f"{path}/return", {"reason": "Thiếu phụ lục số liệu"})
    assert page.status_code == 503
    assert office.value_of(f"{path}/return", "reason") == "Thiếu phụ lục số liệu"
    assert office.value_of(f"{path}/return", "idempotency_key") == key
    await office.http.aclose()
