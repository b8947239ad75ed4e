"""Báo cáo tiến độ: how far the agency is, what hinders it, what it proposes (rulebook 1.3)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from libs.common.change import Change
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.report import ProgressReport
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class ReportProgress(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"percent": 40, "content": "Đã rà soát 40/96 xã, phường.", "difficulty": None, "proposal": None}},
    )

    percent: Annotated[int, Field(strict=True, ge=0, le=100)]
    content: Words
    difficulty: Words | None = None
    proposal: Words | None = None


async def report_progress(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.REPORT_PROGRESS, task)
        if await uow.is_repeat(change, task):
            return task
        command = change.command(ReportProgress)
        assert change.actor.membership_id is not None
        task.report_progress(
            ProgressReport(
                percent=command.percent,
                content=command.content,
                difficulty=command.difficulty,
                proposal=command.proposal,
                reported_by=change.actor.membership_id,
                reported_at=now,
            )
        )
        await uow.commit()
    return task
