"""The six buckets of rulebook 1.5: one rule, as a function and as the same rule in SQL.

Overdue is never stored and never an event: the bucket follows from a few dates, the state and the day asked for, so that
figures and lists turn at midnight by themselves. `bucket_cases.py` holds the cases that both forms must agree on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Bucket(StrEnum):
    COMPLETED_ON_TIME = "completed_on_time"
    """C_on, hoàn thành đúng hạn (before time included)."""
    COMPLETED_LATE = "completed_late"
    """C_late, hoàn thành trễ hạn."""
    COMPLETED_UNDATED = "completed_undated"
    """C_nd, hoàn thành, không thời hạn."""
    OPEN_IN_TIME = "open_in_time"
    """U_in, chưa hoàn thành, trong hạn."""
    OPEN_OVERDUE = "open_overdue"
    """U_over, chưa hoàn thành, quá hạn."""
    OPEN_UNDATED = "open_undated"
    """U_nd, chưa hoàn thành, không thời hạn."""


COMPLETED = frozenset({Bucket.COMPLETED_ON_TIME, Bucket.COMPLETED_LATE, Bucket.COMPLETED_UNDATED})
"""C, đã hoàn thành."""
OPEN = frozenset({Bucket.OPEN_IN_TIME, Bucket.OPEN_OVERDUE, Bucket.OPEN_UNDATED})
"""U, chưa hoàn thành."""
DATED = frozenset(Bucket) - {Bucket.COMPLETED_UNDATED, Bucket.OPEN_UNDATED}
"""N_h, có thời hạn."""


class AwaitingCountsAs(StrEnum):
    """Setting of rulebook 1.5: how an undecided result counts once the due date has passed."""

    IN_TIME_IF_SUBMITTED_BY_DUE = "IN_TIME_IF_SUBMITTED_BY_DUE"
    """The Office's delay never makes an agency overdue."""
    BY_DATE = "BY_DATE"


@dataclass(frozen=True)
class Standing:
    """What a bucket depends on. `submitted_on` is the day in Viet Nam of the result that now awaits the Office."""

    state: str
    assigned_on: date
    due: date | None
    submitted_on: date | None = None
    completed_on: date | None = None


@dataclass(frozen=True)
class Members:
    """What the bucket of a group depends on of its members. `all_completed_on` is None while one of them is unfinished, or none known."""

    known: int
    any_overdue: bool
    all_completed_on: date | None


def bucket_of(
    task: Standing, as_of: date, awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
) -> Bucket | None:
    """The bucket of a task at the end of the day `as_of`; None while it is not yet assigned, so outside N."""
    if task.assigned_on > as_of:
        return None
    if is_finished(task, as_of):
        assert task.completed_on is not None
        return _completed_bucket(task.due, task.completed_on)
    if task.due is None:
        return Bucket.OPEN_UNDATED
    if as_of <= task.due:
        return Bucket.OPEN_IN_TIME
    waits_since_due = task.state == "AWAITING_CONFIRMATION" and task.submitted_on is not None and task.submitted_on <= task.due
    if waits_since_due and awaiting_counts_as is AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE:
        return Bucket.OPEN_IN_TIME
    return Bucket.OPEN_OVERDUE


def bucket_of_group(
    group: Standing,
    children: Iterable[Standing],
    as_of: date,
    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE,
) -> Bucket | None:
    """The bucket of a group instruction's parent: completed with its last child, on that child's date; overdue when any open child is.

    A parent whose children are not (all) known is open, and judged by its own due date as long as none is known.
    """
    members = list(children)
    return bucket_of_members(
        group,
        Members(
            known=len(members),
            any_overdue=any(bucket_of(child, as_of, awaiting_counts_as) is Bucket.OPEN_OVERDUE for child in members),
            all_completed_on=(
                max(child.completed_on for child in members if child.completed_on is not None)
                if members and all(is_finished(child, as_of) for child in members)
                else None
            ),
        ),
        as_of,
    )


def bucket_of_members(group: Standing, members: Members, as_of: date) -> Bucket | None:
    """`bucket_of_group` where the members are told as one."""
    if group.assigned_on > as_of:
        return None
    if members.any_overdue:
        return Bucket.OPEN_OVERDUE
    if members.all_completed_on is not None:
        return _completed_bucket(group.due, members.all_completed_on)
    if group.due is None:
        return Bucket.OPEN_UNDATED
    if not members.known and as_of > group.due:
        return Bucket.OPEN_OVERDUE
    return Bucket.OPEN_IN_TIME


