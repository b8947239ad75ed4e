"""What an agency reports: progress in a minute, and completion with its document."""

import hashlib
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks
from portal.forms.fields import Area, Day, Field, OptionalArea, Own, Unreadable, Words
from portal.forms.form import Form
from portal.messages import Catalogue
from portal.refusals import RefusalWords, errors_of, problem_of
from portal.screens.drafts import draft_of, finish_draft, keep_draft, moment_of
from portal.screens.tasks import events_told
from portal.services import ChangeMarks, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go

router = APIRouter()

STEP = 5
CHOICES = 4


def _percent(typed: Mapping[str, str]) -> int:
    try:
        return int(chosen_percent(typed).rstrip("% "))
    except ValueError:
        raise Unreadable("progress.percent-wrong") from None


def chosen_percent(typed: Mapping[str, str]) -> str:
    """One of the offered steps, or what was typed beside "other"."""
    return typed["percent"] if typed["percent_choice"] in ("", "other") else typed["percent_choice"]


PROGRESS: tuple[Field, ...] = (
    Own("percent", "field.percent", controls=("percent_choice", "percent_seen"), reads=_percent),
    Area("content", "progress.content", required=True, placeholder="progress.content-hint"),
    OptionalArea("difficulty", "progress.difficulty"),
    OptionalArea("proposal", "progress.proposal"),
)
# A file that was received stays received while the rest is corrected: its id and name lie in the form.
COMPLETION: tuple[Field, ...] = (
    Words("report_number", "completion.number", "span-3", required=True, placeholder="completion.number-example"),
    Day("report_date", "completion.date", "span-3", required=True, missing="completion.date-missing"),
    Own("file", "completion.file", controls=("file_id", "file_name")),
    Area("summary", "completion.summary", required=True, rows=4, placeholder="completion.summary-hint"),
)
FIELDS: Mapping[str, tuple[Field, ...]] = {"progress": PROGRESS, "completion": COMPLETION}
# A field as the service names it → as the form does.
NAMED_BY_SERVICE = {"file_id": "file"}


def _path(task_id: str, which: str) -> str:
    return f"/tasks/{task_id}/{which}"


def _sent_form(which: str, task_id: str, sent: Sent) -> Form:
    form = Form.of_sent(FIELDS[which], sent, draft=_path(task_id, which))
    if which == "progress":
        form.texts["percent"] = chosen_percent(form.texts)
    return form


async def _opened(visitor: Visitor, task_id: str, which: str) -> Form:
    """With what was typed into it before and not sent."""
    draft = await draft_of(visitor, _path(task_id, which))
    if draft is None:
        return Form(FIELDS[which], draft=_path(task_id, which))
    form = _sent_form(which, task_id, Sent(draft.typed))
    form.draft_kept = moment_of(visitor, draft)
    return form


@router.get("/tasks/{task_id}/progress")
async def progress(visitor: Visit, task_id: str) -> Response:
    return await _page(visitor, task_id, "progress", await _opened(visitor, task_id, "progress"))


