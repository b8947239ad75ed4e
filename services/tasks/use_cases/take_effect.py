"""A held decision on a result takes effect, when its time has come or at once by the person's word (rulebook 1.14)."""

from uuid import UUID

from libs.common.actor import Actor
from libs.common.change import Change
from libs.common.held.act import HeldAct, NothingHeld
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.domain.task import Task
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.confirm_result import ConfirmResult, confirm
from services.tasks.use_cases.return_result import ReturnResult, give_back


async def take_effect(act_id: UUID, uow: TasksUnitOfWork) -> Task:
    """Its time has come. Raises NothingHeld when somebody else was quicker, and whatever refuses the decision now."""
    async with uow:
        act = await uow.held.take(act_id)
        task = await uow.tasks.get(act.aggregate_id, seen_by=uow.actor)
        _give_effect(act, task, uow.actor)
        await uow.commit()
    return task


async def take_effect_now(task_id: UUID, act_id: UUID, change: Change, uow: TasksUnitOfWork) -> Task:
    """Có hiệu lực ngay: whoever decided does not wait."""
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        # Whoever decides on results may return any; which decision it is, and whose, is known in a moment.
        permit(change.actor, Action.RETURN_RESULT, task)
        act = await uow.held.own(act_id, task, change.actor)
        if await uow.is_repeat(change):
            return task
        if act is None:
            raise NothingHeld
        _give_effect(await uow.held.take(act_id), task, change.actor)
        await uow.commit()
    return task


def _give_effect(act: HeldAct, task: Task, actor: Actor) -> None:
    """As if it were decided now, upon the version for which it was decided; it happened when the person acted."""
    action = Action(act.kind)
    permit(actor, action, task)
    act.require_version(task)
    if action is Action.CONFIRM:
        confirm(task, act.as_command(ConfirmResult), by=act.membership_id, at=act.acted_at)
    else:
        give_back(task, act.as_command(ReturnResult), by=act.membership_id, at=act.acted_at)
