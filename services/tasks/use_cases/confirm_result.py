"""Xác nhận kết quả: the Office finds the result in order; the task is completed (rulebook 1.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from libs.common.change import Change
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.report import Quality
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.holding import is_held


class ConfirmResult(BaseModel):
    """Quality is judged apart from time, and may be left open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"quality": "GOOD", "comment": None}})

    quality: Quality | None = None
    comment: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)] | None = None


def confirm(task: Task, command: ConfirmResult, *, by: UUID, at: datetime) -> None:
    task.confirm(quality=command.quality, comment=command.comment, by=by, at=at)


async def confirm_result(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime, hold_seconds: int) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.CONFIRM, task)
        if await uow.is_repeat(change, task):
            return task
        command = change.command(ConfirmResult)
        if not await is_held(Action.CONFIRM, command, task, change, uow, now=now, seconds=hold_seconds):
            assert change.actor.membership_id is not None
            confirm(task, command, by=change.actor.membership_id, at=now)
        await uow.commit()
    return task