def is_due_soon(bucket: Bucket | None, due: date | None, as_of: date, due_soon_until: date) -> bool:
    """Sắp đến hạn: open, in time and due by `due_soon_until`, a few working days ahead (`ProvinceRules.due_soon_until`).

    A flag beside the bucket, never a bucket of its own.
    """
    return bucket is Bucket.OPEN_IN_TIME and due is not None and as_of <= due <= due_soon_until


def is_finished(task: Standing, as_of: date) -> bool:
    """`finished` of rulebook 1.5."""
    return task.state == "COMPLETED" and task.completed_on is not None and task.completed_on <= as_of


def _completed_bucket(due: date | None, completed_on: date) -> Bucket:
    if due is None:
        return Bucket.COMPLETED_UNDATED
    return Bucket.COMPLETED_ON_TIME if completed_on <= due else Bucket.COMPLETED_LATE


AS_OF = "CAST(:as_of AS date)"


def finished_sql(task: str, as_of: str = AS_OF) -> str:
    """`finished` of rulebook 1.5 for the row `task`, never null."""
    return f"({task}.state = 'COMPLETED' AND coalesce({task}.completed_on <= {as_of}, false))"


def bucket_sql(
    task: str,
    as_of: str = AS_OF,
    *,
    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE,
) -> str:
    """`bucket_of` as an SQL expression over a row `task` with the columns of `Standing`."""
    still_in_time = (
        f"WHEN {task}.state = 'AWAITING_CONFIRMATION' AND {task}.submitted_on <= {task}.due THEN 'open_in_time' "
        if awaiting_counts_as is AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
        else ""
    )
    return (
        f"(CASE WHEN {task}.assigned_on > {as_of} THEN NULL "
        f"WHEN {finished_sql(task, as_of)} THEN {_completed_bucket_sql(task, f'{task}.completed_on')} "
        f"WHEN {task}.due IS NULL THEN 'open_undated' "
        f"WHEN {as_of} <= {task}.due THEN 'open_in_time' "
        f"{still_in_time}"
        f"ELSE 'open_overdue' END)"
    )


def due_soon_sql(bucket: str, due: str, as_of: str = AS_OF, until: str = "CAST(:due_soon_until AS date)") -> str:
    """`is_due_soon` as an SQL expression that is never null; `until` is its `due_soon_until`."""
    return f"coalesce({bucket} = 'open_in_time' AND {due} BETWEEN {as_of} AND {until}, false)"


def children_sql(child: str, as_of: str = AS_OF, *, bucket: str) -> str:
    """What `group_bucket_sql` needs of the children `child` of one parent, as columns of a query that aggregates over them.

    `bucket` is the children's own bucket, as the query has it.
    """
    return (
        f"count(*) AS children, bool_and({finished_sql(child, as_of)}) AS all_finished, "
        f"coalesce(bool_or({bucket} = 'open_overdue'), false) AS any_overdue, "
        f"max({child}.completed_on) AS last_completed_on"
    )


def group_bucket_sql(group: str, children: str, as_of: str = AS_OF) -> str:
    """`bucket_of_group` as an SQL expression; `children` is a row of `children_sql`, all null where a left join found none."""
    return (
        f"(CASE WHEN {group}.assigned_on > {as_of} THEN NULL "
        f"WHEN {children}.any_overdue THEN 'open_overdue' "
        f"WHEN {children}.all_finished THEN {_completed_bucket_sql(group, f'{children}.last_completed_on')} "
        f"WHEN {group}.due IS NULL THEN 'open_undated' "
        f"WHEN coalesce({children}.children, 0) = 0 AND {as_of} > {group}.due THEN 'open_overdue' "
        f"ELSE 'open_in_time' END)"
    )


def _completed_bucket_sql(task: str, completed_on: str) -> str:
    return (
        f"CASE WHEN {task}.due IS NULL THEN 'completed_undated' "
        f"WHEN {completed_on} <= {task}.due THEN 'completed_on_time' ELSE 'completed_late' END"
    )
