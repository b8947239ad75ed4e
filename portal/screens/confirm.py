"""Xác nhận kết quả: the Office finds a result in order or returns it. Quality is judged apart from time."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.formats import day_of_moment
from portal.forms.fields import Area, Field, OptionalArea, Segmented
from portal.forms.form import Form
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.route import Route
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.screens.held import Decided, just_decided, settle
from portal.screens.lists import filter_query
from portal.screens.tasks import events_told
from portal.services import Refused, ServiceAway
from portal.task_view import TaskView
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

PAGE = 50
# An id that came out of an address leads nowhere else.
ITEM: Route[Any] = Route("portal", "/confirm/{task_id}")
TASK_PATH: Route[Any] = tasks.TASK
QUALITIES = ("GOOD", "SATISFACTORY", "UNSATISFACTORY")
# Both decisions lie on one page, so what was typed for one stays beside the other.
DECISION: tuple[Field, ...] = (
    Segmented("quality", "confirm.quality", note="confirm.quality-note", words="quality", keys=QUALITIES),
    OptionalArea("comment", "confirm.comment"),
    Area("reason", "confirm.reason", required=True, placeholder="confirm.reason-hint"),
)


@dataclass(frozen=True)
class Waiting:
    """A page of what waits for a decision, the oldest first; it begins at `cursor`. `total` counts all that waits."""

    views: list[TaskView]
    total: int
    cursor: str
    next_cursor: str | None

    def by_days(self, today: date) -> list[tuple[int, list[TaskView]]]:
        """In groups of those that have waited for as many days."""
        return [(days, list(group)) for days, group in groupby(self.views, key=lambda view: (today - _submitted_on(view)).days)]

    def after(self, task_id: str, submitted_at: str) -> TaskView | None:
        """The next one; after the last it begins again with the oldest."""
        others = [view for view in self.views if view.id != task_id]
        return next((view for view in others if str(view.raw["submitted_at"]) >= submitted_at), others[0] if others else None)

    def at(self, path: str, **other: str) -> str:
        """`path`, beside which this page of the run stands."""
        query = filter_query(**other, cursor=self.cursor)
        return f"{path}?{query}" if query else path

    @property
    def next_url(self) -> str:
        return f"/confirm?{filter_query(cursor=self.next_cursor)}" if self.next_cursor else ""


@router.get("/confirm")
async def queue(visitor: Visit) -> Response:
    waiting, decided = await together(_waiting(visitor), just_decided(visitor, to="/confirm"))
    return await visitor.page("confirm.html", waiting=waiting, groups=waiting.by_days(visitor.today), decided=decided, recalled=None)


@router.get("/confirm/{task_id}")
async def item(visitor: Visit, task_id: str) -> Response:
    path = f"/confirm/{task_id}"
    draft = await draft_of(visitor, path)
    form = Form.of_sent(DECISION, Sent(draft.typed), draft=path) if draft else Form(DECISION, draft=path)
    form.draft_kept = moment_of(visitor, draft) if draft else ""
    return await _item_page(visitor, task_id, form)


@router.post("/confirm/{task_id}/recall")
async def recall(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    """Thu hồi: back to the item, which waits for a decision again."""
    problem = await settle(visitor, "tasks", TASK_PATH.at((task_id,)), sent, "recall")
    if problem is not None:
        return await _item_page(visitor, task_id, Form(DECISION), status=409, problem=problem)
    return go(f"{ITEM.at((task_id,))}?recalled=1")


@router.post("/confirm/{task_id}/now")
async def now(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    """Có hiệu lực ngay: one stays where one was."""
    problem = await settle(visitor, "tasks", TASK_PATH.at((task_id,)), sent, "now")
    if problem is not None:
        return await _item_page(visitor, task_id, Form(DECISION), status=409, problem=problem)
    return go(f"{_here(sent.text('to'))}?decided={quote(task_id, safe='')}")


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
        decided = await visitor.change("tasks", f"{TASK_PATH.at((task_id,))}/results/{act}", body, sent.change)
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
    try:
        waiting = await _waiting(visitor)
    except (Refused, ServiceAway):
        # The decision is written down, whatever comes next.
        return go(f"/confirm?{filter_query(decided=task_id)}")
    following = waiting.after(task_id, str(decided["result"]["submitted_at"]))
    return go(waiting.at(ITEM.at((following.id,)), decided=task_id) if following else f"/confirm?{filter_query(decided=task_id)}")


def _here(path: str) -> str:
    """Where the button said that one was: a page of this run and no other."""
    return path if path.startswith("/confirm/") and "//" not in path and "?" not in path else "/confirm"


async def _waiting(visitor: Visitor) -> Waiting:
    """The page of the run that the address names, the first where nothing stands on that any more."""
    cursor = visitor.request.query_params.get("cursor", "")
    page = await visitor.get(tasks.TASKS_AWAITING_DECISION, limit=PAGE, cursor=cursor)
    if cursor and not page["items"]:
        cursor, page = "", await visitor.get(tasks.TASKS_AWAITING_DECISION, limit=PAGE)
    return Waiting(await visitor.task_views(page["items"]), page["total"] or 0, cursor, page["next_cursor"])


def _submitted_on(view: TaskView) -> date:
    return day_of_moment(view.raw["submitted_at"]) or view.assigned_on


async def _item_page(visitor: Visitor, task_id: str, form: Form, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    here = ITEM.at((task_id,))
    found, waiting, decided, names = await together(
        visitor.get(tasks.TASK, task_id, history="true"),
        _waiting(visitor),
        just_decided(visitor, to=here),
        visitor.portal.agencies.known(visitor),
    )
    views = waiting.views
    place = next((number for number, one in enumerate(views) if one.id == task_id), None)
    t = visitor.view_of(found, names)
    return await visitor.page(
        "confirm-item.html",
        status=status,
        t=t,
        result=found["result"],
        actions={one["action"]: one for one in found["available_actions"]},
        events=list(reversed(await events_told(visitor, found, names))),
        waiting=waiting,
        groups=waiting.by_days(visitor.today),
        place=place,
        previous=views[place - 1].id if place else None,
        next=views[place + 1].id if place is not None and place + 1 < len(views) else None,
        form=form,
        problem=problem,
        wrong=list(form.wrong(visitor.messages)),
        decided=decided,
        recalled=t.code if "recalled" in visitor.request.query_params else None,
        here=Decided(t.code, found["held"]["kind"], found["held"], here, here) if found["held"] else None,
    )
