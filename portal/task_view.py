"""A task as the pages show it: what the tasks service says, in the words and on the axis of the portal. Nothing is judged here."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.answers.directives import DirectiveListItem
from portal.answers.tasks import DirectiveOut, TaskListItem, TaskOut
from portal.axis import Axis, Bar
from portal.formats import WEEKDAYS, day_of, day_of_moment, near_day
from portal.messages import Catalogue

Task = TaskOut | TaskListItem

LONGEST_TITLE = 180
# What the service calls a deadline's standing → the class of mark, line and word.
KINDS = {
    "overdue": "overdue",
    "due_soon": "soon",
    "in_time": "intime",
    "undated": "undated",
    "done_on_time": "done",
    "done_late": "late",
    "done_undated": "done",
}
BUCKETS = {
    "open_overdue": "overdue",
    "open_in_time": "intime",
    "open_undated": "undated",
    "completed_on_time": "done",
    "completed_late": "late",
    "completed_undated": "done",
}
# What another agency answers for: it stands apart from one's own, outside counts and red (rulebook 1.1).
APART = "apart"
ONE_DAY = timedelta(days=1)
# States that are told by their own mark instead of the deadline's.
MARKS = {"AWAITING_CONFIRMATION": "await", "RESULT_RETURNED": "returned"}


@dataclass(frozen=True)
class TaskView:
    """`raw` is the answer of the service; `kind` colours line and word, `mark` is the sign before the word.

    `reported_by` is who reports in place of the lead; empty where it reports itself.
    """

    raw: Task
    id: str
    code: str
    version: int
    shown_version: str
    content: str
    title: str
    state: str | None
    percent: int
    kind: str
    mark: str
    words: str
    under: str
    label: str
    bar: Bar
    due: date | None
    assigned_on: date
    lead: str
    lead_name: str
    reported_by: str
    document: str


def task_view(
    task: Task, axis: Axis, messages: Catalogue, *, lead: str, lead_name: str, reported_by: str = "", apart: bool = False
) -> TaskView:
    due, assigned_on = day_of(task["due"]), date.fromisoformat(task["assigned_on"])
    completed_on = day_of(task.get("completed_on"))
    awaiting = task["state"] == "AWAITING_CONFIRMATION"
    submitted_on = day_of_moment(task.get("submitted_at")) if awaiting else None
    reported_on = day_of_moment(task.get("last_reported_at"))
    kind = APART if apart else kind_of(task)
    words = _words(task, kind, due, completed_on, submitted_on, axis, messages)
    assigned_words = messages("deadline.assigned-on", day=near_day(assigned_on, axis.today))
    due_words = messages("deadline.due-on", day=near_day(due, axis.today)) if due else None
    submitted_words = messages("deadline.submitted-on", day=near_day(submitted_on, axis.today)) if submitted_on else None
    reported_words = messages("deadline.reported-on", day=near_day(reported_on, axis.today)) if reported_on else None
    return TaskView(
        raw=task,
        id=task["id"],
        code=task["code"],
        version=task["version"],
        shown_version=_shown_version(task),
        content=task["content"],
        title=shortened(task["content"]),
        state=task["state"],
        percent=task["percent"],
        kind=kind,
        mark=kind if kind == APART else MARKS.get(task["state"] or "", kind),
        words=words,
        under=submitted_words or due_words or assigned_words,
        label=", ".join(part for part in (messages(f"status.{kind}"), assigned_words, due_words, reported_words, words) if part),
        bar=axis.bar(kind=kind, assigned_on=assigned_on, due=due, ended_on=completed_on or submitted_on, reported_on=reported_on),
        due=due,
        assigned_on=assigned_on,
        lead=lead,
        lead_name=lead_name,
        reported_by=reported_by,
        document=document_label(task["directive"]),
    )


def _shown_version(task: Task) -> str:
    """What tells an open list that this row has changed: a group changes with its parts, and has no event of its own."""
    parts = task["children_summary"]
    counts = [parts[name] for name in ("total", "accepted", "awaiting", "completed", "overdue")] if parts else []
    return ".".join(str(number) for number in (task["version"], *counts))


def shortened(content: str) -> str:
    """The beginning of a long demand, cut between words: a heading; the whole stands below it."""
    if len(content) <= LONGEST_TITLE:
        return content
    return content[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def kind_of(task: Task) -> str:
    """A result that awaits the Office keeps the colour of its bucket: the Office's delay is not the agency's."""
    if task["relation"] == "COORDINATING":
        return APART
    standing = (task.get("deadline") or {}).get("kind")
    return KINDS.get(standing or "") or BUCKETS[task["bucket"] or "open_undated"]


def document_label(directive: DirectiveOut | DirectiveListItem) -> str:
    """ "5425/UBND-KGVX"; the subject while the document has no number."""
    return "/".join(part for part in (directive.get("number"), directive.get("notation")) if part) or str(directive["subject"])


def _words(
    task: Task,
    kind: str,
    due: date | None,
    completed_on: date | None,
    submitted_on: date | None,
    axis: Axis,
    messages: Catalogue,
) -> str:
    deadline = task.get("deadline") or {}
    if completed_on is not None:
        if kind == "late" and due is not None:
            return messages("deadline.done-late", day=near_day(completed_on, axis.today), n=(completed_on - due).days)
        return messages("deadline.done", day=near_day(completed_on, axis.today))
    if submitted_on is not None:
        return messages("deadline.handed-in" if kind == APART else "deadline.awaiting")
    if kind == "overdue":
        days = deadline.get("days_overdue")
        return messages("deadline.overdue", n=(axis.today - due).days if days is None and due else days)
    if due is None:
        return messages("deadline.undated")
    if kind == APART:
        return messages("deadline.due-on", day=near_day(due, axis.today))
    if due == axis.today:
        return messages("deadline.today")
    return _words_to_come(due, deadline.get("working_days_left"), axis, messages)


def _words_to_come(due: date, working_days_left: int | None, axis: Axis, messages: Catalogue) -> str:
    """Days that are left; the day itself where no working day lies between, for "0 left" says that it is over."""
    if due == axis.today + ONE_DAY:
        return messages("deadline.tomorrow")
    if working_days_left == 0:
        weekday = WEEKDAYS[messages.language][due.weekday()]
        return messages("deadline.on-a-day-off", weekday=weekday, day=near_day(due, axis.today))
    if working_days_left is None:
        return messages("deadline.until", day=near_day(due, axis.today))
    return messages("deadline.left", n=working_days_left)
