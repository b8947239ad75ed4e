"""Every minute, and at the start: whose day has come takes effect, the earliest first."""

import structlog
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.clock import Clock
from libs.common.db import Database, is_passing
from libs.common.live import Hints
from libs.common.messaging.event_log import Cause
from libs.common.supervise import repeat
from libs.common.telemetry import wording
from services.directory.outgoing import to_contract
from services.directory.persistence.reorganisations import due_reorganisations
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.reorganise import reorganise

ACTOR = Actor.of_service("directory")

log = structlog.get_logger()


class Reorganisations:
    """Several processes may do so: each takes effect once, under its lock. One that fails holds up no other and is tried again."""

    def __init__(self, database: Database, hints: Hints, clock: Clock, *, every: float, lists: tuple[str, ...]) -> None:
        self._database = database
        self._hints = hints
        self._clock = clock
        self._every = every
        self._lists = lists

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """How many took effect."""
        now = self._clock.now()
        async with self._database.read() as connection:
            due = await due_reorganisations(connection, day=self._clock.today())
        done = 0
        for one in due:
            cause = Cause(correlation_id=f"reorganisation-{uuid7()}")
            uow = DirectoryUnitOfWork(self._database, to_contract, actor=ACTOR, cause=cause, hints=self._hints, lists=self._lists)
            try:
                took_effect = await reorganise(one, uow, now=now)
            except Exception as error:
                if is_passing(error):
                    raise
                # Deep health counts it until it is done.
                log.error("put-aside", work="reorganisation", reorganisation=str(one), error=type(error).__name__, detail=wording(error))
                continue
            if took_effect:
                done += 1
                log.info("reorganised", reorganisation=str(one))
        return done
