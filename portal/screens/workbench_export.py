"""Xuất Excel: the list of the workbench as it is shown, with the same rights, page by page into a file of bounded length."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from portal.answers import tasks
from portal.formats import clock_time, day_of, day_of_moment, thousands
from portal.screens.workbench import VIEWS, Filters, filters_of
from portal.sheets import CHUNK, MEDIA_TYPE, Cell, Column, Sheet
from portal.task_view import TaskView
from portal.web import Visit, Visitor

router = APIRouter()

PAGE = 200
MOST_ROWS = 20_000
COLUMNS = (
    ("code", 9),
    ("content", 70),
    ("document", 20),
    ("issued", 12),
    ("lead", 32),
    ("field", 18),
    ("assigned", 12),
    ("due", 14),
    ("state", 22),
    ("standing", 22),
    ("percent", 10),
    ("completed", 14),
    ("reported", 14),
)


@router.get("/workbench/export.xlsx")
async def export(visitor: Visit) -> Response:
    filters = await filters_of(visitor, visitor.request)
    async with visitor.portal.exports:
        sheet = await _written(visitor, filters)
    name = f"{visitor.messages('sheet.file')}-{visitor.today.isoformat()}.xlsx"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "private, no-store"}
    return StreamingResponse(_sent(sheet), media_type=MEDIA_TYPE, headers=headers | {"Content-Length": str(sheet.path.stat().st_size)})


async def _written(visitor: Visitor, filters: Filters) -> Sheet:
    """The whole file on the disk. Raises what a page of the list would raise."""
    words = visitor.messages
    moment = clock_time(visitor.portal.settings.clock.now().isoformat())
    title = words("sheet.title", view=words(f"workbench.view.{filters.view}"), moment=moment)
    fields = await visitor.portal.vocabulary.known(visitor)
    columns = [Column(str(words(f"sheet.{name}")), width) for name, width in COLUMNS]
    sheet = await asyncio.to_thread(Sheet, str(words("sheet.name")), str(title), columns)
    try:
        rows, cursor = 0, ""
        while rows < MOST_ROWS:
            page = await _page(visitor, filters, cursor)
            shown = await visitor.task_views(page["items"])
            await asyncio.to_thread(_write_all, sheet, [_row(task, visitor, fields) for task in shown])
            rows, cursor = rows + len(shown), page["next_cursor"] or ""
            if not cursor:
                break
        if cursor:
            sheet.write([str(words("sheet.cut", shown=thousands(rows)))])
        await asyncio.to_thread(sheet.finish)
    except BaseException:
        sheet.close()
        raise
    return sheet


async def _page(visitor: Visitor, filters: Filters, cursor: str) -> tasks.PageOfTaskListItem:
    asked = {**filters.asked, **VIEWS[filters.view][0]}
    return await visitor.get(tasks.TASKS, **asked, sort=filters.sort, cursor=cursor, limit=PAGE, count="false")


def _write_all(sheet: Sheet, rows: list[list[Cell]]) -> None:
    for row in rows:
        sheet.write(row)


def _row(task: TaskView, visitor: Visitor, fields: Mapping[str, str]) -> list[Cell]:
    """In the order of COLUMNS."""
    raw, words = task.raw, visitor.messages
    return [
        task.code,
        task.content,
        task.document,
        date.fromisoformat(raw["directive"]["issue_date"]),
        str(task.lead_name),
        fields.get(raw["field"] or "", ""),
        task.assigned_on,
        task.due,
        str(words.get(f"state.{task.state}", task.state or "")),
        str(task.words),
        task.percent,
        day_of(raw["completed_on"]),
        day_of_moment(raw["last_reported_at"]),
    ]


async def _sent(sheet: Sheet) -> AsyncIterator[bytes]:
    try:
        with sheet.path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
    finally:
        sheet.close()
