"""Thu hồi: a decision on a result that has not taken effect yet is taken back (rulebook 1.14)."""

from uuid import UUID

from libs.common.change import Change
from libs.common.held.act import NothingHeld
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.task import Task
from services.tasks.hints import TASKS
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def recall_decision(task_id: UUID, act_id: UUID, change: Change, uow: TasksUnitOfWork) -> Task:
    """Nothing has happened to the task, so it keeps its version; the audit keeps that something was recalled."""
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        # Whoever decides on results may return any; which decision it is, and whose, is known in a moment.
        permit(change.actor, Action.RETURN_RESULT, task)
        act = await uow.held.own(act_id, task, change.actor)
        if await uow.is_repeat(change):
            return task
        if act is None:
            raise NothingHeld
        await uow.held.recall(act_id, by=change.actor, request_id=change.request_id)
        uow.also_tell = act.hint((TASKS,))
        await uow.commit()
    return task
