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


def of_a_task(awaiting_counts_as: AwaitingCountsAs) -> Mapping[Bucket, str]:
    """Which tasks are in a bucket, by the rule valid today."""
    return {
        Bucket.OPEN_OVERDUE: f"{OPEN} AND {_overdue('t', awaiting_counts_as)}",
        Bucket.OPEN_IN_TIME: f"{OPEN} AND t.due IS NOT NULL AND {_in_time('t', awaiting_counts_as)}",
        Bucket.OPEN_UNDATED: f"{OPEN} AND t.due IS NULL",
        Bucket.COMPLETED_ON_TIME: f"{COMPLETED} AND t.completed_on <= t.due",
        Bucket.COMPLETED_LATE: f"{COMPLETED} AND t.completed_on > t.due",
        Bucket.COMPLETED_UNDATED: f"{COMPLETED} AND t.due IS NULL",
    }


# Open parts are few, finished ones many: an array that is made once from the index of the open ones tells which groups are open.
_GROUPS_OF_OPEN_PARTS = "SELECT DISTINCT c.group_id FROM task c WHERE c.group_id IS NOT NULL AND c.state <> 'COMPLETED'"
_OPEN_GROUPS = f"ARRAY({_GROUPS_OF_OPEN_PARTS})"
_FINISHED_GROUP = f"NOT t.id = ANY({_OPEN_GROUPS})"
# The newest day comes from the end of an index, without a look at the parts.
_LAST_COMPLETED_ON = "(SELECT max(c.completed_on) FROM task c WHERE c.group_id = t.id)"


def of_a_group(awaiting_counts_as: AwaitingCountsAs) -> Mapping[Bucket, str]:
    """Which groups are in a bucket, by the rule valid today."""
    overdue_group = f"t.id = ANY(ARRAY({_GROUPS_OF_OPEN_PARTS} AND {_overdue('c', awaiting_counts_as)}))"
    open_group = f"t.id = ANY({_OPEN_GROUPS}) AND NOT {overdue_group}"
    return {
        Bucket.OPEN_OVERDUE: overdue_group,
        Bucket.OPEN_IN_TIME: f"t.due IS NOT NULL AND {open_group}",
        Bucket.OPEN_UNDATED: f"t.due IS NULL AND {open_group}",
        Bucket.COMPLETED_ON_TIME: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} <= t.due",
        Bucket.COMPLETED_LATE: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} > t.due",
        Bucket.COMPLETED_UNDATED: f"{_FINISHED_GROUP} AND t.due IS NULL",
    }


def is_open(*, group: bool) -> str:
    """Which tasks, or groups, are not completed: those of the three open buckets together."""
    return f"t.id = ANY({_OPEN_GROUPS})" if group else OPEN


def which(buckets: Mapping[Bucket, str]) -> str:
    """The bucket itself. None before the day of assignment."""
    cases = " ".join(f"WHEN {condition} THEN '{bucket}'" for bucket, condition in buckets.items())
    return f"(CASE WHEN t.assigned_on > {AS_OF} THEN NULL {cases} END)"


def due_soon(in_time: str) -> str:
    """`in_time` is the condition of OPEN_IN_TIME of a task or of a group. Never null."""
    return f"(t.due IS NOT NULL AND t.due BETWEEN {AS_OF} AND CAST(:due_soon_until AS date) AND {in_time})"
