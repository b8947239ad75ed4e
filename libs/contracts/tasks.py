"""What the tasks service promises: the life of a task, each event with the full state after it."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from libs.contracts.contract import Contract, Part
from libs.contracts.directives import DirectiveSummary


class AssignmentState(Part):
    """Phân công: `role` is LEAD, COORDINATING or REPORTING. A moved task ends one assignment and starts another."""

    agency_id: UUID
    role: str
    due: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class TaskState(Part):
    """Nhiệm vụ. What figures and notices need without asking back; texts of progress reports stay at home.

    A group task (`is_group`) has no lead and no life of its own: its state is that of its children. `group_id` names the group
    that a task is a part of; `parent_id` says the same in version 1 and stays beside it. `assignments` are those in force:
    what ended stands in the change that ended it. `reporting_agency_id` reports in place of a lead that has no account: such a task
    counts for the province, and in the figures of no agency.
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
    group_id: UUID | None = None
    field: str | None = None
    reporting_agency_id: UUID | None = None


class NoChange(Part):
    """The state says all."""


class AssignedChange(Part):
    """`released_by` is the membership that released the instruction; tasks of before it was told say nothing."""

    released_by: UUID | None = None


class TaskAssigned(Contract):
    type: ClassVar[str] = "chidao.tasks.task-assigned.v1"
    state: TaskState
    change: AssignedChange


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
    """Before `overdue-told` took its place, telling raised the version of the task."""

    type: ClassVar[str] = "chidao.tasks.task-overdue.v1"
    published: ClassVar[bool] = False
    state: TaskState
    change: OverdueChange


class LeadChange(Part):
    """`ended` are the assignments that ended, each with its last day (rulebook 1.15); `reason` is what the agencies read."""

    ended: tuple[AssignmentState, ...]
    reason: str


class LeadChanged(Contract):
    """Another agency leads from now on; what was before it stays with the agency that led then (rulebook 1.11)."""

    type: ClassVar[str] = "chidao.tasks.lead-changed.v1"
    state: TaskState
    change: LeadChange


class PassedOnChange(Part):
    """`ended` are the assignments that ended, each with its last day (rulebook 1.15); `reason` is the decision on the reorganisation."""

    ended: tuple[AssignmentState, ...]
    reason: str


class TaskPassedOn(Contract):
    """An agency that had a part in it has ended, and the one that took over has the part from now on (rulebook 1.11).

    Nobody decided on this task; where somebody did, it is `lead-changed`.
    """

    type: ClassVar[str] = "chidao.tasks.task-passed-on.v1"
    state: TaskState
    change: PassedOnChange


class RestatedChange(Part):
    """`fields` are those that earlier events of this type did not carry."""

    fields: tuple[str, ...]


class TaskRestated(Contract):
    """Nothing happened: the same state once more, with fields that the events before it lacked."""

    type: ClassVar[str] = "chidao.tasks.task-restated.v1"
    state: TaskState
    change: RestatedChange


class OverdueTold(Contract):
    """It was told that this due date passed. A thing of its own: a task's version is what its parties see of the task (rulebook 1.15).

    Its aggregate is the telling, one for each task and due date; `state` is the task as it stood. Takes the place of `task-overdue`.
    """

    type: ClassVar[str] = "chidao.tasks.overdue-told.v1"
    state: TaskState
    change: OverdueChange
