"""What every route of this service needs: the service it runs in, and a unit of work for the change at hand."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from libs.common.actor import Actor
from libs.common.change import Change
from libs.common.held.act import HeldAct
from libs.common.held.store import held_seen
from libs.common.service import Service
from libs.common.web.changing import tell_outcome
from libs.directory_replica.web import Rules
from services.tasks.api.history import told_history
from services.tasks.api.schemas import Bearing, LeftToOthers, TaskOut, task_out
from services.tasks.domain.permissions import left_to_others
from services.tasks.domain.task import Task
from services.tasks.domain.today import Today
from services.tasks.outgoing import to_contract
from services.tasks.persistence.repository import TaskRepository
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.queries.people import people_in_roles
from services.tasks.queries.shared_counts import SharedCounts
from services.tasks.queries.tasks import one_task
from services.tasks.settings import TasksSettings


async def service_here(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(service_here)]


async def today_here(service: Here, rules: Rules) -> Today:
    return Today.of(service.clock.today(), rules)


TodayHere = Annotated[Today, Depends(today_here)]


async def shared_counts_here(request: Request) -> SharedCounts:
    counts: SharedCounts = request.app.state.shared_counts
    return counts


Counted = Annotated[SharedCounts, Depends(shared_counts_here)]


def settings_of(service: Service) -> TasksSettings:
    assert isinstance(service.settings, TasksSettings)
    return service.settings


def unit_of_work(service: Service, change: Change) -> TasksUnitOfWork:
    return TasksUnitOfWork(service.database, to_contract, actor=change.actor, cause=change.cause, hints=service.hints, lists=service.lists)


async def shown(service: Service, task_id: UUID, actor: Actor, today: Today, *, with_history: bool) -> TaskOut:
    """The task as the actor sees it now. Raises NotFound."""
    async with service.database.read() as connection:
        row = await one_task(connection, task_id, actor, today)
        task = await TaskRepository(connection).whole(row)
        held = (await held_seen(connection, actor, [task_id])).get(task_id)
        others = [
            LeftToOthers(action=action, person_ids=await people_in_roles(connection, agency_id, roles, day=today.day))
            for action, roles in left_to_others(actor, task).items()
            if (agency_id := actor.agency_id) is not None
        ]
        history = await told_history(connection, task_id, task.assigned.number) if with_history else None
    return task_out(task, Bearing.of_row(row), actor, today, held=held, left_to_others=others, history=history)


async def held_of(service: Service, task: Task, actor: Actor) -> HeldAct | None:
    """The decision that waits for its effect, as the actor may see it."""
    async with service.database.read() as connection:
        return (await held_seen(connection, actor, [task.id])).get(task.id)


def told(task: Task, change: Change, today: Today, response: Response, *, held: HeldAct | None = None) -> TaskOut:
    """The answer to a change: the task as it stands after it. Nobody acts on a group, so nothing is asked anew."""
    tell_outcome(response, change, task)
    return task_out(task, Bearing.of_task(task, today), change.actor, today, held=held)
