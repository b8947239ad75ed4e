"""Where tasks stand today, as conditions that an index can serve.

The rule is `libs/contracts/buckets.py`; here it is said once more in the form "which rows are in this bucket". Two things hold of today
that do not hold of any day: nothing is completed or assigned after it. And a group has its parts from its first moment.
`tests/tasks/test_lists_agree.py` compares both for every bucket.
"""

from collections.abc import Mapping

from libs.contracts.buckets import AS_OF, AwaitingCountsAs, Bucket

OPEN = "t.state <> 'COMPLETED'"
COMPLETED = "t.state = 'COMPLETED'"


def _waits_since_due(task: str) -> str:
    return f"({task}.state = 'AWAITING_CONFIRMATION' AND {task}.submitted_on <= {task}.due)"


def _overdue(task: str, awaiting_counts_as: AwaitingCountsAs) -> str:
    """Of an open task. By the date alone a result that waits makes no difference."""
    passed = f"{task}.due < {AS_OF}"
    return passed if awaiting_counts_as is AwaitingCountsAs.BY_DATE else f"{passed} AND NOT {_waits_since_due(task)}"


def _in_time(task: str, awaiting_counts_as: AwaitingCountsAs) -> str:
    """Of an open task with a due date."""
    to_come = f"{task}.due >= {AS_OF}"
    return to_come if awaiting_counts_as is AwaitingCountsAs.BY_DATE else f"({to_come} OR {_waits_since_due(task)})"


# Where a completed task stands depends on no day, and is told without naming its state, so that an index of the completed ones suffices.
OF_A_COMPLETED_TASK: Mapping[Bucket, str] = {
    Bucket.COMPLETED_ON_TIME: "t.completed_on <= t.due",
    Bucket.COMPLETED_LATE: "t.completed_on > t.due",
    Bucket.COMPLETED_UNDATED: "t.due IS NULL",
}


def of_a_task(awaiting_counts_as: AwaitingCountsAs) -> Mapping[Bucket, str]:
    """Which tasks are in a bucket, by the rule valid today."""
    return {
        Bucket.OPEN_OVERDUE: f"{OPEN} AND {_overdue('t', awaiting_counts_as)}",
        Bucket.OPEN_IN_TIME: f"{OPEN} AND t.due IS NOT NULL AND {_in_time('t', awaiting_counts_as)}",
        Bucket.OPEN_UNDATED: f"{OPEN} AND t.due IS NULL",
        **{bucket: f"{COMPLETED} AND {condition}" for bucket, condition in OF_A_COMPLETED_TASK.items()},
    }


# Open parts are few, finished ones many: the index of the open ones tells which groups are open.
_OF_OPEN_PARTS = "SELECT c.group_id FROM task c WHERE c.group_id IS NOT NULL AND c.state <> 'COMPLETED'"
_FINISHED_GROUP = f"t.id NOT IN ({_OF_OPEN_PARTS})"
# The newest day comes from the end of an index, without a look at the parts.
_LAST_COMPLETED_ON = "(SELECT max(c.completed_on) FROM task c WHERE c.group_id = t.id)"


def _overdue_groups(awaiting_counts_as: AwaitingCountsAs) -> str:
    return f"{_OF_OPEN_PARTS} AND {_overdue('c', awaiting_counts_as)}"


def _among(groups: str, *, few: bool) -> str:
    return f"t.id IN ({groups})" if few else f"t.id = ANY(ARRAY({groups}))"


def of_a_group(awaiting_counts_as: AwaitingCountsAs, *, few: bool) -> Mapping[Bucket, str]:
    """Which groups are in a bucket, by the rule valid today.

    Where the list has only a `few` groups they are looked at one by one. Among all of them the open ones are fetched by their ids,
    for the planner would rather read every group there ever was.
    """
    overdue = _overdue("c", awaiting_counts_as)
    open_not_overdue = _among(f"{_OF_OPEN_PARTS} GROUP BY c.group_id HAVING bool_or({overdue}) IS NOT TRUE", few=few)
    return {
        Bucket.OPEN_OVERDUE: _among(_overdue_groups(awaiting_counts_as), few=few),
        Bucket.OPEN_IN_TIME: f"t.due IS NOT NULL AND {open_not_overdue}",
        Bucket.OPEN_UNDATED: f"t.due IS NULL AND {open_not_overdue}",
        Bucket.COMPLETED_ON_TIME: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} <= t.due",
        Bucket.COMPLETED_LATE: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} > t.due",
        Bucket.COMPLETED_UNDATED: f"{_FINISHED_GROUP} AND t.due IS NULL",
    }


def is_open(*, is_group: bool, few: bool) -> str:
    """Which tasks, or groups, are not completed: those of the three open buckets together. `few` as for `of_a_group`."""
    return _among(_OF_OPEN_PARTS, few=few) if is_group else OPEN


_BEFORE_ASSIGNED = f"WHEN t.assigned_on > {AS_OF} THEN NULL"


def which(buckets: Mapping[Bucket, str]) -> str:
    """The bucket itself. None before the day of assignment."""
    cases = " ".join(f"WHEN {condition} THEN '{bucket}'" for bucket, condition in buckets.items())
    return f"(CASE {_BEFORE_ASSIGNED} {cases} END)"


def which_of_a_group(awaiting_counts_as: AwaitingCountsAs) -> str:
    """The same for groups: which of them are open is asked once for all, and of a finished one only its last day."""
    return f"""(CASE {_BEFORE_ASSIGNED}
      WHEN t.id IN ({_overdue_groups(awaiting_counts_as)}) THEN '{Bucket.OPEN_OVERDUE}'
      WHEN {_FINISHED_GROUP} THEN
        CASE WHEN t.due IS NULL THEN '{Bucket.COMPLETED_UNDATED}'
             WHEN {_LAST_COMPLETED_ON} <= t.due THEN '{Bucket.COMPLETED_ON_TIME}' ELSE '{Bucket.COMPLETED_LATE}' END
      WHEN t.due IS NULL THEN '{Bucket.OPEN_UNDATED}' ELSE '{Bucket.OPEN_IN_TIME}' END)"""


def due_soon(in_time: str) -> str:
    """`in_time` is the condition of OPEN_IN_TIME of a task or of a group. Never null."""
    return f"(t.due IS NOT NULL AND t.due BETWEEN {AS_OF} AND CAST(:due_soon_until AS date) AND {in_time})"
