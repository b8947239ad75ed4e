"""Open tasks of agencies that have ended go on with the one that took over (rulebook 1.11)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def pass_on(task_ids: Sequence[UUID], uow: TasksUnitOfWork, *, now: datetime) -> int:
    """How many of the tasks were passed on, all or none on an error. At the others somebody else is, or was quicker."""
    passed_on: Counter[UUID] = Counter()
    tasks = 0
    async with uow:
        for task in await uow.tasks.some_for_change(task_ids):
            ended = [one.agency_id for one in task.in_force if one.heir is not None]
            if task.pass_on(at=now):
                tasks += 1
                passed_on.update(ended)
        await uow.successions.count_passed_on(passed_on)
        await uow.commit()
    return tasks
