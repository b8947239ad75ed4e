"""Thông báo: what happened to the tasks that concern the person."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.screens.lists import filter_query
from portal.services import Refused, ServiceAway
from portal.web import SentForm, Visit, go, together

router = APIRouter()

PAGE = 50
ICONS = {"released": "plus", "submitted": "inbox", "confirmed": "check", "returned": "back", "overdue": "clock"}


@router.get("/notices")
async def notices(visitor: Visit, unread: str = "", cursor: str = "") -> Response:
    only_unread = unread == "true"
    page, counted = await together(
        visitor.get("notify", "/notices", unread="true" if only_unread else None, cursor=cursor, limit=PAGE),
        visitor.get("notify", "/notices/unread-count"),
    )
    following = filter_query(unread=unread, cursor=page["next_cursor"])
    return await visitor.page(
        "notices.html",
        items=page["items"],
        total=page.get("total", len(page["items"])),
        unread_count=counted["count"],
        only_unread=only_unread,
        icons=ICONS,
        next_url=f"/notices?{following}" if page["next_cursor"] else "",
        list_url=f"/notices?{filter_query(unread=unread, cursor=cursor, part='list')}",
    )


@router.get("/notices/badge")
async def badge(visitor: Visit) -> Response:
    """The number on the bell, asked for by every open page whenever a notice comes."""
    try:
        count = int((await visitor.get("notify", "/notices/unread-count"))["count"])
    except (ServiceAway, Refused):
        count = 0
    return visitor.part("badge.html", "badge", unread_count=count)


@router.post("/notices/{notice_id}/open")
async def open_notice(visitor: Visit, notice_id: str, sent: SentForm) -> Response:
    """Read it, and go to its task."""
    await visitor.change("notify", f"/notices/{notice_id}/read", {}, sent.change)
    return go(f"/tasks/{sent.text('task_id')}")


@router.post("/notices/{notice_id}/read")
async def read(visitor: Visit, notice_id: str, sent: SentForm) -> Response:
    await visitor.change("notify", f"/notices/{notice_id}/read", {}, sent.change)
    return go("/notices")


@router.post("/notices/read-all")
async def read_all(visitor: Visit, sent: SentForm) -> Response:
    await visitor.change("notify", "/notices/read-all", {}, sent.change)
    return go("/notices")
