"""The case table of the bucket rule: run against the function, and against the SQL of tasks and of reporting."""

from dataclasses import dataclass
from datetime import date, timedelta

from libs.contracts.buckets import AwaitingCountsAs, Bucket, Standing

DUE = date(2026, 3, 10)
BEFORE = DUE - timedelta(days=1)
AFTER = DUE + timedelta(days=1)
ASSIGNED = date(2026, 2, 12)
BY_DATE = AwaitingCountsAs.BY_DATE


@dataclass(frozen=True)
class Case:
    rule: str
    task: Standing
    as_of: date
    bucket: Bucket | None
    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE


@dataclass(frozen=True)
class GroupCase:
    rule: str
    group: Standing
    children: tuple[Standing, ...]
    as_of: date
    bucket: Bucket | None


def _open(state: str = "IN_PROGRESS", due: date | None = DUE, submitted_on: date | None = None) -> Standing:
    return Standing(state, ASSIGNED, due, submitted_on)


def _completed(completed_on: date, due: date | None = DUE) -> Standing:
    return Standing("COMPLETED", ASSIGNED, due, completed_on, completed_on)


CASES: tuple[Case, ...] = (
    Case("before its assignment a task is not counted", _open(), ASSIGNED - timedelta(days=1), None),
    Case("on the day of its assignment it is", _open("ASSIGNED"), ASSIGNED, Bucket.OPEN_IN_TIME),
    Case("assigned after its due date", Standing("ASSIGNED", AFTER, DUE), AFTER, Bucket.OPEN_OVERDUE),
    Case("the due date itself is in time", _open(), DUE, Bucket.OPEN_IN_TIME),
    Case("the day after is not", _open(), AFTER, Bucket.OPEN_OVERDUE),
    Case("no due date is never overdue", _open(due=None), date(2036, 1, 1), Bucket.OPEN_UNDATED),
    Case("completed before time is on time", _completed(BEFORE), AFTER, Bucket.COMPLETED_ON_TIME),
    Case("completed on the due date", _completed(DUE), DUE, Bucket.COMPLETED_ON_TIME),
    Case("completed a day late", _completed(AFTER), AFTER, Bucket.COMPLETED_LATE),
    Case("completed without a due date", _completed(AFTER, due=None), AFTER, Bucket.COMPLETED_UNDATED),
    Case("seen from before its completion: still in time", _completed(DUE), BEFORE, Bucket.OPEN_IN_TIME),
    Case("seen from before its late completion: overdue", _completed(AFTER + timedelta(days=5)), AFTER, Bucket.OPEN_OVERDUE),
    Case("seen from before its completion, undated", _completed(AFTER, due=None), DUE, Bucket.OPEN_UNDATED),
    Case("completed, and nobody knows when: not yet", Standing("COMPLETED", ASSIGNED, DUE), AFTER, Bucket.OPEN_OVERDUE),
    Case("a day of completion without a completion", Standing("IN_PROGRESS", ASSIGNED, DUE, None, BEFORE), AFTER, Bucket.OPEN_OVERDUE),
    Case("submitted on the due date and undecided", _open("AWAITING_CONFIRMATION", submitted_on=DUE), AFTER, Bucket.OPEN_IN_TIME),
    Case("the same where only the date counts", _open("AWAITING_CONFIRMATION", submitted_on=DUE), AFTER, Bucket.OPEN_OVERDUE, BY_DATE),
    Case("awaiting, and nobody knows since when", _open("AWAITING_CONFIRMATION"), AFTER, Bucket.OPEN_OVERDUE),
    Case("submitted late and undecided", _open("AWAITING_CONFIRMATION", submitted_on=AFTER), AFTER, Bucket.OPEN_OVERDUE),
    Case("a returned result loses its earlier time", _open("RESULT_RETURNED", submitted_on=BEFORE), AFTER, Bucket.OPEN_OVERDUE),
    Case("a returned result before the due date", _open("RESULT_RETURNED", submitted_on=BEFORE), DUE, Bucket.OPEN_IN_TIME),
    Case("awaiting, undated", _open("AWAITING_CONFIRMATION", due=None, submitted_on=DUE), AFTER, Bucket.OPEN_UNDATED),
)

GROUP_CASES: tuple[GroupCase, ...] = (
    GroupCase("not yet assigned", _open(), (_open(),), ASSIGNED - timedelta(days=1), None),
    GroupCase("no child known, before the due date", _open(), (), DUE, Bucket.OPEN_IN_TIME),
    GroupCase("no child known, after the due date", _open(), (), AFTER, Bucket.OPEN_OVERDUE),
    GroupCase("no child known, undated", _open(due=None), (), AFTER, Bucket.OPEN_UNDATED),
    GroupCase("one child still open", _open(), (_completed(BEFORE), _open()), DUE, Bucket.OPEN_IN_TIME),
    GroupCase("one open child overdue", _open(), (_completed(BEFORE), _open()), AFTER, Bucket.OPEN_OVERDUE),
    GroupCase(
        "the only open child waits for the Office",
        _open(),
        (_completed(BEFORE), _open("AWAITING_CONFIRMATION", submitted_on=DUE)),
        AFTER,
        Bucket.OPEN_IN_TIME,
    ),
    GroupCase("completed with its last child, on time", _open(), (_completed(BEFORE), _completed(DUE)), AFTER, Bucket.COMPLETED_ON_TIME),
    GroupCase("completed with its last child, late", _open(), (_completed(BEFORE), _completed(AFTER)), AFTER, Bucket.COMPLETED_LATE),
    GroupCase("seen from before the last child's completion", _open(), (_completed(BEFORE), _completed(AFTER)), DUE, Bucket.OPEN_IN_TIME),
    GroupCase(
        "completed, undated", _open(due=None), (_completed(BEFORE, due=None), _completed(AFTER, due=None)), AFTER, Bucket.COMPLETED_UNDATED
    ),
    GroupCase("one child open, undated", _open(due=None), (_completed(BEFORE, due=None), _open(due=None)), AFTER, Bucket.OPEN_UNDATED),
)
