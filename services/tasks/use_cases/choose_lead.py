"""Phân công lại: the lead has ended, and several took over or nobody did; the Office leader says who leads from now on (rulebook 1.11)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from libs.common.change import Change
from libs.common.clock import vietnam_date
from libs.common.domain import DomainError, Refusal
from libs.contracts.bounds import REASON
from libs.directory_replica.replica import living_agencies
from services.tasks.domain.permissions import permit_to_choose_lead
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


class LeadNotToChoose(DomainError):
    """Its lead lives, or has an heir who has the task anyway."""

    code = "lead-not-to-choose"


class NoSuccessor(DomainError):
    """The agency is none of those that took over, or, where nobody did, does not live."""

    code = "no-successor"
    refusal = Refusal.NEVER_RIGHT
    field = "agency_id"


class ChooseLead(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"agency_id": "5f0f9a66-5d7e-5b52-8f0d-2b3a6c8f1f10", "reason": "Nhiệm vụ thuộc địa bàn xã Bình Sơn"}
        },
    )

    agency_id: UUID
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON.characters), AfterValidator(REASON.checked)
    ]


async def choose_lead(task_id: UUID, change: Change, uow: TasksUnitOfWork, *, now: datetime) -> Task:
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit_to_choose_lead(change.actor)
        if await uow.is_repeat(change, task):
            return task
        command = change.command(ChooseLead)
        await uow.held.require_none(task)
        offered = await uow.successions.to_choose_from(task.lead_agency_id) if task.lead_agency_id is not None else None
        if offered is None:
            raise LeadNotToChoose
        if not offered:
            offered = [one.id for one in await living_agencies(uow.connection, ids=[command.agency_id], day=vietnam_date(now))]
        if command.agency_id not in offered:
            raise NoSuccessor
        task.change_lead(command.agency_id, reason=command.reason, at=now)
        await uow.commit()
    return task
