"""What the portal sends on: ids that stay ids, marks that fit into a header, files only when they are whole."""

from typing import Any

import pytest

from portal.route import Route
from portal.services import ChangeMarks, plain_path
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import id_of


def test_an_id_out_of_an_address_leads_nowhere_else() -> None:
    route: Route[Any] = Route("tasks", "/tasks/{task_id}/history")
    assert route.at(("?scope=oversight",)) == "/tasks/%3Fscope%3Doversight/history"
    assert route.at(("../figures",)) == "/tasks/..%2Ffigures/history"
    assert route.at(("a#b%2Fc",)) == "/tasks/a%23b%252Fc/history"
    assert plain_path("/tasks/?scope=oversight/accept") == "/tasks/%3Fscope%3Doversight/accept"


async def test_a_task_with_a_question_mark_is_no_list(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("tracker")
    portal.stand_in.asked.clear()
    for path in ("/tasks/%3Fscope=oversight", "/tasks/%3Fscope=oversight/history"):
        assert (await browser.get(path)).status_code == 404, path
    answer = await browser.http.post("/tasks/%3Fscope=oversight/accept", data=browser.form("/sign-out"))
    assert answer.status_code == 404
    lists = [one for one in portal.stand_in.asked if one.path in ("/tasks/tasks", "/tasks/tasks/")]
    assert lists == []


@pytest.mark.parametrize("key", ["khóa", "a\nb", "x" * 201, "\udcff"])
def test_any_key_of_a_form_fits_into_a_header_and_stays_the_same(key: str) -> None:
    sent = ChangeMarks(key).headers["Idempotency-Key"]
    assert sent.isascii()
    assert sent.isprintable()
    assert len(sent) <= 200
    assert sent == ChangeMarks(key).headers["Idempotency-Key"] != ChangeMarks(f"{key}.").headers["Idempotency-Key"]


def test_a_key_that_fits_is_sent_as_it_is() -> None:
    assert ChangeMarks("0199a1b2-0000").headers == {"Idempotency-Key": "0199a1b2-0000"}


@pytest.mark.parametrize(("version", "sent"), [("3", '"3"'), ("ổ", '"?"'), ("٣", '"?"'), ('3", "4', '"?"'), ("-1", '"?"')])
def test_a_version_is_a_number_or_stands_for_none(version: str, sent: str) -> None:
    assert ChangeMarks("k", version).headers["If-Match"] == sent


async def test_marks_that_were_tampered_with_are_answered_in_words(portal: Running, browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("clerk")
    await browser.get(f"/tasks/{released['id']}")
    path = f"/tasks/{released['id']}/accept"
    page = await browser.send(path, {"idempotency_key": "khóa ổ", "version": "ổ"})
    assert (page.status_code, "Đã có người thay đổi nội dung này trước đồng chí." in page.text) == (412, True)
    assert (await browser.send(path, {"idempotency_key": "khóa ổ"})).status_code == 200


async def test_a_file_comes_as_the_service_has_it(browser: Browser, released: dict[str, Any]) -> None:
    await browser.sign_in("clerk")
    page = await browser.get(f"/files/{id_of('file')}")
    assert (page.status_code, page.content, page.headers["Content-Disposition"]) == (200, b"%PDF-1.4", "attachment; filename=a.pdf")
    assert page.headers["Cache-Control"] == "private, no-store"


async def test_a_damaged_file_is_told_and_nothing_is_saved_in_its_place(portal: Running, browser: Browser) -> None:
    portal.stand_in.refuse[f"GET /tasks/files/{id_of('file')}"] = (409, {"code": "file-damaged"})
    await browser.sign_in("clerk")
    page = await browser.get(f"/files/{id_of('file')}")
    assert page.status_code == 409
    assert "Tệp lưu trữ bị mất hoặc không còn nguyên vẹn" in page.text
    assert "Content-Disposition" not in page.headers
    assert page.headers["Content-Type"].startswith("text/html")
