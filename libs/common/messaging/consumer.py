"""Each event takes effect once: claim in the inbox and effect are one transaction, whichever way the event came.

The bus and the sweep of the feed bring the same events to the same handlers; see README.md in this folder.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database, is_disk_full, is_passing, is_too_slow
from libs.common.fault_points import Point, reach
from libs.common.messaging import dead_events
from libs.common.messaging.bus import Bus
from libs.common.messaging.envelope import Envelope, NoEnvelope
from libs.common.messaging.feed import Position
from libs.common.messaging.sequences import VersionSequence, lock_sequences, store_sequences
from libs.common.supervise import is_well
from libs.common.telemetry import span, wording
from libs.contracts.contract import Contract, UnknownContract, contract_of

log = structlog.get_logger()

Handler = Callable[[Any, Envelope, AsyncConnection], Awaitable[None]]

BATCH = 100
TRIES = 3

_CLAIM = text("""
INSERT INTO inbox (consumer, source, epoch, aggregate_id, version)
SELECT :consumer, * FROM unnest(CAST(:sources AS text[]), CAST(:epochs AS int[]), CAST(:aggregates AS uuid[]), CAST(:versions AS int[]))
ON CONFLICT DO NOTHING RETURNING source, epoch, aggregate_id, version
""")
_MOVE = text("""
INSERT INTO feed_position (consumer, source, epoch, tx_id, seq, heard_at)
VALUES (:consumer, :source, :epoch, :tx_id, :seq, now())
ON CONFLICT (consumer, source) DO UPDATE
SET epoch = excluded.epoch, tx_id = excluded.tx_id, seq = excluded.seq, heard_at = excluded.heard_at
WHERE (excluded.epoch, excluded.tx_id, excluded.seq) >= (feed_position.epoch, feed_position.tx_id, feed_position.seq)
""")
_POSITION = text("SELECT epoch, tx_id::bigint AS tx_id, seq FROM feed_position WHERE consumer = :consumer AND source = :source")


@dataclass(frozen=True)
class Consumer:
    """What a service declares: which sources it follows and which named handler takes which contract.

    `sequential`: effects of one aggregate happen in the order of its versions, and wait in `held_notice` for the one before.
    `afterwards` is given the events that took effect together, once, in their transaction: for what follows from all of them.
    """

    name: str
    sources: tuple[str, ...]
    handlers: Mapping[type[Contract], Handler]
    sequential: bool = False
    afterwards: Callable[[Sequence[Envelope], AsyncConnection], Awaitable[None]] | None = None


class DeliveredTooOften(Exception):
    """The bus handed an event over again and again without an acknowledgement, and has put it aside."""


@dataclass
class ConsumerRunner:
    """Applies events for one declared consumer. The only door to an effect: for the bus, the sweep and a redrive alike.

    `changed` is called after a commit, with the events that took effect in it. `put_aside` counts what came and can be neither
    applied nor buried.
    """

    consumer: Consumer
    database: Database
    changed: Callable[[Sequence[Envelope]], None] = lambda _: None
    sweep_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    put_aside: int = 0
    # The bus and the sweep bring the same events at the same moment; one at a time, they cannot wait for each other's locks.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def follow(self, bus: Bus, source: str) -> None:
        """Take what arrives on the bus from `source`, in batches, and acknowledge after the commit."""
        await self._database_answers()
        async with bus.subscribe(self.consumer.name, source) as subscription:
            is_well()
            while True:
                delivery = await subscription.receive(BATCH)
                await self.apply(self._readable(delivery.bodies))
                reach(Point.BEFORE_ACKNOWLEDGE, of=self.database.service)
                await delivery.acknowledge()
                reach(Point.AFTER_ACKNOWLEDGE, of=self.database.service)

    async def bury_dead_letters(self, bus: Bus) -> None:
        """What the bus has given up delivering becomes a dead event, unless it has taken effect by the sweep meanwhile."""
        await self._database_answers()
        async with bus.dead_letters(self.consumer.name) as subscription:
            is_well()
            while True:
                delivery = await subscription.receive(BATCH)
                async with self._turn:
                    for envelope in self._readable(delivery.bodies):
                        await self._bury_given_up(envelope)
                self.sweep_wanted.set()
                await delivery.acknowledge()

    async def _bury_given_up(self, envelope: Envelope) -> None:
        try:
            async with self.database.begin() as connection:
                await dead_events.bury_unclaimed(connection, self.consumer.name, envelope, DeliveredTooOften("given up by the bus"))
        except Exception as error:
            if await self._passes(error):
                raise
            self.put_aside += 1
            log.error(
                "not-buried", consumer=self.consumer.name, subject=str(envelope.subject), version=envelope.version, detail=wording(error)
            )

    async def _database_answers(self) -> None:
        """Raises while it does not. Nothing is taken from the bus then: it counts how often it has to hand an event over again."""
        async with self.database.read() as connection:
            await connection.execute(text("SELECT 1"))

    def _readable(self, bodies: Sequence[bytes]) -> list[Envelope]:
        """The envelopes. What is none cannot be applied, buried or asked for again, and must not hold up what is behind it."""
        envelopes = []
        for body in bodies:
            try:
                envelopes.append(Envelope.from_bytes(body))
            except NoEnvelope as error:
                self.put_aside += 1
                log.error("no-envelope", consumer=self.consumer.name, size=len(body), detail=str(error))
        return envelopes

    async def position(self, source: str) -> Position:
        async with self.database.read() as connection:
            row = (await connection.execute(_POSITION, {"consumer": self.consumer.name, "source": source})).one_or_none()
        return Position(row.epoch, row.tx_id, row.seq) if row else Position()

    async def apply(self, envelopes: Sequence[Envelope], *, source: str | None = None, position: Position | None = None) -> None:
        """Let the events take effect, all in one transaction, or one by one when that fails.

        `position` of the feed of `source` moves in the same transaction. Returns when everything is applied or dead;
        raises only what passes (database away): the caller tries again.
        """
        ordered = sorted(
            {envelope.key: envelope for envelope in envelopes}.values(), key=lambda envelope: (envelope.subject, envelope.version)
        )
        async with self._turn:
            try:
                effects = await self._apply_together(ordered, source, position)
            except Exception as error:
                if await self._passes(error):
                    raise
                log.warning(
                    "batch-failed", consumer=self.consumer.name, size=len(ordered), error=type(error).__name__, detail=wording(error)
                )
                effects = [effect for envelope in ordered for effect in await self._apply_alone(envelope)]
                await self._apply_together([], source, position)
        if effects:
            self.changed(effects)

    async def _apply_together(self, envelopes: list[Envelope], source: str | None, position: Position | None) -> list[Envelope]:
        async with self.database.begin() as connection:
            fresh = await self._claim(connection, envelopes) if envelopes else []
            if envelopes:
                # Before the effects: what was held and now fails at its turn is buried by them, and must stay so.
                await dead_events.settle(connection, self.consumer.name, envelopes)
            effects = await self._take_effect(connection, fresh)
            if source is not None and position is not None:
                await connection.execute(
                    _MOVE,
                    {
                        "consumer": self.consumer.name,
                        "source": source,
                        "epoch": position.epoch,
                        "tx_id": position.tx_id,
                        "seq": position.seq,
                    },
                )
        return effects

    async def _apply_alone(self, envelope: Envelope) -> list[Envelope]:
        for attempt in range(1, TRIES + 1):
            try:
                return await self._apply_together([envelope], None, None)
            except Exception as error:
                if await self._passes(error):
                    raise
                if attempt == TRIES or isinstance(error, UnknownContract):
                    async with self.database.begin() as connection:
                        await self._bury(connection, envelope, error)
                    self.sweep_wanted.set()
                    return []
        raise AssertionError("unreachable: the last try returns")

    async def _passes(self, error: Exception) -> bool:
        """Whether it speaks of the database rather than of the events. Slow was the database when it does not answer even now."""
        if is_disk_full(error):
            log.error("disk-full", consumer=self.consumer.name, error=type(error).__name__, detail=wording(error))
        if is_too_slow(error):
            await self._database_answers()
        return is_passing(error)

    async def _bury(self, connection: AsyncConnection, envelope: Envelope, error: Exception) -> None:
        log.error(
            "event-dead",
            consumer=self.consumer.name,
            type=envelope.type,
            subject=str(envelope.subject),
            version=envelope.version,
            error=type(error).__name__,
            detail=wording(error),
        )
        await dead_events.bury(connection, self.consumer.name, envelope, error)

    async def _claim(self, connection: AsyncConnection, envelopes: list[Envelope]) -> list[Envelope]:
        claimed = await connection.execute(
            _CLAIM,
            {
                "consumer": self.consumer.name,
                "sources": [envelope.source for envelope in envelopes],
                "epochs": [envelope.epoch for envelope in envelopes],
                "aggregates": [envelope.subject for envelope in envelopes],
                "versions": [envelope.version for envelope in envelopes],
            },
        )
        new: set[tuple[str, int, UUID, int]] = {(row.source, row.epoch, row.aggregate_id, row.version) for row in claimed}
        return [envelope for envelope in envelopes if envelope.key in new]

    async def _take_effect(self, connection: AsyncConnection, fresh: Sequence[Envelope]) -> list[Envelope]:
        """The effects of events that were just claimed, in this order. Which took effect: not what is held, but what no longer is."""
        if self.consumer.sequential and fresh:
            effects = await self._take_effect_in_sequence(connection, fresh)
        else:
            effects = list(fresh)
            for envelope in fresh:
                await self._handle(connection, envelope)
        if self.consumer.afterwards is not None and fresh:
            await self.consumer.afterwards(fresh, connection)
        return effects

    async def _take_effect_in_sequence(self, connection: AsyncConnection, fresh: Sequence[Envelope]) -> list[Envelope]:
        """Each event after the version before it; what comes too early is held. One look at the sequences serves the whole batch."""
        sequences = await lock_sequences(connection, self.consumer.name, fresh)
        effects = []
        for envelope in fresh:
            sequence = sequences[envelope.stream]
            if envelope.version > sequence.reached + 1:
                await sequence.hold(connection, envelope)
            elif envelope.version == sequence.reached + 1:
                await self._handle(connection, envelope)
                sequence.reached = envelope.version
                effects.append(envelope)
                if sequence.something_waits:
                    effects += await self._go_on(connection, sequence)
        await store_sequences(connection, sequences.values())
        return effects

    async def _go_on(self, connection: AsyncConnection, sequence: VersionSequence) -> list[Envelope]:
        """The sequence has reached a version; what was held for the next ones takes effect now, and is what is returned."""
        effects: list[Envelope] = []
        while True:
            waiting = await sequence.take_next(connection)
            if waiting is None:
                return effects
            try:
                async with connection.begin_nested():
                    await self._handle(connection, waiting)
            except Exception as error:
                if is_passing(error):
                    raise
                # It was claimed when it was held, so a redrive must find it unclaimed.
                await dead_events.unclaim(connection, self.consumer.name, waiting)
                await self._bury(connection, waiting, error)
                return effects
            sequence.reached += 1
            effects.append(waiting)

    async def _handle(self, connection: AsyncConnection, envelope: Envelope) -> None:
        reach(Point.BEFORE_EFFECT, of=self.database.service)
        contract = contract_of(envelope.type)
        handler = self.consumer.handlers.get(contract)
        if handler is not None:
            with span(f"{self.consumer.name} {handler.__name__}", parent=envelope.traceparent, subject=str(envelope.subject)):
                await handler(contract.model_validate(envelope.data), envelope, connection)
        reach(Point.AFTER_EFFECT, of=self.database.service)

    async def redrive(self, envelope: Envelope, *, by: str) -> None:
        """Try a dead event again through the same handler; raises what the handler raises."""
        async with self._turn, self.database.begin() as connection:
            effects = await self._take_effect(connection, await self._claim(connection, [envelope]))
            await dead_events.decide(connection, self.consumer.name, envelope.key, "redriven", by=by, reason="redriven")
        self.changed(effects)

    async def waive(self, envelope: Envelope, *, by: str, reason: str) -> None:
        """Give a dead event up. It counts as applied, so what waits behind it goes on."""
        effects: list[Envelope] = []
        async with self._turn, self.database.begin() as connection:
            await self._claim(connection, [envelope])
            await dead_events.decide(connection, self.consumer.name, envelope.key, "waived", by=by, reason=reason)
            if self.consumer.sequential:
                sequences = await lock_sequences(connection, self.consumer.name, [envelope])
                effects = await self._go_on(connection, sequences[envelope.stream])
                await store_sequences(connection, sequences.values())
        self.changed(effects)
