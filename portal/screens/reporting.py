"""What an agency reports: progress in a minute, and completion with its document."""

import hashlib
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.responses import Response

from portal.formats import NotADay, parse_day
from portal.messages import Catalogue
from portal.refusals import Problem, errors_of, problem_of
from portal.screens.history import events_of
from portal.screens.tasks import people_of
from portal.services import Change, Json, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go, together

router = APIRouter()

STEP = 5
CHOICES = 4
# Fields as the service names them → as the form does.
RESULT_FIELDS = {"file_id": "file"}


@dataclass
class ProgressForm:
    """As it was typed; `percent_choice` is one of the offered steps or "other"."""

    percent_choice: str = ""
    percent: str = ""
    content: str = ""
    difficulty: str = ""
    proposal: str = ""
    key: str = ""
    version: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(sent: Sent) -> "ProgressForm":
        return ProgressForm(
            percent_choice=sent.text("percent_choice"),
            percent=sent.text("percent"),
            content=sent.text("content"),
            difficulty=sent.text("difficulty"),
            proposal=sent.text("proposal"),
            key=sent.text("idempotency_key"),
            version=sent.text("version"),
        )

    def typed(self) -> list[tuple[str, str]]:
        return [
            ("percent", self.chosen),
            ("content", self.content),
            ("difficulty", self.difficulty),
            ("proposal", self.proposal),
        ]

    @property
    def chosen(self) -> str:
        return self.percent if self.percent_choice in ("", "other") else self.percent_choice

    @property
    def has_difficulty(self) -> bool:
        return bool(self.difficulty or self.proposal)

    def body(self, messages: Catalogue) -> Json:
        """What is sent; puts what cannot be read into `errors`."""
        try:
            percent = int(self.chosen.rstrip("% "))
        except ValueError:
            self.errors["percent"] = messages("progress.percent-wrong")
            percent = -1
        return {"percent": percent, "content": self.content, "difficulty": self.difficulty or None, "proposal": self.proposal or None}


@dataclass
class CompletionForm:
    """As it was typed. A file that was received stays received while the rest is corrected."""

    report_number: str = ""
    report_date: str = ""
    summary: str = ""
    file_id: str = ""
    file_name: str = ""
    key: str = ""
    version: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(sent: Sent) -> "CompletionForm":
        return CompletionForm(
            report_number=sent.text("report_number"),
            report_date=sent.text("report_date"),
            summary=sent.text("summary"),
            file_id=sent.text("file_id"),
            file_name=sent.text("file_name"),
            key=sent.text("idempotency_key"),
            version=sent.text("version"),
        )

    def typed(self) -> list[tuple[str, str]]:
        return [("report_number", self.report_number), ("report_date", self.report_date), ("summary", self.summary)]

    def body(self, messages: Catalogue) -> Json:
        day = None
        try:
            day = parse_day(self.report_date).isoformat() if self.report_date else None
        except NotADay:
            self.errors["report_date"] = messages("form.not-a-day")
        if not self.report_date:
            self.errors["report_date"] = messages("completion.date-missing")
        return {"report_number": self.report_number, "report_date": day, "summary": self.summary, "file_id": self.file_id or None}


@router.get("/tasks/{task_id}/progress")
async def progress(visitor: Visit, task_id: str) -> Response:
    return await _page(visitor, task_id, "progress", ProgressForm())


