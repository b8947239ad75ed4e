"""Thông báo: what happened to the tasks that concern the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.responses import Response

from portal.agencies import AgencyName
from portal.answers import notify
from portal.formats import full_day, thousands
from portal.frame import OFFICE, places_of, waiting_of
from portal.messages import Catalogue
from portal.screens.home import COMMUNES
from portal.screens.lists import filter_query
from portal.web import SentForm, Visit, go, together

router = APIRouter()

PAGE = 50
ICONS = {
    "released": "plus",
    "submitted": "inbox",
    "confirmed": "check",
    "returned": "back",
    "moved-away": "swap",
    "overdue": "clock",
    "overdue-of-group": "clock",
    "overdue-of-day": "clock",
}
# Which kinds one can be told of, and so ask for.
KINDS_OF_OFFICE = ("submitted", "overdue")
KINDS_OF_AGENCY = ("released", "confirmed", "returned", "moved-away", "overdue")
OVERDUE_TASKS = "/workbench?view=overdue"
# So many agencies of a day stand there at once; the others are unfolded.
AGENCIES_AT_ONCE = 5


@dataclass(frozen=True)
class OfAgency:
    """What a notice of a day says of one agency; `more` are the tasks that it does not name."""

    name: str
    number: int
    tasks: list[notify.NamedTaskOut]
    more: int


@dataclass(frozen=True)
class Told:
    """One notice; `detail` is its second sentence, empty where there is none, and `to` the agency of before that was told."""

    raw: notify.NoticeOut
    sentence: str
    detail: str
    agencies: list[OfAgency] = field(default_factory=list)
    to: str = ""


@dataclass(frozen=True)
class AboutTask:
    """What was told of one task, newest first; what gathers a day is about no single one, and leads to all that are overdue.

    `href` is empty where the newest is that another agency leads: whoever is told that does not see the task any more.
    """

    href: str
    content: str
    of: str
    notices: list[Told]


@router.get("/notices")
async def notices(visitor: Visit, unread: str = "", kind: str = "", cursor: str = "") -> Response:
    only_unread = unread == "true"
    assert visitor.session.membership is not None
    kinds = KINDS_OF_OFFICE if places_of(visitor.session.membership.role) is OFFICE else KINDS_OF_AGENCY
    kind = kind if kind in kinds else ""
    page, counted, names = await together(
        visitor.get(notify.NOTICES, unread="true" if only_unread else None, kind=kind, cursor=cursor, limit=PAGE),
        visitor.get(notify.NOTICES_UNREAD_COUNT),
        visitor.portal.agencies.known(visitor),
    )

    def at(**other: str) -> str:
        query = filter_query(**{"unread": "true" if only_unread else "", "kind": kind, **other})
        return f"/notices?{query}" if query else "/notices"

    return await visitor.page(
        "notices.html",
        tasks=_by_task(page["items"], names, visitor.messages),
        shown=len(page["items"]),
        unread_count=counted["count"],
        at_least=counted["at_least"],
        only_unread=only_unread,
        kind=kind,
        kinds=kinds,
        icons=ICONS,
        at=at,
        next_url=at(cursor=page["next_cursor"]) if page["next_cursor"] else "",
        list_url=at(cursor=cursor, part="list"),
        agencies_at_once=AGENCIES_AT_ONCE,
    )


@router.get("/notices/badge")
async def badge(visitor: Visit) -> Response:
    """The number on the bell, asked for by every open page whenever a notice comes."""
    async with visitor.portal.redraws:
        count = await waiting_of(visitor, "unread")
    return visitor.part("badge.html", "badge", unread_count=count)


@router.post("/notices/{notice_id}/open")
async def open_notice(visitor: Visit, notice_id: str, sent: SentForm) -> Response:
    """Read it, and go to its task, or to all that is overdue where it tells of a day."""
    await visitor.change("notify", f"/notices/{notice_id}/read", {}, sent.change)
    task_id = sent.text("task_id")
    return go(f"/tasks/{task_id}" if task_id else OVERDUE_TASKS)


@router.post("/notices/{notice_id}/read")
async def read(visitor: Visit, notice_id: str, sent: SentForm) -> Response:
    await visitor.change("notify", f"/notices/{notice_id}/read", {}, sent.change)
    return go("/notices")


@router.post("/notices/read-all")
async def read_all(visitor: Visit, sent: SentForm) -> Response:
    await visitor.change("notify", "/notices/read-all", {}, sent.change)
    return go("/notices")


def _by_task(notices: Iterable[notify.NoticeOut], names: Mapping[str, AgencyName], words: Catalogue) -> list[AboutTask]:
    """Each task once, in the order of its newest notice."""
    found: dict[str, AboutTask] = {}
    for one in notices:
        about = found.setdefault(one["task_id"] or one["id"], _about(one, words))
        about.notices.append(_told(one, names, words))
    return list(found.values())


def _about(one: notify.NoticeOut, words: Catalogue) -> AboutTask:
    if one["task_id"] is None:
        return AboutTask(OVERDUE_TASKS, words("notices.overdue-on", day=full_day(one["detail"]["day"])), "", [])
    of = " · ".join(part for part in (one["task_code"], one["directive_label"]) if part)
    href = "" if one["kind"] == "moved-away" else f"/tasks/{one['task_id']}"
    return AboutTask(href, one["content"] or "", of, [])


def _told(one: notify.NoticeOut, names: Mapping[str, AgencyName], words: Catalogue) -> Told:
    number = sum(part["number"] for part in one["gathered"])
    match one["kind"]:
        case "overdue-of-group":
            whose = "communes" if all(part["agency_kind"] in COMMUNES for part in one["gathered"]) else "agencies"
            where = one["task_code"] or words("notices.this-group")
            return Told(one, words(f"notices.group-overdue-{whose}", n=thousands(number), where=where), _detail(one["detail"], words))
        case "overdue-of-day":
            agencies = [_of_agency(part, names) for part in one["gathered"]]
            return Told(one, words("notices.day-overdue", n=thousands(number), agencies=thousands(len(agencies))), "", agencies)
    before = names.get(one["inherited_from"] or "")
    sentence = words.get(f"notice.{one['kind']}", one["kind"])
    return Told(one, sentence, _detail(one["detail"], words), to=before.name if before else "")


def _of_agency(part: notify.GatheredOut, names: Mapping[str, AgencyName]) -> OfAgency:
    agency = names.get(part["agency_id"] or "")
    return OfAgency(agency.short_name if agency else "–", part["number"], part["tasks"], part["number"] - len(part["tasks"]))


def _detail(detail: Mapping[str, str | None], words: Catalogue) -> str:
    if reason := detail.get("reason"):
        return reason
    if number := detail.get("report_number"):
        return words("notices.report-number", number=number)
    if quality := detail.get("quality"):
        return words("notices.quality", quality=words.get(f"quality.{quality}", quality))
    if day := detail.get("day"):
        return words("notices.overdue-since", day=full_day(day))
    return words("notices.was-due", day=full_day(due)) if (due := detail.get("due")) else ""
