"""Việc của cơ quan: what the agency leads or helps with, in the order of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.answers.tasks import CountsOut
from portal.formats import short_day
from portal.screens.lists import filter_query
from portal.task_view import TaskView
from portal.web import Visit, Visitor, together

router = APIRouter()

FRIDAY = 4
OPEN_BUCKETS = ("open_overdue", "open_in_time", "open_undated")
# Filter → what the tasks service is asked for.
FILTERS: dict[str, tuple[dict[str, str], ...]] = {
    "open": tuple({"bucket": bucket} for bucket in OPEN_BUCKETS),
    "new": ({"state": "ASSIGNED"},),
    "overdue": ({"bucket": "open_overdue"},),
    "due-soon": ({"due_soon": "true"},),
    "in-time": ({"bucket": "open_in_time"},),
    "undated": ({"bucket": "open_undated"},),
    "returned": ({"state": "RESULT_RETURNED"},),
    "awaiting": ({"state": "AWAITING_CONFIRMATION"},),
    "completed": ({"state": "COMPLETED"},),
}
MARKS = {
    "overdue": "overdue",
    "due-soon": "soon",
    "in-time": "intime",
    "undated": "undated",
    "returned": "returned",
    "awaiting": "await",
    "completed": "done",
}
MOST = 200


@dataclass(frozen=True)
class Group:
    title: str
    tasks: list[TaskView]


@router.get("/my-work")
async def my_work(visitor: Visit, filter: str = "open") -> Response:  # noqa: A002 - the word in the address
    chosen = filter if filter in FILTERS else "open"
    counts, pages = await together(
        visitor.get(tasks.TASKS_COUNTS, scope="agency"),
        together(*(visitor.get(tasks.TASKS, scope="agency", limit=MOST, **query) for query in FILTERS[chosen])),
    )
    views = await visitor.task_views([task for page in pages for task in page["items"]])
    return await visitor.page(
        "my-work.html",
        chosen=chosen,
        chips=_chips(counts),
        groups=_groups(visitor, views, chosen),
        shown=len(views),
        total=sum(page["total"] or 0 for page in pages),
        list_url=f"/my-work?{filter_query(filter=chosen, part='list')}",
    )


def _chips(counts: CountsOut) -> list[tuple[str, str | None, int]]:
    """Filter, mark and count; what nobody has is left out, but for what is always asked for."""
    states, buckets = counts["by_state"], counts["by_bucket"]
    number = {
        "open": sum(buckets.get(bucket, 0) for bucket in OPEN_BUCKETS),
        "new": states.get("ASSIGNED", 0),
        "overdue": buckets.get("open_overdue", 0),
        "due-soon": counts["due_soon"],
        "in-time": buckets.get("open_in_time", 0),
        "undated": buckets.get("open_undated", 0),
        "returned": states.get("RESULT_RETURNED", 0),
        "awaiting": states.get("AWAITING_CONFIRMATION", 0),
        "completed": states.get("COMPLETED", 0),
    }
    return [(name, MARKS.get(name), count) for name, count in number.items() if count or name in ("open", "overdue")]


def _groups(visitor: Visitor, tasks: Iterable[TaskView], chosen: str) -> list[Group]:
    """Headings by time: what is late, came back or is new stands first, what waits for the Office last."""
    words, today = visitor.messages, visitor.today
    week_ends = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    found: dict[str, list[TaskView]] = {}
    order = ["overdue", "returned", "new", "today", "this-week", "later", "undated", "awaiting", "completed"]
    for task in tasks:
        found.setdefault(_group_of(task, visitor, week_ends.toordinal()), []).append(task)
    return [
        Group(words(f"my-work.group.{name}", day=short_day(today), end=short_day(week_ends)), found[name])
        for name in order
        if name in found
    ]


def _group_of(task: TaskView, visitor: Visitor, week_ends: int) -> str:
    if task.state in ("AWAITING_CONFIRMATION", "COMPLETED"):
        return "awaiting" if task.state == "AWAITING_CONFIRMATION" else "completed"
    if task.kind == "overdue":
        return "overdue"
    if task.state in ("ASSIGNED", "RESULT_RETURNED"):
        return "new" if task.state == "ASSIGNED" else "returned"
    if task.due is None:
        return "undated"
    if task.due == visitor.today:
        return "today"
    return "this-week" if task.due.toordinal() <= week_ends else "later"
