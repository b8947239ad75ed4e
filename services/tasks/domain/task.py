"""A task: what one agency must do, by when, and what became of it (rulebook 1.1, 1.3–1.5)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, Refusal
from libs.contracts.buckets import Bucket, Standing, bucket_of
from libs.contracts.directives import DirectiveSummary
from services.tasks.domain import events
from services.tasks.domain.lifecycle import Action, State, next_state
from services.tasks.domain.report import ProgressReport, Quality, Result

DUE_HAS_PASSED = "due-had-passed"
"""Flag: the due date lay before the day of assignment. A released instruction is never refused, what is wrong with it is shown."""


class ReportDateInFuture(DomainError):
    """The report document's date is not after the day of entry (rulebook 1.4)."""

    code = "report-date-in-future"
    refusal = Refusal.NEVER_RIGHT
    field = "report_date"


class FileMissing(DomainError):
    """Report document number, date, file and summary are all mandatory (rulebook 1.4)."""

    code = "file-missing"
    refusal = Refusal.NEVER_RIGHT
    field = "file_id"


class NotOverdue(DomainError):
    """Its due date has not passed, or it was told already."""

    code = "not-overdue"


@dataclass(frozen=True)
class Assigned:
    """What a task is given when it is assigned; it does not change afterwards, but for the due date."""

    number: int
    directive: DirectiveSummary
    parent_id: UUID | None
    is_group: bool
    ordinal: int
    content: str
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    original_due: date | None
    assigned_at: datetime
    lead_agency_id: UUID | None
    coordinating_agency_ids: tuple[UUID, ...]
    flags: tuple[str, ...] = ()

    @property
    def assigned_on(self) -> date:
        return vietnam_date(self.assigned_at)


@dataclass
class Course:
    """How the task stands. `overdue_told_for` is the due date whose passing was told, once."""

    state: State = State.ASSIGNED
    due: date | None = None
    percent: int = 0
    last_reported_at: datetime | None = None
    last_report_version: int | None = None
    completed_on: date | None = None
    return_count: int = 0
    overdue_told_for: date | None = None
    results: list[Result] = field(default_factory=list)


class Task(Aggregate):
    """Nhiệm vụ. The parent of a group (`is_group`) has no lead and no life of its own: what its state is follows from its children."""

    def __init__(self, id: UUID, assigned: Assigned, course: Course | None = None, *, version: int = 0) -> None:  # noqa: A002
        super().__init__(id, version)
        self.assigned = assigned
        self.course = course or Course(due=assigned.original_due)
        self.new_progress: list[tuple[int, ProgressReport]] = []

    @staticmethod
    def assign(id: UUID, assigned: Assigned) -> "Task":  # noqa: A002
        task = Task(id, assigned)
        task.record(events.Assigned(occurred_at=assigned.assigned_at))
        return task

    @property
    def code(self) -> str:
        return f"NV-{self.assigned.number}"

    @property
    def is_group(self) -> bool:
        return self.assigned.is_group

    @property
    def lead_agency_id(self) -> UUID | None:
        return self.assigned.lead_agency_id

    @property
    def coordinating_agency_ids(self) -> tuple[UUID, ...]:
        return self.assigned.coordinating_agency_ids

    @property
    def state(self) -> State:
        return self.course.state

    @property
    def result(self) -> Result | None:
        """The newest version of the result."""
        return self.course.results[-1] if self.course.results else None

    @property
    def awaiting_result(self) -> Result | None:
        return self.result if self.state is State.AWAITING_CONFIRMATION else None

    @property
    def submitted_at(self) -> datetime | None:
        """When the result that waits or was confirmed was submitted: a returned one loses its time (rulebook 1.5)."""
        decisive = self.result if self.state in (State.AWAITING_CONFIRMATION, State.COMPLETED) else None
        return decisive.submitted_at if decisive else None

    def standing(self) -> Standing:
        submitted = self.submitted_at
        return Standing(
            state=self.state,
            assigned_on=self.assigned.assigned_on,
            due=self.course.due,
            submitted_on=vietnam_date(submitted) if submitted else None,
            completed_on=self.course.completed_on,
        )

    def accept(self, *, at: datetime) -> None:
        """Tiếp nhận."""
        self.course.state = next_state(self.state, Action.ACCEPT)
        self.record(events.Accepted(occurred_at=at))

    def report_progress(self, report: ProgressReport) -> None:
        """Báo cáo tiến độ; 100 % is not yet a completion, only a result is (rulebook 1.1 rule 2)."""
        self.course.state = next_state(self.state, Action.REPORT_PROGRESS)
        self.course.percent = report.percent
        self.course.last_reported_at = report.reported_at
        difficulty = report.difficulty is not None or report.proposal is not None
        version = self.record(events.ProgressReported(percent=report.percent, has_difficulty=difficulty, occurred_at=report.reported_at))
        self.course.last_report_version = version
        self.new_progress.append((version, report))

    def submit_result(
        self, *, report_number: str, report_date: date, summary: str, file_id: UUID | None, file_required: bool, by: UUID, at: datetime
    ) -> None:
        """Báo cáo hoàn thành: the report document exists and is entered; the Office decides (rulebook 1.4)."""
        if report_date > vietnam_date(at):
            raise ReportDateInFuture
        if file_required and file_id is None:
            raise FileMissing
        self.course.state = next_state(self.state, Action.SUBMIT_RESULT)
        result = Result(len(self.course.results) + 1, report_number, report_date, summary, file_id, by, at)
        self.course.results.append(result)
        self.course.last_reported_at = at
        self.course.last_report_version = self.record(
            events.ResultSubmitted(result_number=result.number, report_number=report_number, report_date=report_date, occurred_at=at)
        )

    def confirm(self, *, quality: Quality | None, comment: str | None, by: UUID, at: datetime) -> None:
        """Xác nhận: completed on the later of the document's date and the day of its entry (rulebook 1.5, [S2])."""
        self.course.state = next_state(self.state, Action.CONFIRM)
        result = self.course.results[-1].confirmed(quality=quality, comment=comment, by=by, at=at)
        self.course.results[-1] = result
        self.course.completed_on = max(result.report_date, vietnam_date(result.submitted_at))
        self.record(events.ResultConfirmed(result_number=result.number, quality=quality, occurred_at=at))

    def return_result(self, *, reason: str, by: UUID, at: datetime) -> None:
        """Trả lại: counts as not completed, and as one quality return ([S12])."""
        self.course.state = next_state(self.state, Action.RETURN_RESULT)
        result = self.course.results[-1].returned(reason=reason, by=by, at=at)
        self.course.results[-1] = result
        self.course.return_count += 1
        self.record(events.ResultReturned(result_number=result.number, reason=reason, occurred_at=at))

    def note_overdue(self, *, at: datetime) -> None:
        """Its due date has passed and it is still open: told once (rulebook 1.5, U_over)."""
        due = self.course.due
        if due is None or self.course.overdue_told_for is not None or self.bucket(vietnam_date(at)) is not Bucket.OPEN_OVERDUE:
            raise NotOverdue
        self.course.overdue_told_for = due
        self.record(events.BecameOverdue(due=due, occurred_at=at))

    def bucket(self, day: date) -> Bucket | None:
        """Of a task that is no group, at the end of `day`."""
        return bucket_of(self.standing(), day)
