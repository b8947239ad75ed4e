"""The workbench: open first, its filters as they are typed, and its list as a file for Excel."""

import re
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zipfile import ZipFile

import pytest

from portal.screens import workbench_export
from tests.portal.conftest import Browser, Running
from tests.portal.stand_in import StandIn, id_of

EXPORT = "/workbench/export.xlsx"
FORMULAS = ('=HYPERLINK("http://a.test")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|'/c calc'!A1", "\tTab =1", "http://a.test/<b>")


def asked_of_the_list(stand_in: StandIn) -> dict[str, str]:
    return [one for one in stand_in.queries if one.get("scope") == "oversight" and "limit" in one][-1]


@pytest.fixture
async def office(browser: Browser, released: dict[str, Any]) -> Browser:
    await browser.sign_in("tracker")
    return browser


async def test_what_is_open_stands_first(office: Browser, portal: Running) -> None:
    page = await office.get("/workbench")
    assert asked_of_the_list(portal.stand_in)["is_open"] == "true"
    assert re.search(r'<a class="chip" href="/workbench\?"\s*aria-current="true">Chưa hoàn thành', page.text)
    assert "5425/UBND-KGVX" in page.text, "the number of the document stands in the row"


async def test_each_filter_is_asked_for(office: Browser, portal: Running) -> None:
    await office.get(
        f"/workbench?agency={quote('Sở Y tế')}&document=5425&field=y-te&period=assigned&from=1/3/2026&until=31.3.2026&view=late"
    )
    asked = asked_of_the_list(portal.stand_in)
    directive = next(iter(portal.stand_in.directives))
    assert asked["agency_id"] == id_of("health")
    assert (asked["directive_id"], asked["field"], asked["bucket"]) == (directive, "y-te", "completed_late")
    assert (asked["assigned_from"], asked["assigned_until"]) == ("2026-03-01", "2026-03-31")
    assert asked["level"] == "assignment", "what an agency counts: its parts of groups too"
    await office.get("/workbench?from=01/03/2026")
    assert asked_of_the_list(portal.stand_in) | {"due_from": "2026-03-01", "level": "instruction"} == asked_of_the_list(portal.stand_in)
    assert "01/03/2026" in office.page.text, "what was typed stays in its field"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("agency=khong+co", "Không tìm thấy cơ quan"),
        ("agency=xa", "nhiều cơ quan"),
        ("document=999", "Không tìm thấy văn bản"),
        ("from=31/02/2026", "Ngày chưa đúng"),
        ("until=01/01/0001", "Ngày chưa đúng"),
    ],
)
async def test_what_is_not_understood_is_told_and_filters_nothing(office: Browser, portal: Running, typed: str, said: str) -> None:
    if "document" in typed:
        portal.stand_in.directives.clear()
    page = await office.get(f"/workbench?{typed}")
    assert page.status_code == 200
    assert office.errors, said
    asked = asked_of_the_list(portal.stand_in)
    assert not {"agency_id", "directive_id", "due_from", "due_until"} & set(asked)


async def test_an_agency_whose_name_is_not_known_is_filtered_by_all_the_same(office: Browser, portal: Running) -> None:
    unknown = str(uuid4())
    await office.get(f"/workbench?agency_id={unknown}")
    assert asked_of_the_list(portal.stand_in)["agency_id"] == unknown


def cells_of(content: bytes) -> list[list[str]]:
    """The texts of the sheet, row by row, as they lie in the file: what Excel would open."""
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet, "no formula"
    rows = re.findall(r"<row [^>]*>(.*?)</row>", sheet, re.DOTALL)
    return [[unescape(one) for one in re.findall(r"<(?:t|v)(?: [^>]*)?>(.*?)</(?:t|v)>", row, re.DOTALL)] for row in rows]


@pytest.mark.parametrize("text", FORMULAS)
async def test_no_text_becomes_a_formula_or_an_address(office: Browser, portal: Running, released: dict[str, Any], text: str) -> None:
    released["content"] = text
    portal.hear_that_all_changed()
    page = await office.get(EXPORT)
    assert page.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert page.headers["content-disposition"].startswith("attachment; filename*=UTF-8''nhiem-vu-")
    rows = cells_of(page.content)
    assert rows[1][:3] == ["Mã", "Nội dung nhiệm vụ", "Văn bản"]
    assert rows[2][:3] == [released["code"], text, "5425/UBND-KGVX"]
    names = ZipFile(BytesIO(page.content)).namelist()
    assert not any("rels" in name and "worksheets" in name for name in names), "no address is linked"


async def test_the_file_is_the_list_that_is_shown(office: Browser, portal: Running) -> None:
    await office.get(f"{EXPORT}?view=overdue&agency_id={id_of('health')}&from=01/03/2026&sort=-assigned_on")
    exported = asked_of_the_list(portal.stand_in)
    await office.get(f"/workbench?view=overdue&agency_id={id_of('health')}&from=01/03/2026&sort=-assigned_on")
    assert {**exported, "limit": "50"} == asked_of_the_list(portal.stand_in)


async def test_what_the_service_refuses_is_refused_here(office: Browser, portal: Running) -> None:
    portal.stand_in.refuse["GET /tasks/tasks"] = (403, {"code": "forbidden", "status": 403})
    assert (await office.get(EXPORT)).status_code == 403
    portal.stand_in.refuse.clear()
    portal.stand_in.away = {"tasks"}
    assert (await office.get(EXPORT)).status_code == 503


async def test_many_rows_come_page_by_page_and_end_somewhere(
    office: Browser, portal: Running, released: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = 30
    list_of_tasks = portal.stand_in.tasks_

    def paged(request: Any, path: list[str], body: Any) -> Any:
        if path != ["tasks"] or "limit" not in request.query_params:
            return list_of_tasks(request, path, body)
        (one,) = list_of_tasks(request, path, body)["items"]
        page = int(request.query_params.get("cursor") or 0)
        day = (date(2026, 1, 1) + timedelta(page)).isoformat()
        items = [one | {"code": f"NV-{page * 200 + n}", "assigned_on": day} for n in range(200)]
        return {"items": items, "next_cursor": str(page + 1) if page + 1 < pages else None, "total": None}

    monkeypatch.setattr(portal.stand_in, "tasks_", paged)
    rows = cells_of((await office.get(EXPORT)).content)
    assert [row[0] for row in rows[2:]] == [f"NV-{n}" for n in range(200 * pages)], "every row once, in their order"
    monkeypatch.setattr(workbench_export, "MOST_ROWS", 1000)
    rows = cells_of((await office.get(EXPORT)).content)
    assert len(rows) == 2 + 1000 + 1
    assert rows[-1][0].startswith("Tệp chỉ gồm 1.000 nhiệm vụ đầu tiên")
