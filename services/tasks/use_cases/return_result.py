"""Trả lại kết quả: the result is not what was asked for, and the agency reads why (rulebook 1.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from libs.common.change import Change
from libs.contracts.bounds import REASON
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.holding import is_held


class ReturnResult(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "Báo cáo chưa nêu số liệu của các xã miền núi; đề nghị bổ sung."}}
    )

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON.characters), AfterValidator(REASON.checked)
    ]


def give_back(task: Task, command: ReturnResult, *, by: UUID, at: datetime) -> None:
    task.return_result(reason=command.reason, by=by, at=at)


async def return_result(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime, hold_seconds: int) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.RETURN_RESULT, task)
        if await uow.is_repeat(change, task):
            return task
        command = change.command(ReturnResult)
        if not await is_held(Action.RETURN_RESULT, command, task, change, uow, now=now, seconds=hold_seconds):
            assert change.actor.membership_id is not None
            give_back(task, command, by=change.actor.membership_id, at=now)
        await uow.commit()
    return task
