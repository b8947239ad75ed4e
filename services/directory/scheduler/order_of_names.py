"""At the start, and now and then: do all names stand in the order that the program knows? An upgrade may have changed it."""

import structlog
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.live import Hints
from libs.common.messaging.event_log import Cause
from libs.common.supervise import repeat
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.put_names_in_order import put_names_in_order

ACTOR = Actor.of_service("directory")

log = structlog.get_logger()


class OrderOfNames:
    """`lists` are those of open pages that show agencies. Several processes may do so: each agency is changed once, under its lock."""

    def __init__(self, database: Database, hints: Hints, clock: Clock, *, every: float, lists: tuple[str, ...]) -> None:
        self._database = database
        self._hints = hints
        self._clock = clock
        self._every = every
        self._lists = lists

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """How many agencies stood elsewhere."""
        cause = Cause(correlation_id=f"order-of-names-{uuid7()}")
        uow = DirectoryUnitOfWork(self._database, to_contract, actor=ACTOR, cause=cause, hints=self._hints, lists=self._lists)
        moved = await put_names_in_order(uow, now=self._clock.now())
        if moved:
            log.info("names-put-in-order", agencies=moved)
        return moved
