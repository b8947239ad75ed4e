"""Every rule of a task that judges a day, on both sides of midnight in Viet Nam: a minute before is this day, a minute later the next.

Seven in the morning there is midnight in UTC, and changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from libs.common.domain import DomainError
from libs.contracts.buckets import AwaitingCountsAs, Bucket
from libs.contracts.province import ProvinceRules
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.lifecycle import State
from services.tasks.domain.overdue_notice import OverdueNotice
from services.tasks.domain.task import Task
from tests.unit.test_task import DUE, INDUSTRY, PERSON, at, confirm, given, in_state, submit

NEXT = DUE + timedelta(days=1)
EARLIER = DUE - timedelta(days=3)
BY_DUE, BY_DATE = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE, AwaitingCountsAs.BY_DATE
# Moments of DUE and of the day after it.
OF_THE_DAY = (at(DUE, 0), at(DUE, 6, 59), at(DUE, 7, 1), at(DUE, 23, 59))
OF_THE_NEXT = (at(NEXT, 0), at(NEXT, 6, 59), at(NEXT, 7, 1), at(NEXT, 23, 59))
MOMENTS = [*((moment, DUE) for moment in OF_THE_DAY), *((moment, NEXT) for moment in OF_THE_NEXT)]


def assigned(moment: datetime) -> Task:
    task = given()
    return Task.assign(task.id, replace(task.assigned, assigned_at=moment), lead=task.lead_agency_id)


def submitted(moment: datetime, report_date: date = EARLIER) -> Task:
    task = in_state(State.ACCEPTED)
    submit(task, report_date=report_date, moment=moment)
    return task


def confirmed(moment: datetime) -> Task:
    """Submitted then, and confirmed much later: the Office's delay makes nobody late."""
    task = submitted(moment)
    confirm(task, at(NEXT + timedelta(days=9), 12))
    return task


def returned_and_submitted(moment: datetime) -> Task:
    """A returned result loses its earlier time ([S12])."""
    task = submitted(at(EARLIER, 12))
    task.return_result(reason="Thiếu", by=PERSON, at=at(EARLIER, 13))
    submit(task, report_date=EARLIER, moment=moment)
    confirm(task, at(NEXT + timedelta(days=9), 12))
    return task


def lead_since(moment: datetime) -> date:
    task = given()
    task.change_lead(INDUSTRY, reason="Đúng chức năng", at=moment)
    ended = next(one for one in task.assignments if one.role is AssignmentRole.LEAD and one.valid_to is not None)
    begun = next(one for one in task.in_force if one.role is AssignmentRole.LEAD)
    assert (begun.valid_from, ended.valid_to) == (begun.valid_from, begun.valid_from - timedelta(days=1))
    return begun.valid_from


DAYS: dict[str, Callable[[datetime], date | None]] = {
    "it is assigned on": lambda moment: assigned(moment).assigned.assigned_on,
    "its first lead leads from": lambda moment: assigned(moment).assignments[0].valid_from,
    "it is submitted on": lambda moment: submitted(moment).standing().submitted_on,
    "it is completed on the day of entry": lambda moment: confirmed(moment).course.completed_on,
    "after a return it is the day of the new entry": lambda moment: returned_and_submitted(moment).course.completed_on,
    "another lead leads from": lead_since,
}


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
@pytest.mark.parametrize("rule", DAYS.values(), ids=DAYS.keys())
def test_a_moment_is_of_its_day_in_viet_nam(rule: Callable[[datetime], date | None], moment: datetime, day: date) -> None:
    assert rule(moment) == day


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_a_report_is_of_today_and_not_of_tomorrow(moment: datetime, day: date) -> None:
    assert submitted(moment, report_date=day).course.results[-1].report_date == day
    with pytest.raises(DomainError) as refused:
        submitted(moment, report_date=day + timedelta(days=1))
    assert refused.value.code == "report-date-in-future"


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_what_is_submitted_by_the_end_of_the_due_day_is_in_time(moment: datetime, day: date) -> None:
    in_time = day == DUE
    long_after = NEXT + timedelta(days=30)
    assert confirmed(moment).bucket(long_after, BY_DUE) is (Bucket.COMPLETED_ON_TIME if in_time else Bucket.COMPLETED_LATE)
    waits = submitted(moment)
    assert waits.bucket(long_after, BY_DUE) is (Bucket.OPEN_IN_TIME if in_time else Bucket.OPEN_OVERDUE)
    assert waits.bucket(long_after, BY_DATE) is Bucket.OPEN_OVERDUE
    assert waits.bucket(DUE, BY_DATE) is Bucket.OPEN_IN_TIME


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_a_due_day_ends_with_its_day(moment: datetime, day: date) -> None:
    if day == DUE:
        with pytest.raises(DomainError) as refused:
            OverdueNotice.tell(given(), ProvinceRules(), at=moment)
        assert refused.value.code == "not-overdue"
    else:
        assert OverdueNotice.tell(given(), ProvinceRules(), at=moment).due == DUE


@pytest.mark.parametrize(("moment", "day"), MOMENTS)
def test_it_counts_from_the_day_on_which_it_is_assigned(moment: datetime, day: date) -> None:
    task = assigned(moment)
    assert task.bucket(day - timedelta(days=1), BY_DUE) is None
    assert task.bucket(day, BY_DUE) is not None
