"""What the API answers about tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from libs.common.actor import Actor
from libs.common.held.act import ActIsHeld, HeldAct
from libs.common.web.held import HeldOut
from libs.contracts.buckets import Bucket, is_due_soon
from libs.contracts.directives import DirectiveSummary
from libs.contracts.working_days import days_overdue
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.lifecycle import Action, State, why_not
from services.tasks.domain.permissions import Relation, actions_of, other_hands, relation_of
from services.tasks.domain.receipt import Receipt
from services.tasks.domain.report import Decision, Quality, Result
from services.tasks.domain.task import Task
from services.tasks.domain.today import Today


class AvailableAction(BaseModel):
    """A step that the actor may ever take with the task; `reason_code` says why not now."""

    action: Action
    allowed: bool
    reason_code: str | None


class DirectiveOut(BaseModel):
    id: UUID
    kind: str
    number: str | None
    notation: str | None
    subject: str
    issue_date: date
    urgency: str
    label: str

    @staticmethod
    def of(directive: DirectiveSummary) -> "DirectiveOut":
        return DirectiveOut(
            id=directive.id,
            kind=directive.kind,
            number=directive.number,
            notation=directive.notation,
            subject=directive.subject,
            issue_date=directive.issue_date,
            urgency=directive.urgency,
            label=directive.label,
        )


class Deadline(BaseModel):
    """How the task stands in time today. `days_overdue` counts calendar days, `working_days_left` working days."""

    kind: Literal["overdue", "due_soon", "in_time", "undated", "done_on_time", "done_late", "done_undated", "awaiting"]
    days_overdue: int
    working_days_left: int | None


class ChildrenSummary(BaseModel):
    """How many parts of a group instruction stand where. `kinds` are those of the agencies that do them."""

    total: int
    accepted: int
    awaiting: int
    completed: int
    overdue: int
    kinds: list[str]


class AssignmentOut(BaseModel):
    agency_id: UUID
    role: AssignmentRole


class ResultOut(BaseModel):
    """One version of the result. People are given by membership."""

    number: int
    report_number: str
    report_date: date
    summary: str
    file_id: UUID | None
    submitted_by: UUID
    submitted_at: datetime
    decision: Decision
    decided_by: UUID | None
    decided_at: datetime | None
    return_reason: str | None
    quality: Quality | None
    comment: str | None

    @staticmethod
    def of(result: Result) -> "ResultOut":
        return ResultOut.model_validate(result, from_attributes=True)


class TaskListItem(BaseModel):
    """Of a group, `group_name` is what its issuer calls one that he has composed, `left_out` how many of it are not given the task."""

    id: UUID
    code: str
    version: int
    state: State
    bucket: Bucket | None
    is_group: bool
    parent_id: UUID | None
    group_id: UUID | None
    group_name: str | None
    left_out: int
    directive: DirectiveOut
    ordinal: int
    content: str
    field: str | None
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    original_due: date | None
    due: date | None
    assigned_on: date
    percent: int
    last_reported_at: datetime | None
    submitted_at: datetime | None
    completed_on: date | None
    return_count: int
    lead_agency_id: UUID | None
    reporting_agency_id: UUID | None
    relation: Relation
    children_summary: ChildrenSummary | None
    deadline: Deadline
    flags: list[str]
    receipt_code: str | None
    available_actions: list[AvailableAction]
    held: HeldOut | None


class LeftToOthers(BaseModel):
    """A step that is possible now, for others of the actor's agency: by their ids, the head first."""

    action: Action
    person_ids: list[UUID]


class HistoryItem(BaseModel):
    """One thing that happened. `membership` of the actor is not given to agencies other than his own; `agency_id` is."""

    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor_person_id: UUID | None
    actor_role: str
    agency_id: UUID | None
    state: State
    percent: int
    change: dict[str, Any]
    progress: dict[str, Any] | None
    receipt_code: str | None


class TaskOut(TaskListItem):
    """`results` holds every version, oldest first; `result` the newest. `left_to_others` is told where one task is asked for, `history`
    where it is asked for as well.
    """

    assignments: list[AssignmentOut]
    result: ResultOut | None
    results: list[ResultOut]
    left_to_others: list[LeftToOthers]
    history: list[HistoryItem] | None


class CountsOut(BaseModel):
    total: int
    due_soon: int
    by_state: dict[str, int]
    by_bucket: dict[str, int]


class ReceiptOut(BaseModel):
    code: str
    task_id: UUID
    task_code: str
    version: int
    type: str
    received_at: datetime


class FileOut(BaseModel):
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


def available_actions(task: Task, actor: Actor, held: HeldAct | None = None) -> list[AvailableAction]:
    """Every step that this actor may ever take with this task, in the order of the life cycle, and why not now.

    `held` is the decision that waits for its effect, for those who may see it.
    """
    possible = actions_of(actor, task)
    waits = ActIsHeld if held is not None and held.void_because is None else None
    found: list[AvailableAction] = []
    for action in Action:
        if action in possible:
            refused = why_not(task.state, action) or other_hands(actor, action, task) or waits
            found.append(AvailableAction(action=action, allowed=refused is None, reason_code=refused.code if refused else None))
    return found


def percent_of(state: State, reported: int) -> int:
    """What is completed is done whole, whatever was last reported of it."""
    return 100 if state is State.COMPLETED else reported


