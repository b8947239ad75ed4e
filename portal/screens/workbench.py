"""Bàn làm việc: all tasks that the person may see, filtered and searched; what is open first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from libs.common.calendar_day import FIRST_DAY, LAST_DAY
from portal.agencies import AgencyName
from portal.answers import directives, tasks
from portal.formats import NotADay, full_day, parse_day
from portal.frame import OPEN_BUCKETS
from portal.screens.agency_lookup import NotClear, the_one
from portal.screens.lists import filter_query
from portal.task_view import document_label
from portal.web import Visit, Visitor, together

router = APIRouter()

PAGE = 50
# View → what the tasks service is asked for, and the mark on its chip. Overdue, due soon, not due soon and undated are what is open.
VIEWS: dict[str, tuple[dict[str, str], str | None]] = {
    "open": ({"is_open": "true"}, None),
    "all": ({}, None),
    "overdue": ({"bucket": "open_overdue"}, "overdue"),
    "due-soon": ({"due_soon": "true"}, "soon"),
    "in-time": ({"bucket": "open_in_time", "due_soon": "false"}, "intime"),
    "undated": ({"bucket": "open_undated"}, "undated"),
    "on-time": ({"bucket": "completed_on_time"}, "done"),
    "late": ({"bucket": "completed_late"}, "late"),
    "completed-undated": ({"bucket": "completed_undated"}, "done"),
}
FIRST_VIEW = "open"
SORTS = ("due", "-assigned_on")
# What a period is of; the service has a filter for the first and the last day of each.
PERIODS = ("due", "assigned")
# What stands in the address, and so in every link that keeps the list as it is.
KEPT = ("q", "agency", "agency_id", "document", "directive_id", "field", "period", "from", "until", "sort")
DOCUMENTS_FOUND = 5
# What a page has in its place that is asked for its counts alone.
NOTHING: tasks.PageOfTaskListItem = {"items": [], "next_cursor": None, "total": 0}


@dataclass
class Filters:
    """What the list is filtered by: as it was typed, as the service is asked, and what of it was not understood."""

    typed: dict[str, str]
    view: str
    agency: AgencyName | None = None
    asked: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def sort(self) -> str:
        return self.typed["sort"] if self.typed["sort"] in SORTS else "due"

    @property
    def narrows(self) -> bool:
        """Whether anything but the view leaves tasks out."""
        return any(self.typed[name] for name in KEPT if name not in ("sort", "period"))

    def at(self, path: str = "/workbench", **other: str) -> str:
        """The address of this list, with what is `other` in it."""
        view = self.view if self.view != FIRST_VIEW else ""
        return f"{path}?{filter_query(**{**self.typed, 'view': view, **other})}"


@router.get("/workbench")
async def workbench(visitor: Visit, cursor: str = "") -> Response:
    filters = await filters_of(visitor, visitor.request)
    counts: tasks.CountsOut | None
    if visitor.request.query_params.get("part") == "counts":
        counts, page = await visitor.shared("tasks", tasks.TASKS_COUNTS, **filters.asked), NOTHING
    else:
        counts, page = await together(
            visitor.soon("tasks", tasks.TASKS_COUNTS, **filters.asked),
            visitor.get(
                tasks.TASKS, **filters.asked, **VIEWS[filters.view][0], sort=filters.sort, cursor=cursor, limit=PAGE, count="false"
            ),
        )
    numbers = _numbers(counts) if counts else None
    return await visitor.page(
        "workbench.html",
        f=filters,
        view=filters.view,
        periods=[(name, visitor.messages(f"workbench.period.{name}")) for name in PERIODS],
        fields=await visitor.portal.vocabulary.known(visitor),
        counts=numbers,
        marks={name: mark for name, (_, mark) in VIEWS.items()},
        first_view=FIRST_VIEW,
        tasks=await visitor.task_views(page["items"]),
        total=numbers[filters.view] if numbers else None,
        counts_url=filters.at(part="counts"),
        next_url=filters.at(cursor=page["next_cursor"]) if page["next_cursor"] else "",
        list_url=filters.at(cursor=cursor, part="list"),
    )


async def filters_of(visitor: Visitor, request: Request) -> Filters:
    """What the address asks for. What is not understood is told beside its field, and filters nothing."""
    given = request.query_params
    view = given.get("view", "")
    filters = Filters({name: given.get(name, "").strip() for name in KEPT}, view if view in VIEWS else FIRST_VIEW)
    typed = filters.typed
    await _find_agency(visitor, filters)
    await _find_document(visitor, filters)
    period = typed["period"] if typed["period"] in PERIODS else PERIODS[0]
    days = {name: _day(visitor, filters, name) for name in ("from", "until")}
    filters.asked = {
        "scope": "oversight",
        # An agency's own parts of groups are among what it leads; the province counts a group once.
        "level": "assignment" if filters.agency else "instruction",
        "q": typed["q"],
        "agency_id": filters.agency.id if filters.agency else "",
        "directive_id": typed["directive_id"],
        "field": typed["field"],
        **{f"{period}_{name}": day.isoformat() for name, day in days.items() if day},
    }
    return filters


async def _find_agency(visitor: Visitor, filters: Filters) -> None:
    typed = filters.typed
    names = await visitor.portal.agencies.known(visitor)
    chosen = names.get(typed["agency_id"])
    if chosen is None and typed["agency_id"] and not typed["agency"]:
        # Its name is not known, as while the directory is away; the filter is meant all the same.
        filters.agency = AgencyName(typed["agency_id"], "–", "–", "")
        return
    # A name that was typed over the chosen one is meant.
    if chosen is not None and typed["agency"] in ("", chosen.name, chosen.short_name):
        filters.agency = chosen
    elif typed["agency"]:
        try:
            filters.agency = names.get((await the_one(visitor, typed["agency"]))["id"])
        except NotClear as unclear:
            filters.errors["agency"] = unclear.words
    typed["agency"] = filters.agency.name if filters.agency else typed["agency"]
    typed["agency_id"] = filters.agency.id if filters.agency else ""


async def _find_document(visitor: Visitor, filters: Filters) -> None:
    typed = filters.typed
    if not typed["document"]:
        typed["directive_id"] = ""
        return
    page = await visitor.get(directives.DIRECTIVES, q=typed["document"], limit=DOCUMENTS_FOUND)
    found = {one["id"]: document_label(one) for one in page["items"]}
    exact = [one for one, label in found.items() if typed["document"].casefold() in (label.casefold(), label.split("/")[0])]
    chosen = [typed["directive_id"]] if found.get(typed["directive_id"]) == typed["document"] else exact or list(found)
    typed["directive_id"] = ""
    if len(chosen) == 1:
        typed["directive_id"], typed["document"] = chosen[0], found[chosen[0]]
    elif found:
        names = ", ".join(found.values())
        filters.errors["document"] = visitor.messages("workbench.document-unclear", typed=typed["document"], names=names)
    else:
        filters.errors["document"] = visitor.messages("workbench.document-unknown", typed=typed["document"])


def _day(visitor: Visitor, filters: Filters, name: str) -> date | None:
    if not filters.typed[name]:
        return None
    try:
        day = parse_day(filters.typed[name])
        if not FIRST_DAY <= day <= LAST_DAY:
            raise NotADay(filters.typed[name])
    except NotADay:
        filters.errors[name] = visitor.messages("form.not-a-day")
        return None
    filters.typed[name] = full_day(day)
    return day


def _numbers(counts: tasks.CountsOut) -> Mapping[str, int]:
    by_bucket = counts["by_bucket"]
    numbers = {name: by_bucket.get(asked["bucket"], 0) for name, (asked, _) in VIEWS.items() if "bucket" in asked}
    numbers["in-time"] -= counts["due_soon"]
    is_open = sum(by_bucket.get(bucket, 0) for bucket in OPEN_BUCKETS)
    return {**numbers, "open": is_open, "due-soon": counts["due_soon"], "all": counts["total"]}
