"""One task: what is asked, how it stands in time, what was done; and the acts that the service offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from portal.agencies import AgencyName
from portal.answers import tasks as answers
from portal.noticed import is_told_of, noticed
from portal.refusals import problem_of
from portal.screens.history import Event, events_of
from portal.screens.share import share_of
from portal.screens.timeline import timeline_of
from portal.services import CHUNK_BYTES, Refused
from portal.task_view import TaskView
from portal.web import SentForm, Visit, Visitor, go, together

router = APIRouter()

GROUP_PAGE = 200
# How the agencies of a group stand, what needs somebody first → the mark, and how its part of the bar is drawn.
STANDINGS = {
    "overdue": ("overdue", ""),
    "returned": ("na", ""),
    "soon": ("soon", ""),
    "intime": ("intime", ""),
    "undated": ("na", "dots"),
    "await": ("await", ""),
    "late": ("done", "stripes"),
    "done": ("done", ""),
}


@dataclass(frozen=True)
class PartsAlike:
    """Those agencies of a group that stand alike; `mark` is the sign and names the words."""

    mark: str
    tasks: list[TaskView]

    @property
    def overdue_too(self) -> int:
        """Of those that stand otherwise, how many count as overdue all the same: a late result that awaits the Office, say."""
        return 0 if self.mark == "overdue" else sum(one.raw["bucket"] == "open_overdue" for one in self.tasks)


@router.get("/tasks/{task_id}")
async def task(visitor: Visit, task_id: str) -> Response:
    return await task_page(visitor, task_id)


@router.get("/tasks/{task_id}/history")
async def history(visitor: Visit, task_id: str) -> Response:
    found, names = await together(visitor.get(answers.TASK, task_id, history="true"), visitor.portal.agencies.known(visitor))
    events = await events_told(visitor, found, names)
    return await visitor.page("task-history.html", t=visitor.view_of(found, names), events=list(reversed(events)), tab="history")


@router.post("/tasks/{task_id}/accept")
async def accept(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    try:
        await visitor.change("tasks", f"/tasks/{task_id}/accept", {}, sent.change)
    except Refused as refused:
        return await task_page(visitor, task_id, refused=refused)
    return go(f"/tasks/{task_id}")


@router.get("/files/{file_id}")
async def file(visitor: Visit, file_id: str) -> Response:
    download = visitor.download("tasks", f"/files/{file_id}")
    answer = await download.__aenter__()

    async def content() -> Any:
        try:
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                yield chunk
        finally:
            await download.__aexit__(None, None, None)

    kept = {name: answer.headers[name] for name in ("Content-Disposition", "Content-Length") if name in answer.headers}
    return StreamingResponse(
        content(), media_type=answer.headers.get("Content-Type"), headers={**kept, "Cache-Control": "private, no-store"}
    )


async def task_page(visitor: Visitor, task_id: str, *, refused: Refused | None = None) -> Response:
    """The task as it is now; after a refused act with the reason above."""
    found, is_told, names, fields = await together(
        visitor.get(answers.TASK, task_id, history="true"),
        is_told_of(visitor, task_id),
        visitor.portal.agencies.known(visitor),
        visitor.portal.vocabulary.known(visitor),
    )
    if is_told:
        await noticed(visitor, found["id"])
    children: answers.PageOfTaskListItem = {"items": [], "next_cursor": None, "total": 0}
    if found["is_group"]:
        children = await visitor.get(answers.CHILDREN_OF_TASK, task_id, limit=GROUP_PAGE)
    view = visitor.view_of(found, names)
    events = await events_told(visitor, found, names)
    return await visitor.page(
        "task.html",
        status=refused.status if refused else 200,
        t=view,
        names=names,
        fields=fields,
        actions={one["action"]: one for one in found["available_actions"]},
        events=list(reversed(events)),
        timeline=timeline_of(view, events, visitor.today),
        standings=(standings := _standings([visitor.view_of(child, names) for child in children["items"]])),
        parts=share_of((*STANDINGS[one.mark], len(one.tasks)) for one in standings),
        children_total=(found["children_summary"] or {"total": 0})["total"],
        children_seen=children["total"] or 0,
        left_to_others=await _left_to_others(visitor, found),
        problem=problem_of(refused, visitor.messages) if refused else None,
        tab="task",
    )


async def _left_to_others(visitor: Visitor, found: answers.TaskOut) -> list[tuple[str, list[str]]]:
    """What this person may not do and others of the agency may: the act and their names."""
    people = await visitor.portal.people.known(visitor, (one for left in found["left_to_others"] for one in left["person_ids"]))
    return [(left["action"], [people[one] for one in left["person_ids"] if one in people]) for left in found["left_to_others"]]


def _standings(children: list[TaskView]) -> list[PartsAlike]:
    found: dict[str, list[TaskView]] = {mark: [] for mark in STANDINGS}
    for child in children:
        found[child.mark].append(child)
    return [PartsAlike(mark, tasks) for mark, tasks in found.items() if tasks]


async def events_told(visitor: Visitor, found: answers.TaskOut, names: Mapping[str, AgencyName]) -> list[Event]:
    """The history of a task that was asked for with it, in words; the oldest first."""
    happened = found["history"] or []
    people = await visitor.portal.people.known(visitor, (one["actor_person_id"] for one in happened if one["actor_person_id"]))
    return events_of(happened, names, people, visitor.messages)
