"""Every few seconds: which open tasks are of agencies that have ended, and whose successor shall have them."""

from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.clock import Clock
from libs.common.db import Database, is_passing
from libs.common.live import Hints
from libs.common.messaging.event_log import Cause
from libs.common.supervise import repeat
from libs.common.telemetry import wording
from services.tasks.outgoing import to_contract
from services.tasks.persistence.successions import to_pass_on
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.pass_on import pass_on

ACTOR = Actor.of_service("tasks")
# So many that no transaction is long, and so few that trying each alone after a failure is not either.
BATCH = 100

log = structlog.get_logger()


class PassingOn:
    """What is still to be done follows from the rows alone, so that it goes on after a kill where it stood, in one process or more."""

    def __init__(self, database: Database, hints: Hints, clock: Clock, *, every: float, lists: tuple[str, ...]) -> None:
        self._database = database
        self._hints = hints
        self._clock = clock
        self._every = every
        self._lists = lists
        self.aside: set[UUID] = set()
        """Tasks that could not be passed on; tried again when the process starts anew."""

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """Pass on all that there is; how many tasks that were."""
        passed_on = 0
        while True:
            async with self._database.read() as connection:
                found = await to_pass_on(connection, aside=self.aside, limit=BATCH)
            now = await self._pass_on(found)
            passed_on += now
            # Nothing of what was found: another process is at it.
            if now == 0:
                return passed_on

    async def _pass_on(self, found: list[UUID]) -> int:
        """All in one transaction, or one by one when that fails: one that cannot be passed on holds up no other."""
        if not found:
            return 0
        try:
            return await pass_on(found, self._unit_of_work(), now=self._clock.now())
        except Exception as error:
            if is_passing(error):
                raise
            log.warning("batch-failed", work="passing on", size=len(found), error=type(error).__name__, detail=wording(error))
        return sum([await self._alone(task_id) for task_id in found])

    async def _alone(self, task_id: UUID) -> int:
        try:
            return await pass_on([task_id], self._unit_of_work(), now=self._clock.now())
        except Exception as error:
            if is_passing(error):
                raise
            log.error("put-aside", work="passing on", task=str(task_id), error=type(error).__name__, detail=wording(error))
            self.aside.add(task_id)
            return 0

    def _unit_of_work(self) -> TasksUnitOfWork:
        return TasksUnitOfWork(
            self._database,
            to_contract,
            actor=ACTOR,
            cause=Cause(correlation_id=f"passing-on-{uuid7()}"),
            hints=self._hints,
            lists=self._lists,
        )
