"""The case table against the rule as a function. The SQL of tasks and of reporting runs the same table with their own tests."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.bucket_cases import CASES, GROUP_CASES, Case, GroupCase
from libs.contracts.buckets import COMPLETED, DATED, OPEN, Bucket, Standing, bucket_of, bucket_of_group, is_due_soon
from libs.contracts.working_days import due_soon_until


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_case(case: Case) -> None:
    assert bucket_of(case.task, case.as_of, case.awaiting_counts_as) is case.bucket


@pytest.mark.parametrize("case", GROUP_CASES, ids=[case.rule for case in GROUP_CASES])
def test_group_case(case: GroupCase) -> None:
    assert bucket_of_group(case.group, case.children, case.as_of) is case.bucket


def test_the_table_reaches_every_bucket() -> None:
    assert {case.bucket for case in CASES} == {*Bucket, None}
    assert {case.bucket for case in GROUP_CASES} == {*Bucket, None}


def test_the_six_buckets_are_all_there_is() -> None:
    assert frozenset(Bucket) == COMPLETED | OPEN
    assert COMPLETED.isdisjoint(OPEN)
    assert len(DATED) == 4


def test_due_soon_is_within_three_working_days_and_not_past() -> None:
    friday_before_tet, wednesday_after = date(2026, 2, 13), date(2026, 2, 25)
    until = due_soon_until(friday_before_tet)
    assert is_due_soon(Bucket.OPEN_IN_TIME, friday_before_tet, friday_before_tet, until)
    assert is_due_soon(Bucket.OPEN_IN_TIME, wednesday_after, friday_before_tet, until)
    assert not is_due_soon(Bucket.OPEN_IN_TIME, wednesday_after + timedelta(days=1), friday_before_tet, until)
    # The due date is past: the result was submitted in time and waits for the Office.
    assert not is_due_soon(Bucket.OPEN_IN_TIME, friday_before_tet - timedelta(days=1), friday_before_tet, until)
    assert not is_due_soon(Bucket.OPEN_UNDATED, None, friday_before_tet, until)
    assert not is_due_soon(Bucket.OPEN_IN_TIME, None, friday_before_tet, until)
    assert not is_due_soon(Bucket.COMPLETED_ON_TIME, wednesday_after, friday_before_tet, until)


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))


@given(assigned_on=DAYS, due=DAYS, as_of=DAYS, later=st.integers(0, 60))
def test_an_open_task_once_overdue_stays_overdue(assigned_on: date, due: date, as_of: date, later: int) -> None:
    task = Standing("IN_PROGRESS", assigned_on, due)
    if bucket_of(task, as_of) is Bucket.OPEN_OVERDUE:
        assert bucket_of(task, as_of + timedelta(days=later)) is Bucket.OPEN_OVERDUE


@given(assigned_on=DAYS, due=st.none() | DAYS, completed_on=DAYS, as_of=DAYS)
def test_a_group_of_one_stands_as_its_only_child(assigned_on: date, due: date | None, completed_on: date, as_of: date) -> None:
    child = Standing("COMPLETED", assigned_on, due, completed_on, completed_on)
    assert bucket_of_group(Standing("ASSIGNED", assigned_on, due), [child], as_of) is bucket_of(child, as_of)
