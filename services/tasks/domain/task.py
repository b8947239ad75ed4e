"""A task: what one agency must do, by when, and what became of it (rulebook 1.1, 1.3–1.5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, Refusal
from libs.contracts.buckets import AwaitingCountsAs, Bucket, Standing, bucket_of
from libs.contracts.directives import DirectiveSummary
from services.tasks.domain import events
from services.tasks.domain.assignment import Assignment, AssignmentRole
from services.tasks.domain.lifecycle import Action, AlreadyConfirmed, State, next_state
from services.tasks.domain.report import NO_ORIGIN, Origin, ProgressReport, Quality, Result

ONE_DAY = timedelta(days=1)
STRENGTH = {AssignmentRole.LEAD: 0, AssignmentRole.REPORTING: 1, AssignmentRole.COORDINATING: 2}
"""Which part of an agency stays where it would have two."""
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


class LeadsAlready(DomainError):
    """The agency leads the task already."""

    code = "leads-already"


class GroupHasNoLead(DomainError):
    """A group is led by nobody; each of its parts has a lead of its own."""

    code = "group-has-no-lead"


@dataclass(frozen=True)
class TaskTerms:
    """What a task is given when it is assigned; it does not change afterwards, but for the due date.

    `group_id` is the group it is a part of, `field` the key of its field (lĩnh vực). Of the parent of a group, `group_name` is what its
    issuer calls one that he has composed, and `left_out` how many of it are not given the task.
    """

    number: int
    directive: DirectiveSummary
    group_id: UUID | None
    is_group: bool
    ordinal: int
    content: str
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    original_due: date | None
    assigned_at: datetime
    field: str | None = None
    flags: tuple[str, ...] = ()
    group_name: str | None = None
    left_out: int = 0

    @property
    def assigned_on(self) -> date:
        return vietnam_date(self.assigned_at)


@dataclass
class Course:
    """How the task stands. `origin` is that of the result which awaits its decision."""

    state: State = State.ASSIGNED
    due: date | None = None
    percent: int = 0
    last_reported_at: datetime | None = None
    last_report_version: int | None = None
    completed_on: date | None = None
    return_count: int = 0
    results: list[Result] = field(default_factory=list)
    origin: Origin = NO_ORIGIN


class Task(Aggregate):
    """Nhiệm vụ. The parent of a group (`is_group`) has no lead and no life of its own: what its state is follows from its children."""

    def __init__(
        self,
        id: UUID,  # noqa: A002
        assigned: TaskTerms,
        assignments: Iterable[Assignment] = (),
        course: Course | None = None,
        *,
        version: int = 0,
    ) -> None:
        super().__init__(id, version)
        self.assigned = assigned
        self.assignments = list(assignments)
        self.course = course or Course(due=assigned.original_due)
        self.new_progress: list[tuple[int, ProgressReport]] = []
        self.assignments_changed = False

    @staticmethod
    def assign(
        id: UUID,  # noqa: A002
        assigned: TaskTerms,
        *,
        lead: UUID | None,
        reporting: UUID | None = None,
        coordinating: Iterable[UUID] = (),
        released_by: UUID | None = None,
    ) -> "Task":
        """`lead` is None for a group; `reporting` reports in its place. `released_by` is the membership that released the instruction."""
        since = assigned.assigned_on
        assignments = [Assignment(agency, AssignmentRole.COORDINATING, since) for agency in coordinating]
        if lead is not None:
            assignments.insert(0, Assignment(lead, AssignmentRole.LEAD, since, assigned.original_due))
        if reporting is not None:
            assignments.append(Assignment(reporting, AssignmentRole.REPORTING, since))
        task = Task(id, assigned, assignments)
        task.record(events.Assigned(released_by=released_by, occurred_at=assigned.assigned_at))
        return task

    @property
    def code(self) -> str:
        return f"NV-{self.assigned.number}"

    @property
    def is_group(self) -> bool:
        return self.assigned.is_group

    @property
    def in_force(self) -> list[Assignment]:
        """The assignments that count now; those that ended are history."""
        return [one for one in self.assignments if one.in_force]

    @property
    def lead_agency_id(self) -> UUID | None:
        return next((one.agency_id for one in self.in_force if one.role is AssignmentRole.LEAD), None)

    @property
    def reporting_agency_id(self) -> UUID | None:
        """Who reports in place of a lead that has no account."""
        return next((one.agency_id for one in self.in_force if one.role is AssignmentRole.REPORTING), None)

    @property
    def coordinating_agency_ids(self) -> tuple[UUID, ...]:
        return tuple(one.agency_id for one in self.in_force if one.role is AssignmentRole.COORDINATING)

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

    def change_lead(self, agency: UUID, *, reason: str, at: datetime) -> None:
        """Another agency leads from this day on; state and due date stay, and what was before stays with the former lead (rulebook 1.11).

        Of two leads on one day the later one counts at its end (rulebook 1.15). Who reported for the former lead does so no more.
        """
        if self.is_group:
            raise GroupHasNoLead
        if self.state is State.COMPLETED:
            raise AlreadyConfirmed
        if agency == self.lead_agency_id:
            raise LeadsAlready
        today = vietnam_date(at)
        # Who leads does not coordinate as well.
        ending = [one for one in self.in_force if one.role is not AssignmentRole.COORDINATING or one.agency_id == agency]
        ended = tuple(one.ended(last_day=today - ONE_DAY, because=reason) for one in ending)
        self.assignments = [ended[ending.index(one)] if one in ending else one for one in self.assignments]
        self.assignments.append(Assignment(agency, AssignmentRole.LEAD, today, self.course.due))
        self.assignments_changed = True
        self.record(events.LeadChanged(ended=ended, reason=reason, occurred_at=at))

    def pass_on(self, *, at: datetime) -> bool:
        """Chuyển tiếp: whoever took over from agencies that ended has their parts from now on (rulebook 1.11); state and due date stay.

        Nobody has two parts in one task: who leads coordinates no more, and who leads himself needs nobody who reports for him. Whether
        anything was passed on: nothing is of a task that is completed, or of whose agencies none has ended with one successor. Each part
        is told by itself, so that no event tells more than two that ended.
        """
        passing = sorted([one for one in self.in_force if one.heir is not None], key=lambda one: STRENGTH[one.role])
        if self.state is State.COMPLETED or not passing:
            return False
        for one in passing:
            self._pass_on(one, at=at)
        return True

    def _pass_on(self, passing: Assignment, *, at: datetime) -> None:
        assert passing.heir is not None
        today = vietnam_date(at)
        own = next((one for one in self.in_force if one.agency_id == passing.heir.agency_id), None)
        keeps_own = own is not None and STRENGTH[own.role] <= STRENGTH[passing.role]
        ending = [passing] if own is None or keeps_own else [passing, own]
        ended = tuple(one.ended(last_day=today - ONE_DAY, because=passing.heir.because) for one in ending)
        self.assignments = [ended[ending.index(one)] if one in ending else one for one in self.assignments]
        if not keeps_own:
            self.assignments.append(Assignment(passing.heir.agency_id, passing.role, today, passing.due))
        self.assignments_changed = True
        self.record(events.PassedOn(ended=ended, reason=passing.heir.because, occurred_at=at))

    def restate(self, fields: tuple[str, ...], *, at: datetime) -> None:
        """Nothing happened: say the state once more, with `fields` that earlier events did not carry."""
        self.record(events.Restated(fields=fields, occurred_at=at))

    def bucket(self, day: date, awaiting_counts_as: AwaitingCountsAs) -> Bucket | None:
        """Of a task that is no group, at the end of `day`, by the rule valid on it."""
        return bucket_of(self.standing(), day, awaiting_counts_as)
