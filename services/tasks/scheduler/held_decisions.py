"""Every second: decisions on results whose moment has come take effect."""

from libs.common.actor import Actor
from libs.common.held.act import HeldAct
from libs.common.held.scheduler import HeldActScheduler, Memberships
from libs.common.messaging.event_log import Cause
from libs.common.service import Service
from services.tasks.hints import TASKS
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.take_effect import take_effect


def held_decisions(service: Service, memberships: Memberships, *, every: float) -> HeldActScheduler:
    async def perform(act: HeldAct, actor: Actor) -> None:
        uow = TasksUnitOfWork(
            service.database,
            to_contract,
            actor=actor,
            # The request in which the person decided, so that the chain begins with his click.
            cause=Cause(correlation_id=act.request_id),
            hints=service.hints,
            lists=service.lists,
        )
        await take_effect(act.id, uow)

    return HeldActScheduler(service.database, service.hints, memberships, perform, every=every, lists=(TASKS,))
