"""Báo cáo hoàn thành: the report document exists, and its result is entered (rulebook 1.1 rule 2)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import text

from libs.common.calendar_day import CalendarDay
from libs.common.change import Change
from libs.common.domain import DomainError, Refusal
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class SubmitResult(BaseModel):
    """`file_id` names a file that was uploaded to this task before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "report_number": "128/BC-SYT",
                "report_date": "2026-02-25",
                "summary": "Đã hoàn thành rà soát, gửi Ủy ban nhân dân tỉnh báo cáo tổng hợp.",
                "file_id": "0199a1b2-0000-7000-8000-000000000000",
            }
        },
    )

    report_number: Number
    report_date: CalendarDay
    summary: Words
    file_id: UUID | None = None


class UnknownFile(DomainError):
    """The file was not uploaded to this task by who leads it, or reports in its place."""

    code = "unknown-file"
    refusal = Refusal.NEVER_RIGHT
    field = "file_id"


async def submit_result(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime, file_required: bool) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.SUBMIT_RESULT, task)
        if await uow.is_repeat(change, task):
            return task
        command = change.command(SubmitResult)
        if command.file_id is not None:
            await _require_file(uow, command.file_id, task)
        assert change.actor.membership_id is not None
        task.submit_result(
            report_number=command.report_number,
            report_date=command.report_date,
            summary=command.summary,
            file_id=command.file_id,
            file_required=file_required,
            by=change.actor.membership_id,
            at=now,
        )
        await uow.commit()
    return task


async def _require_file(uow: TasksUnitOfWork, file_id: UUID, task: Task) -> None:
    found = await uow.connection.execute(
        text("SELECT 1 FROM file WHERE id = :id AND task_id = :task_id AND agency_id = ANY(:agency_ids)"),
        {"id": file_id, "task_id": task.id, "agency_ids": [task.lead_agency_id, task.reporting_agency_id]},
    )
    if found.one_or_none() is None:
        raise UnknownFile
