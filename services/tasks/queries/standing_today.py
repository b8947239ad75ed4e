"""Where tasks stand today, as conditions that an index can serve.

The rule is `libs/contracts/buckets.py`; here it is said once more in the form "which rows are in this bucket". Two things hold of today
that do not hold of any day: nothing is completed or assigned after it. And a group has its parts from its first moment.
`tests/tasks/test_lists_agree.py` compares both for every bucket.
"""

from collections.abc import Mapping

from libs.contracts.buckets import AS_OF, Bucket

OPEN = "t.state <> 'COMPLETED'"
COMPLETED = "t.state = 'COMPLETED'"
_WAITS_SINCE_DUE = "(t.state = 'AWAITING_CONFIRMATION' AND t.submitted_on <= t.due)"

OF_A_TASK = {
    Bucket.OPEN_OVERDUE: f"{OPEN} AND t.due < {AS_OF} AND NOT {_WAITS_SINCE_DUE}",
    Bucket.OPEN_IN_TIME: f"{OPEN} AND t.due IS NOT NULL AND (t.due >= {AS_OF} OR {_WAITS_SINCE_DUE})",
    Bucket.OPEN_UNDATED: f"{OPEN} AND t.due IS NULL",
    Bucket.COMPLETED_ON_TIME: f"{COMPLETED} AND t.completed_on <= t.due",
    Bucket.COMPLETED_LATE: f"{COMPLETED} AND t.completed_on > t.due",
    Bucket.COMPLETED_UNDATED: f"{COMPLETED} AND t.due IS NULL",
}

# Open parts are few, finished ones many: an array that is made once from the index of the open ones tells which groups are open.
_OPEN_GROUPS = "ARRAY(SELECT DISTINCT c.group_id FROM task c WHERE c.group_id IS NOT NULL AND c.state <> 'COMPLETED')"
_OVERDUE_GROUPS = f"""ARRAY(SELECT DISTINCT c.group_id FROM task c WHERE c.group_id IS NOT NULL AND c.state <> 'COMPLETED'
  AND c.due < {AS_OF} AND NOT (c.state = 'AWAITING_CONFIRMATION' AND c.submitted_on <= c.due))"""
_OPEN_GROUP = f"t.id = ANY({_OPEN_GROUPS}) AND NOT t.id = ANY({_OVERDUE_GROUPS})"
_FINISHED_GROUP = f"NOT t.id = ANY({_OPEN_GROUPS})"
# The newest day comes from the end of an index, without a look at the parts.
_LAST_COMPLETED_ON = "(SELECT max(c.completed_on) FROM task c WHERE c.group_id = t.id)"

OF_A_GROUP = {
    Bucket.OPEN_OVERDUE: f"t.id = ANY({_OVERDUE_GROUPS})",
    Bucket.OPEN_IN_TIME: f"t.due IS NOT NULL AND {_OPEN_GROUP}",
    Bucket.OPEN_UNDATED: f"t.due IS NULL AND {_OPEN_GROUP}",
    Bucket.COMPLETED_ON_TIME: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} <= t.due",
    Bucket.COMPLETED_LATE: f"{_FINISHED_GROUP} AND {_LAST_COMPLETED_ON} > t.due",
    Bucket.COMPLETED_UNDATED: f"{_FINISHED_GROUP} AND t.due IS NULL",
}


def _which(buckets: Mapping[Bucket, str]) -> str:
    """The bucket itself. None before the day of assignment."""
    cases = " ".join(f"WHEN {condition} THEN '{bucket}'" for bucket, condition in buckets.items())
    return f"(CASE WHEN t.assigned_on > {AS_OF} THEN NULL {cases} END)"


BUCKET_OF_A_TASK = _which(OF_A_TASK)
BUCKET_OF_A_GROUP = _which(OF_A_GROUP)


def due_soon(in_time: str) -> str:
    """`in_time` is the condition of OPEN_IN_TIME of a task or of a group. Never null."""
    return f"(t.due IS NOT NULL AND t.due BETWEEN {AS_OF} AND CAST(:due_soon_until AS date) AND {in_time})"