def deadline_of(bucket: Bucket | None, due: date | None, state: State, today: Today) -> Deadline:
    return Deadline(
        kind=_kind(bucket, due, state, today),
        days_overdue=days_overdue(due, today.day) if due is not None and bucket is Bucket.OPEN_OVERDUE else 0,
        working_days_left=today.calendar.working_days_between(today.day, due)
        if due is not None and bucket is Bucket.OPEN_IN_TIME
        else None,
    )


def _kind(
    bucket: Bucket | None, due: date | None, state: State, today: Today
) -> Literal["overdue", "due_soon", "in_time", "undated", "done_on_time", "done_late", "done_undated", "awaiting"]:
    match bucket:
        case Bucket.COMPLETED_ON_TIME:
            return "done_on_time"
        case Bucket.COMPLETED_LATE:
            return "done_late"
        case Bucket.COMPLETED_UNDATED:
            return "done_undated"
        case Bucket.OPEN_OVERDUE:
            return "overdue"
    if state is State.AWAITING_CONFIRMATION:
        return "awaiting"
    if bucket is Bucket.OPEN_UNDATED:
        return "undated"
    return "due_soon" if is_due_soon(bucket, due, today.day, today.due_soon_until) else "in_time"


@dataclass(frozen=True)
class Bearing:
    """How a task stands today, beside what it is: its bucket, and for a group what its children say."""

    bucket: Bucket | None
    submitted_at: datetime | None
    children: ChildrenSummary | None = None
    last_completed_on: date | None = None

    @staticmethod
    def of_row(row: Any) -> "Bearing":
        """From a row of `queries.tasks`."""
        return Bearing(
            bucket=Bucket(row.bucket) if row.bucket else None,
            submitted_at=row.submitted_at,
            children=_children_of(row) if row.is_group else None,
            last_completed_on=row.last_completed_on,
        )

    @staticmethod
    def of_task(task: Task, today: Today) -> "Bearing":
        """Of a task that is no group, without asking the database again."""
        return Bearing(bucket=task.bucket(today.day, today.awaiting_counts_as), submitted_at=task.submitted_at)

    def state(self, task: Task) -> State:
        """The state of a group follows from its children: completed with the last, under way with the first."""
        if self.children is None:
            return task.state
        if self.children.total and self.children.completed == self.children.total:
            return State.COMPLETED
        return State.IN_PROGRESS if self.children.accepted else State.ASSIGNED


def _children_of(group: Any) -> ChildrenSummary:
    return ChildrenSummary(
        total=group.children or 0,
        accepted=group.accepted or 0,
        awaiting=group.awaiting or 0,
        completed=group.completed or 0,
        overdue=group.children_overdue or 0,
        kinds=sorted(group.kinds or ()),
    )


def list_item(task: Task, bearing: Bearing, actor: Actor, today: Today, *, held: HeldAct | None = None) -> TaskListItem:
    return TaskListItem(**_facts(task, bearing, actor, today, held))


def task_out(
    task: Task,
    bearing: Bearing,
    actor: Actor,
    today: Today,
    *,
    held: HeldAct | None = None,
    left_to_others: Sequence[LeftToOthers] = (),
    history: list[HistoryItem] | None = None,
) -> TaskOut:
    results = [ResultOut.of(result) for result in task.course.results]
    return TaskOut(
        **_facts(task, bearing, actor, today, held),
        assignments=[AssignmentOut(agency_id=one.agency_id, role=one.role) for one in task.in_force],
        result=results[-1] if results else None,
        results=results,
        left_to_others=list(left_to_others),
        history=history,
    )


def _facts(task: Task, bearing: Bearing, actor: Actor, today: Today, held: HeldAct | None) -> dict[str, Any]:
    state = bearing.state(task)
    assigned, course = task.assigned, task.course
    last = course.last_report_version
    return {
        "id": task.id,
        "code": task.code,
        "version": task.version,
        "state": state,
        "bucket": bearing.bucket,
        "is_group": task.is_group,
        "parent_id": assigned.group_id,
        "group_id": assigned.group_id,
        "group_name": assigned.group_name,
        "left_out": assigned.left_out,
        "directive": DirectiveOut.of(assigned.directive),
        "ordinal": assigned.ordinal,
        "content": assigned.content,
        "field": assigned.field,
        "deliverable": assigned.deliverable,
        "deadline_class": assigned.deadline_class,
        "deadline_wording": assigned.deadline_wording,
        "original_due": assigned.original_due,
        "due": course.due,
        "assigned_on": assigned.assigned_on,
        "percent": percent_of(state, course.percent),
        "last_reported_at": course.last_reported_at,
        "submitted_at": bearing.submitted_at,
        "completed_on": bearing.last_completed_on if task.is_group and state is State.COMPLETED else course.completed_on,
        "return_count": course.return_count,
        "lead_agency_id": task.lead_agency_id,
        "reporting_agency_id": task.reporting_agency_id,
        "relation": relation_of(actor, task),
        "children_summary": bearing.children,
        "deadline": deadline_of(bearing.bucket, course.due, state, today),
        "flags": list(assigned.flags),
        "receipt_code": str(Receipt(assigned.number, last)) if last is not None else None,
        "available_actions": available_actions(task, actor, held),
        "held": HeldOut.of(held, actor),
    }
