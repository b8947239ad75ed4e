"""Xác nhận kết quả: the Office finds a result in order or returns it. Quality is judged apart from time."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.refusals import errors_of, problem_of
from portal.screens.history import events_of
from portal.screens.tasks import people_of
from portal.services import Refused
from portal.task_view import TaskView
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

MOST = 200
QUALITIES = ("GOOD", "SATISFACTORY", "UNSATISFACTORY")


@router.get("/confirm")
async def queue(visitor: Visit) -> Response:
    waiting, total = await _waiting(visitor)
    return await visitor.page("confirm.html", waiting=waiting, total=total, done=visitor.request.query_params.get("done", ""))


@router.get("/confirm/{task_id}")
async def item(visitor: Visit, task_id: str) -> Response:
    return await _item_page(visitor, task_id)


@router.post("/confirm/{task_id}/confirm")
async def confirm(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    body = {"quality": sent.text("quality") or None, "comment": sent.text("comment") or None}
    return await _decide(visitor, task_id, sent, "confirm", body)


@router.post("/confirm/{task_id}/return")
async def give_back(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    return await _decide(visitor, task_id, sent, "return", {"reason": sent.text("reason")})


async def _decide(visitor: Visitor, task_id: str, sent: Sent, act: str, body: dict[str, str | None]) -> Response:
    try:
        decided = await visitor.change("tasks", f"/tasks/{task_id}/results/{act}", body, sent.change)
    except Refused as refused:
        if refused.status == 404:
            raise
        return await _item_page(visitor, task_id, sent=sent, refused=refused)
    return go(f"/confirm?done={decided['code']}")


async def _waiting(visitor: Visitor) -> tuple[list[TaskView], int]:
    page = await visitor.get("tasks", "/tasks", scope="oversight", level="assignment", state="AWAITING_CONFIRMATION", limit=MOST)
    views = await visitor.task_views(page["items"])
    return sorted(views, key=lambda view: str(view.raw["submitted_at"])), page["total"]


async def _item_page(visitor: Visitor, task_id: str, *, sent: Sent | None = None, refused: Refused | None = None) -> Response:
    found, happened, (waiting, total) = await together(
        visitor.get("tasks", f"/tasks/{task_id}"), visitor.get("tasks", f"/tasks/{task_id}/history"), _waiting(visitor)
    )
    names = await visitor.portal.agencies.known(visitor)
    place = next((number for number, one in enumerate(waiting) if one.id == task_id), None)
    return await visitor.page(
        "confirm-item.html",
        status=refused.status if refused else 200,
        t=visitor.view_of(found, names),
        result=found["result"],
        actions={one["action"]: one for one in found["available_actions"]},
        events=list(reversed(events_of(happened, names, await people_of(visitor, happened), visitor.messages))),
        waiting=waiting,
        total=total,
        place=place,
        previous=waiting[place - 1].id if place else None,
        next=waiting[place + 1].id if place is not None and place + 1 < len(waiting) else None,
        qualities=[(one, visitor.messages(f"quality.{one}")) for one in QUALITIES],
        typed={name: sent.text(name) if sent else "" for name in ("quality", "comment", "reason")},
        problem=problem_of(refused, visitor.messages) if refused else None,
        errors=errors_of(refused, visitor.messages) if refused else {},
    )
