"""Faults for the checker to find: `python -m faults.planted PATCH,… MODULE` runs a module of ours with something of it made wrong.

Nothing of this is in the product: a process of the ordinary run never loads this module.
"""

import asyncio
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import asyncpg
from sqlalchemy import text

from libs.common.fault_points import Point, reach
from libs.common.messaging import event_log, feed, relay
from libs.common.messaging.bus import Bus, Publisher
from libs.common.messaging.consumer import BATCH, ConsumerRunner
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.relay import Relay
from libs.common.messaging.sweep import Sweep
from libs.common.service import Service
from libs.common.supervise import is_well

LONGEST_LINGER = 0.2
OFTEN_SECONDS = 0.2


def acknowledge_before_commit() -> None:
    """A consumer tells the bus that it needs a batch no more before the batch has had its effect."""

    async def follow(self: ConsumerRunner, bus: Bus, source: str) -> None:
        async with bus.subscribe(self.consumer.name, source) as subscription:
            is_well()
            while True:
                delivery = await subscription.receive(BATCH)
                reach(Point.BEFORE_ACKNOWLEDGE, of=self.database.service)
                await delivery.acknowledge()
                reach(Point.AFTER_ACKNOWLEDGE, of=self.database.service)
                await self.apply(self._readable(delivery.bodies))

    ConsumerRunner.follow = follow  # type: ignore[method-assign]


def delete_before_confirm() -> None:
    """The relay deletes rows of the outbox, and publishes them then."""

    async def publish_next(self: Relay, line: asyncpg.Connection, publisher: Publisher) -> int:
        rows = await line.fetch(relay._NEXT)
        if rows:
            await line.execute(relay._TAKEN, [row["seq"] for row in rows])
            reach(Point.AFTER_OUTBOX, of=self.source)
            reach(Point.BEFORE_PUBLISH, of=self.source)
            await publisher.publish([self._message(row) for row in rows])
            reach(Point.AFTER_PUBLISH, of=self.source)
        return len(rows)

    Relay._publish_next = publish_next  # type: ignore[method-assign]


def no_claim() -> None:
    """What reporting and notify have had already takes effect again; whoever makes tasks still looks."""
    claim = ConsumerRunner._claim

    async def claim_everything(self: ConsumerRunner, connection: Any, envelopes: list[Envelope]) -> list[Envelope]:
        fresh = await claim(self, connection, envelopes)
        return envelopes if self.database.service in ("reporting", "notify") else fresh

    ConsumerRunner._claim = claim_everything  # type: ignore[method-assign]


def feed_by_sequence() -> None:
    """The feed goes on after the largest sequence number that was seen; whoever commits late with a smaller one is passed over."""
    feed._FEED = text(f"""
    SELECT {feed.COLUMNS} FROM event_log e
    WHERE (e.epoch, e.seq) > (:epoch, :seq) AND CAST(:tx_id AS text) IS NOT NULL ORDER BY e.epoch, e.seq LIMIT :limit
    """)


def without_sweep() -> None:
    """Nobody reads a feed but that of the directory: a service that does not hear of it lets nobody in, and then there is no storm."""
    sweeps = Service.sweeps

    def of_directory(self: Service) -> list[Sweep]:
        return [sweep for sweep in sweeps(self) if sweep._source == "directory"]

    Service.sweeps = of_directory  # type: ignore[method-assign]


def without_bus() -> None:
    """Nobody takes anything from the bus."""

    async def follow(self: ConsumerRunner, bus: Bus, source: str) -> None:
        is_well()
        await asyncio.Event().wait()

    ConsumerRunner.follow = follow  # type: ignore[method-assign]


def without_probe() -> None:
    """A consumer takes from the bus whether its database answers or not."""

    async def answers(self: ConsumerRunner) -> None:
        """Nobody is asked."""

    ConsumerRunner._database_answers = answers  # type: ignore[method-assign]


def sweep_often() -> None:
    os.environ["CHIDAO_SWEEP_SECONDS"] = str(OFTEN_SECONDS)


def late_commits() -> None:
    """Some transactions are long in coming to their commit after their events have their sequence numbers."""
    append, random = event_log.append, Random()

    async def append_and_linger(*arguments: Any, **named: Any) -> None:
        await append(*arguments, **named)
        await asyncio.sleep(random.uniform(0, LONGEST_LINGER))

    event_log.append = append_and_linger


PATCHES: Mapping[str, Callable[[], None]] = {
    patch.__name__.replace("_", "-"): patch
    for patch in (
        acknowledge_before_commit,
        delete_before_confirm,
        no_claim,
        feed_by_sequence,
        without_sweep,
        without_bus,
        without_probe,
        sweep_often,
        late_commits,
    )
}


def command_of(patches: Sequence[str], module: str) -> Sequence[str]:
    """What Python is told after `-m` so that `module` runs with `patches`."""
    return (__name__, ",".join(patches), module) if patches else (module,)


if __name__ == "__main__":
    names, module = sys.argv[1:]
    for name in names.split(","):
        PATCHES[name]()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
