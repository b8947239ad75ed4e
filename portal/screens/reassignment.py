"""Phân công lại: tasks whose lead has ended and nobody, or several, took over; the Office leader says who leads each from now on."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from portal.agencies import AgencyName
from portal.answers import tasks
from portal.forms.fields import Agency, Area, Choice, Field
from portal.forms.form import Form
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.agency_lookup import resolve_agency
from portal.screens.decisions import unknown
from portal.services import Refused, ServiceAway
from portal.task_view import TaskView, task_view
from portal.web import SentForm, Visit, Visitor, go

router = APIRouter()

PATH = "/reassignment"
SHOWN = 20
REASON = Area("reason", "reassign.reason", required=True, rows=2)
AMONG_SUCCESSORS: tuple[Field, ...] = (Choice("agency_id", "reassign.lead"), REASON)
AMONG_ALL: tuple[Field, ...] = (Agency("agency_id", "reassign.lead"), REASON)


@dataclass(frozen=True)
class Waiting:
    """A task, with the form that gives it a lead; without one for whoever only looks."""

    task: TaskView
    form: Form | None


@router.get(PATH)
async def reassignment(visitor: Visit, cursor: str = "") -> Response:
    return await _page(visitor, cursor)


@router.post(f"{PATH}/{{task_id}}")
async def choose(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    form = Form.of_sent(AMONG_ALL if sent.text("among") == "all" else AMONG_SUCCESSORS, sent, prefix=f"{task_id}-")
    cursor = sent.text("cursor")
    if isinstance(form.named("agency_id"), Agency):
        await resolve_agency(visitor, form, "agency_id", await visitor.portal.agencies.known(visitor))
        agency_id = next(iter(form.ids["agency_id"]), None)
    else:
        agency_id = form["agency_id"] or None
    if form.errors:
        return await _page(visitor, cursor, status=422, typed={task_id: form})
    try:
        path = tasks.TASK.at((task_id,))
        await visitor.change("tasks", f"{path}/lead", {"agency_id": agency_id, "reason": form["reason"]}, sent.change, of="tasks")
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        form.key = ""
        for name, text in errors_of(refused, visitor.messages).items():
            form.note(name, text)
        problem = problem_of(refused, visitor.messages)
        return await _page(visitor, cursor, status=refused.status, typed={task_id: form}, problem=problem)
    except ServiceAway:
        return await _page(visitor, cursor, status=503, typed={task_id: form}, problem=unknown(visitor.messages))
    return go(f"{PATH}?cursor={cursor}" if cursor else PATH)


async def _page(
    visitor: Visitor, cursor: str, *, status: int = 200, typed: Mapping[str, Form] | None = None, problem: RefusalWords | None = None
) -> Response:
    found = await visitor.get(tasks.SUCCESSIONS_AWAITING_LEAD, cursor=cursor, limit=SHOWN)
    names = await visitor.portal.agencies.known(visitor)
    return await visitor.page(
        "reassignment.html",
        status=status,
        waiting=[_waiting(visitor, one, names, typed or {}) for one in found["items"]],
        total=found["total"],
        cursor=cursor,
        next_url=f"{PATH}?cursor={found['next_cursor']}" if found["next_cursor"] else "",
        names=names,
        problem=problem,
        wrong=[wrong for form in (typed or {}).values() for wrong in form.wrong(visitor.messages)],
    )


def _waiting(visitor: Visitor, one: tasks.AwaitingLeadOut, names: Mapping[str, AgencyName], typed: Mapping[str, Form]) -> Waiting:
    task = one["task"]
    lead = names.get(task["lead_agency_id"] or "")
    view = task_view(task, visitor.axis, visitor.messages, lead=lead.short_name if lead else "–", lead_name=lead.name if lead else "–")
    if not one["may_choose"]:
        return Waiting(view, None)
    successors = one["successor_ids"]
    form = typed.get(view.id) or Form(AMONG_SUCCESSORS if successors else AMONG_ALL, prefix=f"{view.id}-")
    form.offered = {"agency_id": [(agency, names[agency].name if agency in names else "–") for agency in successors]}
    return Waiting(view, form)
