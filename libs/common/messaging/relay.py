"""From the outbox to the bus: one active relay per service, others stand by behind the same lock.

Two relays without a lock were tried, and a third of the events arrived after a later version.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from libs.common.db import Database
from libs.common.fault_points import Point, reach
from libs.common.live import OUTBOX
from libs.common.messaging.bus import Bus, Message, Publisher
from libs.common.messaging.feed import COLUMNS, envelope_of
from libs.common.supervise import is_well

log = structlog.get_logger()

RELAY_LOCK = 7_301_001
BATCH = 200
PUBLISH_DEADLINE = 10.0
# The session that holds the lock speaks every 3 s; one that is silent for 10 s is ended by PostgreSQL and so loses the
# lock. A stopped process would otherwise keep it for ever.
HEARTBEAT = 3.0
SILENCE = "10s"

# A later event of an aggregate waits behind an earlier one that has failed; the other aggregates go on,
# those first that have failed least.
_NEXT = f"""
SELECT {COLUMNS}, o.attempts
FROM outbox o JOIN event_log e USING (seq)
WHERE o.not_before <= now()
  AND NOT EXISTS (SELECT 1 FROM outbox earlier JOIN event_log f USING (seq)
                  WHERE earlier.attempts > 0 AND f.aggregate_id = e.aggregate_id AND earlier.seq < o.seq)
ORDER BY o.attempts, o.seq LIMIT {BATCH}
"""
_TAKEN = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])"
_FAILED = """
UPDATE outbox SET attempts = attempts + 1, last_error = left($2, 500),
  not_before = now() + least(interval '30 seconds', interval '200 milliseconds' * power(2, least(attempts, 10)))
WHERE seq = ANY($1::bigint[])
"""


class Relay:
    """Publishes what `source` has recorded. `run` is kept running by the service."""

    def __init__(self, source: str, database: Database, bus: Bus) -> None:
        self.source = source
        self._database = database
        self._bus = bus

    async def run(self) -> None:
        line = await self._database.direct(idle_session_timeout=SILENCE)
        try:
            while not await line.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK):
                # Another process has it, and we stand by.
                is_well()
                await asyncio.sleep(1)
            work = asyncio.Event()
            await line.add_listener(OUTBOX, lambda *_: work.set())
            async with self._bus.publisher(self.source) as publisher:
                while True:
                    work.clear()
                    taken = await self._publish_next(line, publisher)
                    is_well()
                    if taken < BATCH:
                        # asyncio.wait_for of Python 3.11 loses a cancellation that comes with the event; timeout() does not.
                        with suppress(TimeoutError):
                            async with asyncio.timeout(HEARTBEAT):
                                await work.wait()
        finally:
            await line.close(timeout=2)

    async def _publish_next(self, line: asyncpg.Connection, publisher: Publisher) -> int:
        """Publish what is next; how many rows that took from the outbox. No transaction is open while the bus is awaited.

        What has failed before is tried by itself and after all others, so that one message at which the bus breaks off takes no other
        with it twice; behind the first that fails again the rest waits for the next round.
        """
        rows = await line.fetch(_NEXT)
        fresh = [row for row in rows if row["attempts"] == 0]
        taken = await self._publish(line, publisher, fresh) if fresh else 0
        for row in rows:
            if row["attempts"] > 0:
                if not await self._publish(line, publisher, [row]):
                    break
                taken += 1
        return taken

    async def _publish(self, line: asyncpg.Connection, publisher: Publisher, rows: Sequence[Any]) -> int:
        """Publish these together; how many of them were taken."""
        reach(Point.BEFORE_PUBLISH, of=self.source)
        async with asyncio.timeout(PUBLISH_DEADLINE):
            outcomes = await publisher.publish([self._message(row) for row in rows])
        reach(Point.AFTER_PUBLISH, of=self.source)
        taken = [row["seq"] for row, refused in zip(rows, outcomes, strict=True) if refused is None]
        failed = [(row["seq"], refused) for row, refused in zip(rows, outcomes, strict=True) if refused is not None]
        if taken:
            await line.execute(_TAKEN, taken)
            reach(Point.AFTER_OUTBOX, of=self.source)
        if failed:
            log.error("events-not-taken", source=self.source, count=len(failed), error=str(failed[0][1]))
            await line.execute(_FAILED, [seq for seq, _ in failed], str(failed[0][1]))
        return len(taken)

    def _message(self, row: Any) -> Message:
        envelope = envelope_of(self.source, row)
        return Message(str(envelope.id), envelope.type, row["attempts"], envelope.to_bytes())
