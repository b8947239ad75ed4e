"""Việc của cơ quan: what the agency leads, in the order of time.

What it only coordinates stands apart, outside counts and red; so does what it reports for another, whose work it is (rulebook 1.14).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.answers.tasks import CountsOut
from portal.formats import short_day
from portal.frame import OPEN_BUCKETS
from portal.screens.lists import filter_query
from portal.task_view import APART, TaskView
from portal.web import Visit, Visitor, together

router = APIRouter()

FRIDAY = 4
LED = {"scope": "agency", "part": "LEAD"}
# Filter → what the tasks service is asked for. Overdue, due soon, not due soon and undated are together what is open.
FILTERS: dict[str, dict[str, str]] = {
    "open": LED | {"is_open": "true"},
    "overdue": LED | {"bucket": "open_overdue"},
    "due-soon": LED | {"due_soon": "true"},
    "in-time": LED | {"bucket": "open_in_time", "due_soon": "false"},
    "undated": LED | {"bucket": "open_undated"},
    "new": LED | {"state": "ASSIGNED"},
    "returned": LED | {"state": "RESULT_RETURNED"},
    "awaiting": LED | {"state": "AWAITING_CONFIRMATION"},
    "completed": LED | {"state": "COMPLETED"},
    "reporting": {"scope": "agency", "part": "REPORTING", "is_open": "true"},
    "coordinating": {"scope": "agency", "part": "COORDINATING", "is_open": "true"},
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
PAGE = 200


@dataclass(frozen=True)
class Group:
    title: str
    tasks: list[TaskView]


@router.get("/my-work")
async def my_work(visitor: Visit, filter: str = "open", cursor: str = "") -> Response:  # noqa: A002 - the word in the address
    chosen = filter if filter in FILTERS else "open"
    led, reported, coordinated, page = await together(
        visitor.get(tasks.TASKS_COUNTS, **LED),
        visitor.get(tasks.TASKS_COUNTS, **FILTERS["reporting"]),
        visitor.get(tasks.TASKS_COUNTS, **FILTERS["coordinating"]),
        visitor.get(tasks.TASKS, **FILTERS[chosen], limit=PAGE, cursor=cursor),
    )
    # Whoever oversees everything stands to a task as that, whatever part his agency has in it.
    views = await visitor.task_views(page["items"], apart=chosen == "coordinating")
    return await visitor.page(
        "my-work.html",
        chosen=chosen,
        chips=_chips(led, reported, coordinated),
        groups=_groups(visitor, views, chosen),
        shown=len(views),
        total=page["total"],
        next_url=f"/my-work?{filter_query(filter=chosen, cursor=page['next_cursor'])}" if page["next_cursor"] else "",
        list_url=f"/my-work?{filter_query(filter=chosen, cursor=cursor, part='list')}",
    )


def _chips(led: CountsOut, reported: CountsOut, coordinated: CountsOut) -> list[tuple[str, str | None, int]]:
    """Filter, mark and count; what nobody has is left out, but for what is always asked for."""
    states, buckets = led["by_state"], led["by_bucket"]
    number = {
        "open": sum(buckets.get(bucket, 0) for bucket in OPEN_BUCKETS),
        "overdue": buckets.get("open_overdue", 0),
        "due-soon": led["due_soon"],
        "in-time": buckets.get("open_in_time", 0) - led["due_soon"],
        "undated": buckets.get("open_undated", 0),
        "new": states.get("ASSIGNED", 0),
        "returned": states.get("RESULT_RETURNED", 0),
        "awaiting": states.get("AWAITING_CONFIRMATION", 0),
        "completed": states.get("COMPLETED", 0),
        "reporting": reported["total"],
        "coordinating": coordinated["total"],
    }
    return [(name, MARKS.get(name), count) for name, count in number.items() if count or name in ("open", "overdue")]


def _groups(visitor: Visitor, tasks: Iterable[TaskView], chosen: str) -> list[Group]:
    """Headings by time: what is late, came back or is new stands first, what waits for the Office last."""
    words, today = visitor.messages, visitor.today
    week_ends = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    found: dict[str, list[TaskView]] = {}
    order = ["overdue", "returned", "new", "today", "this-week", "later", "undated", "awaiting", "completed", "coordinating"]
    for task in tasks:
        found.setdefault(_group_of(task, visitor, week_ends.toordinal()), []).append(task)
    return [
        Group(words(f"my-work.group.{name}", day=short_day(today), end=short_day(week_ends)), found[name])
        for name in order
        if name in found
    ]


def _group_of(task: TaskView, visitor: Visitor, week_ends: int) -> str:
    if task.kind == APART:
        return "coordinating"
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