@router.post("/tasks/{task_id}/progress")
async def report_progress(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    form = ProgressForm.of(sent)
    body = form.body(visitor.messages)
    if form.errors:
        return await _page(visitor, task_id, "progress", form, status=422)
    try:
        await visitor.change("tasks", f"/tasks/{task_id}/progress", body, sent.change)
    except Refused as refused:
        return await _refused(visitor, task_id, "progress", form, refused)
    except ServiceAway:
        return await _unknown(visitor, task_id, "progress", form)
    return go(f"/tasks/{task_id}/received")


@router.get("/tasks/{task_id}/completion")
async def completion(visitor: Visit, task_id: str) -> Response:
    return await _page(visitor, task_id, "completion", CompletionForm())


@router.post("/tasks/{task_id}/completion")
async def report_completion(visitor: Visit, task_id: str, sent: SentForm) -> Response:
    form = CompletionForm.of(sent)
    body = form.body(visitor.messages)
    try:
        if (file := sent.file("file")) is not None:
            # A file chosen anew takes the place of the one that was kept, whatever becomes of it; the same bytes are the same upload.
            form.file_id = form.file_name = ""
            digest = hashlib.sha256(await file.read()).hexdigest()
            await file.seek(0)
            stored = await visitor.upload("tasks", f"/tasks/{task_id}/files", file, Change(f"{sent.change.key}:{digest}"))
            form.file_id = body["file_id"] = stored["id"]
            form.file_name = stored["name"]
        if form.errors:
            return await _page(visitor, task_id, "completion", form, status=422)
        await visitor.change("tasks", f"/tasks/{task_id}/results", body, sent.change)
    except Refused as refused:
        return await _refused(visitor, task_id, "completion", form, refused)
    except ServiceAway:
        return await _unknown(visitor, task_id, "completion", form)
    return go(f"/tasks/{task_id}/received")


@router.get("/tasks/{task_id}/received")
async def received(visitor: Visit, task_id: str) -> Response:
    """The receipt of the newest report."""
    found = await visitor.get("tasks", f"/tasks/{task_id}")
    if found["receipt_code"] is None:
        return go(f"/tasks/{task_id}")
    return await visitor.page("received.html", t=visitor.view_of(found, await visitor.portal.agencies.known(visitor)))


async def _refused(visitor: Visitor, task_id: str, which: str, form: ProgressForm | CompletionForm, refused: Refused) -> Response:
    """The form again with all that was typed, upon the version of now and under a new key: the refused one was for another text."""
    if refused.status in (401, 404):
        raise refused
    form.key = ""
    form.errors |= {RESULT_FIELDS.get(name, name): text for name, text in errors_of(refused, visitor.messages).items()}
    return await _page(visitor, task_id, which, form, status=refused.status, problem=problem_of(refused, visitor.messages))


async def _unknown(visitor: Visitor, task_id: str, which: str, form: ProgressForm | CompletionForm) -> Response:
    """Nobody knows whether it was written down, so the key stays: sent again, it is written once."""
    problem = Problem(visitor.messages("away.form"), visitor.messages("away.form-advice"))
    try:
        return await _page(visitor, task_id, which, form, status=503, problem=problem)
    except ServiceAway:
        return await visitor.page("report-away.html", status=503, task_id=task_id, which=which, form=form, problem=problem)


async def _page(
    visitor: Visitor, task_id: str, which: str, form: ProgressForm | CompletionForm, *, status: int = 200, problem: Problem | None = None
) -> Response:
    task, happened = await together(visitor.get("tasks", f"/tasks/{task_id}"), visitor.get("tasks", f"/tasks/{task_id}/history"))
    names = await visitor.portal.agencies.known(visitor)
    events = events_of(happened, names, await people_of(visitor, happened), visitor.messages)
    return await visitor.page(
        f"{which}.html",
        status=status,
        t=visitor.view_of(task, names),
        actions={one["action"]: one for one in task["available_actions"]},
        form=form,
        steps=steps_from(task["percent"]),
        reports=[event for event in reversed(events) if event.kind == "progress-reported"],
        returned=next((event for event in reversed(events) if event.is_decision), None),
        problem=problem,
        tab=which,
    )


def steps_from(percent: int) -> list[int]:
    """What is offered with one touch: the last figure and the next steps of five."""
    next_step = (percent // STEP + 1) * STEP
    return [percent, *range(next_step, min(101, next_step + STEP * (CHOICES - 1)), STEP)]
