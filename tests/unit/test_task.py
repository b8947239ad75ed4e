"""The life of a task, given-when-then: what it was, what is done, what it is then. No database, no HTTP."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.common.domain import DomainError
from libs.contracts.buckets import AwaitingCountsAs, Bucket
from libs.contracts.directives import DirectiveSummary
from libs.contracts.province import Decision as ProvinceDecision
from libs.contracts.province import ProvinceRules
from services.tasks.domain import events
from services.tasks.domain.assignment import Assignment, AssignmentRole
from services.tasks.domain.lifecycle import State
from services.tasks.domain.overdue_notice import NotOverdue, OverdueNotice
from services.tasks.domain.report import Decision, ProgressReport, Quality
from services.tasks.domain.task import Task, TaskTerms
from services.tasks.outgoing import task_state

HEALTH, FINANCE, INDUSTRY, PERSON = uuid4(), uuid4(), uuid4(), uuid4()
DUE = date(2026, 3, 5)
ASSIGNED_ON = date(2026, 2, 12)
BY_THE_RESULT = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """By the clock in Viet Nam, which is seven hours ahead."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def given(
    *,
    due: date | None = DUE,
    lead: UUID | None = HEALTH,
    reporting: UUID | None = None,
    coordinating: tuple[UUID, ...] = (FINANCE,),
    is_group: bool = False,
) -> Task:
    directive = DirectiveSummary(
        id=uuid4(), kind="cong-van", number="5425", notation="UBND-KGVX", subject="Phòng dịch", issue_date=ASSIGNED_ON, urgency="NORMAL"
    )
    assigned = TaskTerms(
        number=1212,
        directive=directive,
        group_id=None,
        is_group=is_group,
        ordinal=1,
        content="Rà soát",
        deliverable=None,
        deadline_class="DATED" if due else "NONE",
        deadline_wording=None,
        original_due=due,
        assigned_at=at(ASSIGNED_ON, 9),
    )
    return Task.assign(uuid4(), assigned, lead=lead, reporting=reporting, coordinating=coordinating)


def submit(task: Task, *, report_date: date, moment: datetime, file: UUID | None = None, required: bool = False) -> None:
    task.submit_result(
        report_number="128/BC-SYT", report_date=report_date, summary="Xong", file_id=file, file_required=required, by=PERSON, at=moment
    )


def confirm(task: Task, moment: datetime) -> None:
    task.confirm(quality=Quality.GOOD, comment=None, by=PERSON, at=moment)


def progress(percent: int = 40, difficulty: str | None = None) -> ProgressReport:
    return ProgressReport(percent, "Đang làm", difficulty, None, PERSON, at(DUE, 10))


def in_state(state: State, *, reporting: UUID | None = None) -> Task:
    task = given(reporting=reporting)
    if state is State.ASSIGNED:
        return task
    task.accept(at=at(ASSIGNED_ON, 10))
    if state is State.IN_PROGRESS:
        task.report_progress(progress())
    if state in (State.AWAITING_CONFIRMATION, State.RESULT_RETURNED, State.COMPLETED):
        submit(task, report_date=DUE, moment=at(DUE, 10))
    if state is State.RESULT_RETURNED:
        task.return_result(reason="Thiếu số liệu", by=PERSON, at=at(DUE, 11))
    if state is State.COMPLETED:
        confirm(task, at(DUE, 11))
    assert task.state is state
    return task


