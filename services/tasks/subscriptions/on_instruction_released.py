"""An instruction was released: from now on it is a task."""

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.event_log import Cause
from libs.contracts.directives import InstructionReleased
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.assign_tasks import assign_tasks


async def on_instruction_released(event: InstructionReleased, envelope: Envelope, connection: AsyncConnection) -> None:
    uow = TasksUnitOfWork(
        None,
        to_contract,
        actor=Actor.of_service("tasks"),
        cause=Cause(correlation_id=envelope.correlation_id, causation_id=str(envelope.id)),
        on=connection,
    )
    await assign_tasks(event.state, uow, released_at=event.occurred_at, released_by=event.change.released_by)