@router.post("/tasks/{task_id}/progress")
async def report_progress(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    form = _sent_form("progress", task_id, sent)
    await keep_draft(visitor, form.draft, sent)
    body = form.body(visitor.messages)
    if form.errors:
        return await _page(visitor, task_id, "progress", form, status=422)
    try:
        await visitor.change("tasks", f"/tasks/{task_id}/progress", body, sent.change)
    except Refused as refused:
        return await _refused(visitor, task_id, "progress", form, refused)
    except ServiceAway:
        return await _unknown(visitor, task_id, "progress", form)
    await finish_draft(visitor, form.draft, sent)
    return go(f"/tasks/{task_id}/received")


@router.get("/tasks/{task_id}/completion")
async def completion(visitor: Visit, task_id: str) -> Response:
    return await _page(visitor, task_id, "completion", await _opened(visitor, task_id, "completion"))


@router.post("/tasks/{task_id}/completion")
async def report_completion(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    form = _sent_form("completion", task_id, sent)
    await keep_draft(visitor, form.draft, sent)
    body = {**form.body(visitor.messages), "file_id": form["file_id"] or None}
    try:
        if (file := sent.file("file")) is not None:
            # A file chosen anew takes the place of the one that was kept, whatever becomes of it; the same bytes are the same upload.
            form.texts |= {"file_id": "", "file_name": ""}
            digest = hashlib.sha256(await file.read()).hexdigest()
            await file.seek(0)
            stored = await visitor.upload("tasks", f"/tasks/{task_id}/files", file, ChangeMarks(f"{sent.change.key}:{digest}"))
            body["file_id"] = stored["id"]
            form.texts |= {"file_id": stored["id"], "file_name": stored["name"]}
        if form.errors:
            _note_missing_file(form, visitor.messages)
            return await _page(visitor, task_id, "completion", form, status=422)
        await visitor.change("tasks", f"/tasks/{task_id}/results", body, sent.change)
    except Refused as refused:
        return await _refused(visitor, task_id, "completion", form, refused)
    except ServiceAway:
        return await _unknown(visitor, task_id, "completion", form)
    await finish_draft(visitor, form.draft, sent)
    return go(f"/tasks/{task_id}/received")


@router.get("/tasks/{task_id}/received")
async def received(visitor: Visit, task_id: str) -> Response:
    """The receipt of the newest report."""
    found = await visitor.get(tasks.TASK, task_id)
    if found["receipt_code"] is None:
        return go(f"/tasks/{task_id}")
    return await visitor.page("received.html", t=visitor.view_of(found, await visitor.portal.agencies.known(visitor)))


async def _refused(visitor: Visitor, task_id: str, which: str, form: Form, refused: Refused) -> Response:
    """The form again with all that was typed, upon the version of now and under a new key: the refused one was for another text."""
    if refused.status in (401, 404):
        raise refused
    form.key = ""
    for name, text in errors_of(refused, visitor.messages).items():
        form.errors[NAMED_BY_SERVICE.get(name, name)] = text
    if which == "completion" and form.errors:
        _note_missing_file(form, visitor.messages)
    if which == "progress" and refused.code == "stale-version":
        await _meet_newest_percent(visitor, task_id, form)
    return await _page(visitor, task_id, which, form, status=refused.status, problem=problem_of(refused, visitor.messages))


async def _meet_newest_percent(visitor: Visitor, task_id: str, form: Form) -> None:
    """A figure that was not touched takes that of now; one that was is asked about, with the other's beside it."""
    newest = (await visitor.get(tasks.TASK, task_id))["percent"]
    if form["percent"].rstrip("% ") == form["percent_seen"]:
        form.texts |= {"percent": "", "percent_choice": ""}
    elif str(newest) != form["percent_seen"]:
        form.note("percent", visitor.messages("progress.meanwhile", percent=newest))


def _note_missing_file(form: Form, messages: Catalogue) -> None:
    """The service says it too, but only once the rest is mended; a person hears everything at once."""
    if not form["file_id"]:
        form.note("file", messages("problem.file-missing"))


async def _unknown(visitor: Visitor, task_id: str, which: str, form: Form) -> Response:
    """Nobody knows whether it was written down, so the key stays: sent again, it is written once."""
    problem = RefusalWords(visitor.messages("away.form"), visitor.messages("away.form-advice"))
    return await _page(visitor, task_id, which, form, status=503, problem=problem)


async def _page(
    visitor: Visitor, task_id: str, which: str, form: Form, *, status: int = 200, problem: RefusalWords | None = None
) -> Response:
    task = await visitor.get(tasks.TASK, task_id, history="true")
    names = await visitor.portal.agencies.known(visitor)
    events = await events_told(visitor, task, names)
    return await visitor.page(
        f"{which}.html",
        status=status,
        t=visitor.view_of(task, names),
        actions={one["action"]: one for one in task["available_actions"]},
        form=form,
        steps=steps_from(task["percent"]),
        reports=[event for event in reversed(events) if event.kind == "progress-reported"],
        returned=next((event for event in reversed(events) if event.is_decision), None),
        problem=problem or (RefusalWords(visitor.messages("problem.invalid-body")) if form.errors else None),
        wrong=list(form.wrong(visitor.messages)),
        tab=which,
    )


def steps_from(percent: int) -> list[int]:
    """What is offered with one touch: the last figure and the next steps of five."""
    next_step = (percent // STEP + 1) * STEP
    return [percent, *range(next_step, min(101, next_step + STEP * (CHOICES - 1)), STEP)]
