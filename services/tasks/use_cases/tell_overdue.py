"""The due dates of open tasks have passed: each told once, by whichever scheduler comes first (rulebook 1.5)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.contracts.province import ProvinceRules
from services.tasks.domain.overdue_notice import OverdueNotice
from services.tasks.domain.today import Today
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def tell_overdue(task_ids: Sequence[UUID], uow: TasksUnitOfWork, rules: ProvinceRules, *, now: datetime) -> int:
    """How many of the tasks were told; the others are not overdue any more, or somebody else has told them. All or none on an error."""
    async with uow:
        claimed = await uow.overdue.claim(task_ids, Today.of(vietnam_date(now), rules), now=now)
        for task in await uow.tasks.some(claimed):
            uow.overdue.touch(OverdueNotice.tell(task, rules, at=now))
        await uow.commit()
    return len(claimed)
