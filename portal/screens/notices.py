"""Thông báo: what happened to the tasks that concern the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import notify
from portal.formats import full_day
from portal.frame import waiting_of
from portal.messages import Catalogue
from portal.screens.lists import filter_query
from portal.services import Json
from portal.web import SentForm, Visit, go, together

router = APIRouter()

PAGE = 50
ICONS = {"released": "plus", "submitted": "inbox", "confirmed": "check", "returned": "back", "overdue": "clock"}


@dataclass(frozen=True)
class Told:
    """One notice; `detail` is its second sentence, empty where there is none."""

    raw: Mapping[str, Json]
    detail: str


@dataclass(frozen=True)
class AboutTask:
    """What was told of one task, newest first."""

    task_id: str
    content: str
    task_code: str
    directive_label: str
    notices: list[Told]


@router.get("/notices")
async def notices(visitor: Visit, unread: str = "", cursor: str = "") -> Response:
    only_unread = unread == "true"
    page, counted = await together(
        visitor.get(notify.NOTICES, unread="true" if only_unread else None, cursor=cursor, limit=PAGE),
        visitor.get(notify.NOTICES_UNREAD_COUNT),
    )
    following = filter_query(unread=unread, cursor=page["next_cursor"])
    return await visitor.page(
        "notices.html",
        tasks=_by_task(page["items"], visitor.messages),
        shown=len(page["items"]),
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
    async with visitor.portal.redraws:
        count = await waiting_of(visitor, "unread")
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


def _by_task(notices: Iterable[Mapping[str, Json]], words: Catalogue) -> list[AboutTask]:
    """Each task once, in the order of its newest notice."""
    found: dict[str, AboutTask] = {}
    for one in notices:
        about = found.setdefault(
            one["task_id"], AboutTask(one["task_id"], one["content"], one["task_code"], one["directive_label"], notices=[])
        )
        about.notices.append(Told(one, _detail(one["detail"] or {}, words)))
    return list(found.values())


def _detail(detail: Mapping[str, str | None], words: Catalogue) -> str:
    if reason := detail.get("reason"):
        return reason
    if number := detail.get("report_number"):
        return words("notices.report-number", number=number)
    if quality := detail.get("quality"):
        return words("notices.quality", quality=words.get(f"quality.{quality}", quality))
    return words("notices.was-due", day=full_day(due)) if (due := detail.get("due")) else ""
