"""The due date of an open task has passed: told once, by whichever scheduler comes first (rulebook 1.5)."""

from datetime import datetime
from uuid import UUID

from services.tasks.domain.task import NotOverdue, Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def tell_overdue(task_id: UUID, uow: TasksUnitOfWork, *, now: datetime) -> Task | None:
    """None when somebody else is at work on the task or it is not overdue any more: the next round looks again."""
    async with uow:
        task = await uow.tasks.get_to_tell(task_id)
        if task is None:
            return None
        try:
            task.note_overdue(at=now)
        except NotOverdue:
            return None
        await uow.commit()
    return task
