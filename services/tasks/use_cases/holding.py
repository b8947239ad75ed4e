"""A decision on a result is held for a moment before it takes effect, where the province says so (rulebook 1.14)."""

from datetime import datetime

from pydantic import BaseModel

from libs.common.change import Change
from libs.common.held.act import HeldAct
from services.tasks.domain.lifecycle import Action, next_state
from services.tasks.domain.task import Task
from services.tasks.hints import TASKS
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


async def is_held(
    action: Action, command: BaseModel, task: Task, change: Change, uow: TasksUnitOfWork, *, now: datetime, seconds: int
) -> bool:
    """Whether the decision waits from here on; else it takes effect at once. Raises ActIsHeld when another one waits already."""
    await uow.held.require_none(task)
    if seconds == 0:
        return False
    # What could not take effect now is refused now.
    next_state(task.state, action)
    act = HeldAct.of(change, task, action.value, command, at=now)
    await uow.held.hold(act, seconds=seconds)
    uow.also_tell = act.hint((TASKS,))
    return True