ACTS: dict[str, Any] = {
    "accept": lambda task: task.accept(at=at(DUE, 12)),
    "progress": lambda task: task.report_progress(progress()),
    "submit": lambda task: submit(task, report_date=DUE, moment=at(DUE, 12)),
    "confirm": lambda task: confirm(task, at(DUE, 12)),
    "return": lambda task: task.return_result(reason="Thiếu", by=PERSON, at=at(DUE, 12)),
    "change lead": lambda task: task.change_lead(INDUSTRY, reason="Đúng chức năng", at=at(DUE, 12)),
}
# What each act makes of each state: the next state, or the code of the refusal.
EXPECTED = {
    State.ASSIGNED: [State.ACCEPTED, "not-accepted", "not-accepted", "no-result-to-decide", "no-result-to-decide", State.ASSIGNED],
    State.ACCEPTED: [
        "already-accepted",
        State.IN_PROGRESS,
        State.AWAITING_CONFIRMATION,
        "no-result-to-decide",
        "no-result-to-decide",
        State.ACCEPTED,
    ],
    State.IN_PROGRESS: [
        "already-accepted",
        State.IN_PROGRESS,
        State.AWAITING_CONFIRMATION,
        "no-result-to-decide",
        "no-result-to-decide",
        State.IN_PROGRESS,
    ],
    State.AWAITING_CONFIRMATION: [
        "already-accepted",
        "awaits-confirmation",
        "awaits-confirmation",
        State.COMPLETED,
        State.RESULT_RETURNED,
        State.AWAITING_CONFIRMATION,
    ],
    State.RESULT_RETURNED: [
        "already-accepted",
        "result-is-returned",
        State.AWAITING_CONFIRMATION,
        "no-result-to-decide",
        "no-result-to-decide",
        State.RESULT_RETURNED,
    ],
    State.COMPLETED: ["already-confirmed"] * 6,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_state(state: State, act: str) -> None:
    task = in_state(state)
    expected = EXPECTED[state][list(ACTS).index(act)]
    before, version = task_state(task), task.version
    if isinstance(expected, State):
        ACTS[act](task)
        assert (task.state, task.version) == (expected, version + 1)
    else:
        with pytest.raises(DomainError) as refused:
            ACTS[act](task)
        assert refused.value.code == expected
        assert (task_state(task), task.version) == (before, version), "a refusal changes nothing"


@pytest.mark.parametrize(
    ("report_date", "submitted_at", "completed_on", "bucket"),
    [
        # One minute before and at midnight of the due date, in Viet Nam; both are the same day in UTC.
        (DUE, at(DUE, 23, 59), DUE, Bucket.COMPLETED_ON_TIME),
        (DUE, at(DUE + timedelta(days=1), 0), DUE + timedelta(days=1), Bucket.COMPLETED_LATE),
        # The document may be older than its entry, which then decides.
        (DUE - timedelta(days=3), at(DUE, 8), DUE, Bucket.COMPLETED_ON_TIME),
        (DUE - timedelta(days=3), at(DUE + timedelta(days=2), 8), DUE + timedelta(days=2), Bucket.COMPLETED_LATE),
    ],
)
def test_completed_on_the_later_of_document_and_entry_and_not_when_it_is_confirmed(
    report_date: date, submitted_at: datetime, completed_on: date, bucket: Bucket
) -> None:
    task = in_state(State.ACCEPTED)
    submit(task, report_date=report_date, moment=submitted_at)
    confirmed_at = submitted_at + timedelta(days=30)
    confirm(task, confirmed_at)
    assert task.course.completed_on == completed_on
    assert task.bucket(confirmed_at.date(), BY_THE_RESULT) is bucket


def test_the_document_is_not_of_tomorrow_by_the_day_in_viet_nam() -> None:
    early = at(DUE, 1)
    assert early.date() == DUE - timedelta(days=1), "in UTC it is still the day before"
    task = in_state(State.ACCEPTED)
    submit(task, report_date=DUE, moment=early)
    assert [one.report_date for one in task.course.results] == [DUE]
    other = in_state(State.ACCEPTED)
    with pytest.raises(DomainError) as refused:
        submit(other, report_date=DUE + timedelta(days=1), moment=at(DUE, 23, 59))
    assert (refused.value.code, refused.value.field) == ("report-date-in-future", "report_date")


def test_a_result_brings_its_file_where_the_province_asks_for_it() -> None:
    task = in_state(State.ACCEPTED)
    with pytest.raises(DomainError) as refused:
        submit(task, report_date=DUE, moment=at(DUE, 10), required=True)
    assert (refused.value.code, refused.value.field, task.state) == ("file-missing", "file_id", State.ACCEPTED)
    submit(task, report_date=DUE, moment=at(DUE, 10), required=True, file=uuid4())
    assert task.state is State.AWAITING_CONFIRMATION


def test_a_returned_result_loses_its_time_and_stays_as_it_was() -> None:
    task = in_state(State.AWAITING_CONFIRMATION)
    assert task.bucket(DUE + timedelta(days=9), BY_THE_RESULT) is Bucket.OPEN_IN_TIME, "the Office's delay makes no agency late"
    assert task.bucket(DUE + timedelta(days=9), AwaitingCountsAs.BY_DATE) is Bucket.OPEN_OVERDUE, "unless the province counts by the date"
    task.return_result(reason="Thiếu số liệu", by=PERSON, at=at(DUE + timedelta(days=9), 8))
    assert (task.submitted_at, task.course.return_count) == (None, 1)
    assert task.bucket(DUE + timedelta(days=9), BY_THE_RESULT) is Bucket.OPEN_OVERDUE
    submit(task, report_date=DUE, moment=at(DUE + timedelta(days=10), 8))
    confirm(task, at(DUE + timedelta(days=10), 9))
    assert [(one.number, one.decision) for one in task.course.results] == [(1, Decision.RETURNED), (2, Decision.CONFIRMED)]
    assert task.course.completed_on == DUE + timedelta(days=10)


def test_a_report_carries_the_version_of_its_own_event_also_when_two_happen_at_once() -> None:
    task = in_state(State.ACCEPTED)
    task.report_progress(progress(40))
    task.report_progress(progress(60, difficulty="Thiếu kinh phí"))
    submit(task, report_date=DUE, moment=at(DUE, 10))
    recorded = task.take_recorded()
    assert [(one.version, type(one.event)) for one in recorded[-3:]] == [
        (3, events.ProgressReported),
        (4, events.ProgressReported),
        (5, events.ResultSubmitted),
    ]
    assert [(version, report.percent) for version, report in task.new_progress] == [(3, 40), (4, 60)]
    assert task.course.last_report_version == 5


def test_another_lead_from_this_day_on() -> None:
    task = given()
    day = ASSIGNED_ON + timedelta(days=5)
    task.change_lead(INDUSTRY, reason="Đúng chức năng", at=at(day, 0))
    assert (task.lead_agency_id, task.coordinating_agency_ids, task.course.due) == (INDUSTRY, (FINANCE,), DUE)
    former, coordinating, new = task.assignments
    assert former == Assignment(HEALTH, AssignmentRole.LEAD, ASSIGNED_ON, DUE, day - timedelta(days=1), "Đúng chức năng")
    assert coordinating.in_force
    assert new == Assignment(INDUSTRY, AssignmentRole.LEAD, day, DUE)
    event = task.take_recorded()[-1].event
    assert event == events.LeadChanged(ended=(former,), reason="Đúng chức năng", occurred_at=at(day, 0))
    assert {(one.agency_id, one.role) for one in task_state(task).assignments} == {(FINANCE, "COORDINATING"), (INDUSTRY, "LEAD")}


def test_who_takes_the_lead_does_not_coordinate_as_well() -> None:
    task = given()
    task.change_lead(FINANCE, reason="x", at=at(DUE, 8))
    assert [(one.agency_id, one.role) for one in task.in_force] == [(FINANCE, AssignmentRole.LEAD)]


def test_of_two_leads_on_one_day_the_later_counts_and_an_agency_may_come_back() -> None:
    task = given()
    for agency in (INDUSTRY, HEALTH):
        task.change_lead(agency, reason="x", at=at(DUE, 8))
    counted = [one.agency_id for one in task.assignments if one.role is AssignmentRole.LEAD and (one.valid_to or DUE) >= DUE]
    assert counted == [HEALTH], "at the end of the day"
    between = task.assignments[2]
    assert (between.agency_id, between.valid_from, between.valid_to) == (INDUSTRY, DUE, DUE - timedelta(days=1))


@pytest.mark.parametrize(
    ("task", "agency", "code"),
    [
        (given(), HEALTH, "leads-already"),
        (given(lead=None, is_group=True), HEALTH, "group-has-no-lead"),
        (in_state(State.COMPLETED), INDUSTRY, "already-confirmed"),
    ],
)
def test_a_lead_that_cannot_be_changed(task: Task, agency: UUID, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        task.change_lead(agency, reason="x", at=at(DUE, 8))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("task", "moment", "overdue"),
    [
        (given(), at(DUE, 23, 59), False),
        (given(), at(DUE + timedelta(days=1), 0), True),
        (given(due=None), at(DUE + timedelta(days=900), 0), False),
        (given(lead=None, is_group=True), at(DUE + timedelta(days=1), 0), False),
        (in_state(State.COMPLETED), at(DUE + timedelta(days=1), 0), False),
        (in_state(State.AWAITING_CONFIRMATION), at(DUE + timedelta(days=1), 0), False),
        (in_state(State.RESULT_RETURNED), at(DUE + timedelta(days=1), 0), True),
    ],
)
def test_overdue_is_told_as_a_thing_of_its_own(task: Task, moment: datetime, overdue: bool) -> None:
    version = task.version
    if overdue:
        notice = OverdueNotice.tell(task, ProvinceRules(), at=moment)
        assert (notice.task, notice.due, notice.version, task.version) == (task, DUE, 1, version)
        assert notice.id == OverdueNotice.tell(task, ProvinceRules(), at=moment + timedelta(days=1)).id, "one for each task and due date"
    else:
        with pytest.raises(DomainError) as refused:
            OverdueNotice.tell(task, ProvinceRules(), at=moment)
        assert refused.value.code == "not-overdue"


def test_overdue_is_told_by_the_rule_of_the_day() -> None:
    by_date_from = DUE + timedelta(days=3)
    rules = ProvinceRules({"awaiting_counts_as": [ProvinceDecision(by_date_from, "BY_DATE")]})
    task = in_state(State.AWAITING_CONFIRMATION)
    with pytest.raises(NotOverdue):
        OverdueNotice.tell(task, rules, at=at(DUE + timedelta(days=2), 23, 59))
    assert OverdueNotice.tell(task, rules, at=at(by_date_from, 0)).due == DUE


def test_what_is_assigned_has_nothing_done_of_it() -> None:
    course = given().course
    assert (course.state, course.due, course.percent, course.return_count, course.results) == (State.ASSIGNED, DUE, 0, 0, [])
    assert (course.last_reported_at, course.last_report_version, course.completed_on) == (None, None, None)


def test_a_task_that_is_read_again_stands_as_it_stood() -> None:
    known = in_state(State.COMPLETED)
    again = Task(known.id, known.assigned, known.assignments, known.course, version=known.version)
    assert (again.course, again.standing(), again.version) == (known.course, known.standing(), 4)


def test_a_report_of_progress_is_kept_and_told() -> None:
    task = in_state(State.ACCEPTED)
    task.take_recorded()
    task.report_progress(progress(100, difficulty="Thiếu kinh phí"))
    assert (task.state, task.course.percent, task.course.last_reported_at) == (State.IN_PROGRESS, 100, at(DUE, 10))
    assert (task.course.last_report_version, task.new_progress) == (3, [(3, progress(100, difficulty="Thiếu kinh phí"))])
    [recorded] = task.take_recorded()
    assert recorded.event == events.ProgressReported(percent=100, has_difficulty=True, occurred_at=at(DUE, 10))
    task.report_progress(ProgressReport(50, "Đang làm", None, "Bổ sung kinh phí", PERSON, at(DUE, 11)))
    task.report_progress(progress(60))
    assert [one.event.has_difficulty for one in task.take_recorded()] == [True, False]  # type: ignore[attr-defined]


def test_a_result_is_a_report_as_well() -> None:
    task = in_state(State.ACCEPTED)
    submit(task, report_date=DUE, moment=at(DUE, 15))
    assert (task.course.last_reported_at, task.course.last_report_version, task.version) == (at(DUE, 15), 3, 3)
    assert task.submitted_at == at(DUE, 15)


def test_only_what_awaits_or_was_confirmed_has_a_time_of_submission() -> None:
    assert in_state(State.IN_PROGRESS).submitted_at is None
    assert in_state(State.COMPLETED).submitted_at == at(DUE, 10)
    assert in_state(State.AWAITING_CONFIRMATION).awaiting_result is not None
    assert in_state(State.COMPLETED).awaiting_result is None


def test_a_restatement_says_the_same_with_another_field() -> None:
    task = in_state(State.ACCEPTED)
    task.take_recorded()
    task.restate(("field",), at=at(DUE, 12))
    [recorded] = task.take_recorded()
    assert (recorded.version, recorded.event) == (3, events.Restated(fields=("field",), occurred_at=at(DUE, 12)))


def test_assignments_are_written_anew_only_when_they_changed() -> None:
    task = in_state(State.ACCEPTED)
    assert task.assignments_changed is False
    task.change_lead(INDUSTRY, reason="Đúng chức năng", at=at(DUE, 12))
    assert task.assignments_changed is True
