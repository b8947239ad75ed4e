"""Every minute: which open tasks have passed their due date and were not told of yet."""

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
from libs.contracts.province import ProvinceRules
from libs.directory_replica.province import ProvinceReplica
from services.tasks.domain.today import Today
from services.tasks.outgoing import to_contract
from services.tasks.persistence.overdue_repository import put_aside, untold
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.tell_overdue import tell_overdue

ACTOR = Actor.of_service("tasks")
# So many that no transaction is long, and so few that trying each alone after a failure is not either.
BATCH = 100

log = structlog.get_logger()


class OverdueScheduler:
    def __init__(
        self, database: Database, hints: Hints, clock: Clock, province: ProvinceReplica, *, every: float, lists: tuple[str, ...]
    ) -> None:
        self._database = database
        self._hints = hints
        self._clock = clock
        self._province = province
        self._every = every
        self._lists = lists

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """Tell of every task that is overdue now, by the rules of today; how many were told."""
        told = 0
        while True:
            rules = await self._province.rules()
            async with self._database.read() as connection:
                found = await untold(connection, Today.of(self._clock.today(), rules), limit=BATCH)
            told_now = await self._tell(found, rules)
            told += told_now
            # Nothing told of what was found: another scheduler is at work on them, or they are put aside.
            if len(found) < BATCH or told_now == 0:
                return told

    async def _tell(self, found: list[UUID], rules: ProvinceRules) -> int:
        """All in one transaction, or one by one when that fails: one that cannot be told holds up no other."""
        if not found:
            return 0
        try:
            return await tell_overdue(found, self._unit_of_work(), rules, now=self._clock.now())
        except Exception as error:
            if is_passing(error):
                raise
            log.warning("batch-failed", work="overdue", size=len(found), error=type(error).__name__, detail=wording(error))
        return sum([await self._tell_alone(task_id, rules) for task_id in found])

    async def _tell_alone(self, task_id: UUID, rules: ProvinceRules) -> int:
        try:
            return await tell_overdue([task_id], self._unit_of_work(), rules, now=self._clock.now())
        except Exception as error:
            if is_passing(error):
                raise
            log.error("put-aside", work="overdue", task=str(task_id), error=type(error).__name__, detail=wording(error))
            async with self._database.begin() as connection:
                await put_aside(connection, task_id, reason=f"{type(error).__name__}: {wording(error)}")
            return 0

    def _unit_of_work(self) -> TasksUnitOfWork:
        return TasksUnitOfWork(
            self._database, to_contract, actor=ACTOR, cause=Cause(correlation_id=f"overdue-{uuid7()}"), hints=self._hints, lists=self._lists
        )
