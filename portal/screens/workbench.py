"""Bàn làm việc: all tasks that the person may see, filtered and searched."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.screens.lists import filter_query
from portal.web import Visit, together

router = APIRouter()

PAGE = 50
# View → what the tasks service is asked for, and the mark on its chip.
VIEWS: dict[str, tuple[dict[str, str], str | None]] = {
    "all": ({}, None),
    "overdue": ({"bucket": "open_overdue"}, "overdue"),
    "due-soon": ({"due_soon": "true"}, "soon"),
    "in-time": ({"bucket": "open_in_time"}, "intime"),
    "undated": ({"bucket": "open_undated"}, "undated"),
    "on-time": ({"bucket": "completed_on_time"}, "done"),
    "late": ({"bucket": "completed_late"}, "late"),
    "completed-undated": ({"bucket": "completed_undated"}, "done"),
}
SORTS = ("due", "-assigned_on")
# What a page has in its place that is asked for its counts alone.
NOTHING: tasks.PageOfTaskListItem = {"items": [], "next_cursor": None, "total": 0}


@router.get("/workbench")
async def workbench(
    visitor: Visit, view: str = "all", q: str = "", agency_id: str = "", field: str = "", sort: str = "due", cursor: str = ""
) -> Response:
    view = view if view in VIEWS else "all"
    sort = sort if sort in SORTS else "due"
    same = {"scope": "oversight", "level": "instruction", "q": q, "agency_id": agency_id, "field": field}
    counts: tasks.CountsOut | None
    if visitor.request.query_params.get("part") == "counts":
        counts, page = await visitor.shared("tasks", tasks.TASKS_COUNTS, **same), NOTHING
    else:
        counts, page = await together(
            visitor.soon("tasks", tasks.TASKS_COUNTS, **same),
            visitor.get(tasks.TASKS, **same, **VIEWS[view][0], sort=sort, cursor=cursor, limit=PAGE, count="false"),
        )
    numbers = _numbers(counts) if counts else None
    names, fields = await together(visitor.portal.agencies.known(visitor), visitor.portal.vocabulary.known(visitor))
    address = {"q": q, "agency_id": agency_id, "field": field, "sort": sort if sort != "due" else ""}

    def at(**other: str) -> str:
        return f"/workbench?{filter_query(**{**address, 'view': view if view != 'all' else '', **other})}"

    return await visitor.page(
        "workbench.html",
        view=view,
        q=q,
        sort=sort,
        agency=names.get(agency_id),
        field=field,
        fields=fields,
        counts=numbers,
        marks={name: mark for name, (_, mark) in VIEWS.items()},
        tasks=await visitor.task_views(page["items"]),
        total=numbers[view] if numbers else None,
        counts_url=at(part="counts"),
        next_url=at(cursor=page["next_cursor"]) if page["next_cursor"] else "",
        at=at,
        list_url=at(cursor=cursor, part="list"),
    )


def _numbers(counts: tasks.CountsOut) -> dict[str, int]:
    by_bucket = counts["by_bucket"]
    numbers = {name: by_bucket.get(asked["bucket"], 0) for name, (asked, _) in VIEWS.items() if "bucket" in asked}
    return {"all": counts["total"], "due-soon": counts["due_soon"], **numbers}
