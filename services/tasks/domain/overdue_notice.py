"""That a due date passed was told: a thing of its own, so that telling makes nobody's open form out of date (rulebook 1.15)."""

from datetime import datetime
from uuid import uuid5

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError
from libs.contracts.buckets import Bucket
from libs.contracts.province import ProvinceRules
from services.tasks.domain import events
from services.tasks.domain.task import Task


class NotOverdue(DomainError):
    """Its due date has not passed, or a result from before it awaits the Office and the province counts that as in time."""

    code = "not-overdue"


class OverdueNotice(Aggregate):
    """One for each task and due date. `task` is the task as it stood when it was told."""

    def __init__(self, task: Task) -> None:
        assert task.course.due is not None
        self.task = task
        self.due = task.course.due
        super().__init__(uuid5(task.id, self.due.isoformat()))

    @staticmethod
    def tell(task: Task, rules: ProvinceRules, *, at: datetime) -> "OverdueNotice":
        """Raises NotOverdue (rulebook 1.5, U_over), by the rules of the day on which it is told."""
        day = vietnam_date(at)
        if task.is_group or task.bucket(day, rules.on(day).awaiting_counts_as) is not Bucket.OPEN_OVERDUE:
            raise NotOverdue
        notice = OverdueNotice(task)
        notice.record(events.OverdueTold(due=notice.due, occurred_at=at))
        return notice
