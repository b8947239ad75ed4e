"""Xác nhận kết quả: the Office finds a result in order or returns it. Quality is judged apart from time."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.forms.fields import Area, Field, OptionalArea, Segmented
from portal.forms.form import Form
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.screens.history import events_of
from portal.screens.tasks import people_of
from portal.services import Refused, ServiceAway
from portal.task_view import TaskView
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

MOST = 200
QUALITIES = ("GOOD", "SATISFACTORY", "UNSATISFACTORY")
# Both decisions lie on one page, so what was typed for one stays beside the other.
DECISION: tuple[Field, ...] = (
    Segmented("quality", "confirm.quality", note="confirm.quality-note", words="quality", keys=QUALITIES),
    OptionalArea("comment", "confirm.comment"),
    Area("reason", "confirm.reason", required=True, placeholder="confirm.reason-hint"),
)


@router.get("/confirm")
async def queue(visitor: Visit) -> Response:
    waiting, total = await _waiting(visitor)
    return await visitor.page("confirm.html", waiting=waiting, total=total, done=visitor.request.query_params.get("done", ""))


@router.get("/confirm/{task_id}")
async def item(visitor: Visit, task_id: str) -> Response:
    path = f"/confirm/{task_id}"
    draft = await draft_of(visitor, path)
    form = Form.of_sent(DECISION, Sent(draft.typed), draft=path) if draft else Form(DECISION, draft=path)
    form.draft_kept = moment_of(visitor, draft) if draft else ""
    return await _item_page(visitor, task_id, form)


@router.post("/confirm/{task_id}/confirm")
async def confirm(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    return await _decide(visitor, task_id, sent, "confirm", ("quality", "comment"))


@router.post("/confirm/{task_id}/return")
async def give_back(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    return await _decide(visitor, task_id, sent, "return", ("reason",))


async def _decide(visitor: Visitor, task_id: str, sent: Sent, act: str, names: tuple[str, ...]) -> Response:
    form = Form.of_sent(DECISION, sent, draft=f"/confirm/{task_id}")
    await keep_draft(visitor, form.draft, sent)
    body = {name: value for name, value in form.body(visitor.messages).items() if name in names}
    try:
        decided = await visitor.change("tasks", f"/tasks/{task_id}/results/{act}", body, sent.change)
    except Refused as refused:
        if refused.status == 404:
            raise
        form.key = ""
        form.errors = errors_of(refused, visitor.messages)
        return await _item_page(visitor, task_id, form, status=refused.status, problem=problem_of(refused, visitor.messages))
    except ServiceAway:
        # Nobody knows whether it was written down, so the key stays: sent again, it is written once.
        problem = RefusalWords(visitor.messages("away.form"), visitor.messages("away.form-advice"))
        return await _item_page(visitor, task_id, form, status=503, problem=problem)
    await finish_draft(visitor, form.draft, sent)
    return go(f"/confirm?done={decided['code']}")


async def _waiting(visitor: Visitor) -> tuple[list[TaskView], int]:
    page = await visitor.get(tasks.TASKS, scope="oversight", level="assignment", state="AWAITING_CONFIRMATION", limit=MOST)
    views = await visitor.task_views(page["items"])
    return sorted(views, key=lambda view: str(view.raw["submitted_at"])), page["total"] or 0


async def _item_page(visitor: Visitor, task_id: str, form: Form, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    found, happened, (waiting, total) = await together(
        visitor.get(tasks.TASK, task_id), visitor.get(tasks.HISTORY_OF_TASK, task_id), _waiting(visitor)
    )
    names = await visitor.portal.agencies.known(visitor)
    place = next((number for number, one in enumerate(waiting) if one.id == task_id), None)
    return await visitor.page(
        "confirm-item.html",
        status=status,
        t=visitor.view_of(found, names),
        result=found["result"],
        actions={one["action"]: one for one in found["available_actions"]},
        events=list(reversed(events_of(happened, names, await people_of(visitor, happened), visitor.messages))),
        waiting=waiting,
        total=total,
        place=place,
        previous=waiting[place - 1].id if place else None,
        next=waiting[place + 1].id if place is not None and place + 1 < len(waiting) else None,
        form=form,
        problem=problem,
        wrong=list(form.wrong(visitor.messages)),
    )
