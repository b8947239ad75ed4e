"""Tiếp nhận: the lead agency says that it has the task (rulebook 1.4)."""

from datetime import datetime
from uuid import UUID

from libs.common.change import Change
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def accept_task(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.ACCEPT, task)
        if await uow.is_repeat(change, task):
            return task
        task.accept(at=now)
        await uow.commit()
    return task
