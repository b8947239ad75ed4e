"""Every minute: which open tasks have passed their due date and were not told of yet."""

import asyncio

from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.live import Hints
from libs.common.messaging.event_log import Cause
from libs.common.supervise import is_well
from libs.contracts.buckets import AS_OF, bucket_sql
from services.tasks.outgoing import to_contract
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.use_cases.tell_overdue import tell_overdue

ACTOR = Actor.of_service("tasks")
BATCH = 200

_TO_TELL = text(f"""
SELECT t.id FROM task t
WHERE t.due < {AS_OF} AND t.state <> 'COMPLETED' AND t.overdue_told_for IS NULL AND NOT t.is_group
  AND {bucket_sql("t")} = 'open_overdue'
ORDER BY t.due, t.number LIMIT {BATCH}
""")


class OverdueScheduler:
    def __init__(self, database: Database, hints: Hints, clock: Clock, *, every: float, lists: tuple[str, ...]) -> None:
        self._database = database
        self._hints = hints
        self._clock = clock
        self._every = every
        self._lists = lists

    async def run(self) -> None:
        while True:
            await self.once()
            is_well()
            await asyncio.sleep(self._every)

    async def once(self) -> int:
        """Tell of every task that is overdue now; how many were told."""
        told = 0
        while True:
            async with self._database.read() as connection:
                found = list((await connection.execute(_TO_TELL, {"as_of": self._clock.today()})).scalars())
            told_now = 0
            for task_id in found:
                uow = TasksUnitOfWork(
                    self._database,
                    to_contract,
                    actor=ACTOR,
                    cause=Cause(correlation_id=f"overdue-{task_id}"),
                    hints=self._hints,
                    lists=self._lists,
                )
                told_now += await tell_overdue(task_id, uow, now=self._clock.now()) is not None
            told += told_now
            # Nothing told of what was found: another scheduler is at work on them.
            if len(found) < BATCH or told_now == 0:
                return told
