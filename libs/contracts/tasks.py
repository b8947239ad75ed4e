"""What the tasks service promises: the life of a task, each event with the full state after it."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from libs.contracts.contract import Contract, Part
from libs.contracts.directives import DirectiveSummary


class AssignmentState(Part):
    """Phân công: `role` is LEAD or COORDINATING. A moved task ends one assignment and starts another."""

    agency_id: UUID
    role: str
    due: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class TaskState(Part):
    """Nhiệm vụ. What figures and notices need without asking back; texts of progress reports stay at home.

    A group task (`is_group`) has no lead and no life of its own: its state is that of its children.
    """

    id: UUID
    code: str
    directive: DirectiveSummary
    parent_id: UUID | None
    is_group: bool
    ordinal: int
    content: str
    state: str
    deadline_class: str
    original_due: date | None
    due: date | None
    assigned_on: date
    assigned_at: datetime
    lead_agency_id: UUID | None
    assignments: tuple[AssignmentState, ...]
    percent: int = 0
    last_reported_at: datetime | None = None
    submitted_at: datetime | None = None
    submitted_on: date | None = None
    report_document_date: date | None = None
    completed_on: date | None = None
    quality: str | None = None
    return_count: int = 0
    flags: tuple[str, ...] = ()


class NoChange(Part):
    """The state says all."""


class TaskAssigned(Contract):
    type: ClassVar[str] = "chidao.tasks.task-assigned.v1"
    state: TaskState
    change: NoChange


class TaskAccepted(Contract):
    type: ClassVar[str] = "chidao.tasks.task-accepted.v1"
    state: TaskState
    change: NoChange


class ProgressChange(Part):
    """`has_difficulty`: the report names a difficulty or a proposal."""

    percent: int
    has_difficulty: bool


class ProgressReported(Contract):
    type: ClassVar[str] = "chidao.tasks.progress-reported.v1"
    state: TaskState
    change: ProgressChange


class ResultChange(Part):
    """Which version of the result, 1 for the first; number and date of the report document."""

    result_number: int
    report_number: str
    report_date: date


class ResultSubmitted(Contract):
    type: ClassVar[str] = "chidao.tasks.result-submitted.v1"
    state: TaskState
    change: ResultChange


class ConfirmationChange(Part):
    result_number: int
    quality: str | None


class ResultConfirmed(Contract):
    type: ClassVar[str] = "chidao.tasks.result-confirmed.v1"
    state: TaskState
    change: ConfirmationChange


class ReturnChange(Part):
    """`reason` is what the agency reads in its notice."""

    result_number: int
    reason: str


class ResultReturned(Contract):
    type: ClassVar[str] = "chidao.tasks.result-returned.v1"
    state: TaskState
    change: ReturnChange


class OverdueChange(Part):
    """The due date that passed."""

    due: date


class TaskOverdue(Contract):
    type: ClassVar[str] = "chidao.tasks.task-overdue.v1"
    state: TaskState
    change: OverdueChange
