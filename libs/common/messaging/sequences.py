"""How far each aggregate's events have taken effect for a consumer whose effects have an order, and what waits for the version before it.

One look serves a whole batch: two statements before it, one after it, however many events it has.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope, Stream

_LOCK = text("""
INSERT INTO sequence_position (consumer, source, epoch, aggregate_id, version)
SELECT DISTINCT :consumer, source, epoch, aggregate_id, 0
FROM unnest(CAST(:sources AS text[]), CAST(:epochs AS int[]), CAST(:aggregates AS uuid[])) AS t (source, epoch, aggregate_id)
ORDER BY source, epoch, aggregate_id
ON CONFLICT (consumer, source, epoch, aggregate_id) DO UPDATE SET version = sequence_position.version
RETURNING source, epoch, aggregate_id, version
""")
# A statement of its own after the locks, so that it sees what whoever held them before has written.
_WITH_SOMETHING_WAITING = text("""
SELECT source, epoch, aggregate_id FROM held_notice WHERE consumer = :consumer AND aggregate_id = ANY(CAST(:aggregates AS uuid[]))
UNION
SELECT source, epoch, aggregate_id FROM dead_event
WHERE consumer = :consumer AND state = 'waived' AND aggregate_id = ANY(CAST(:aggregates AS uuid[]))
""")
_STORE = text("""
UPDATE sequence_position p SET version = t.version
FROM unnest(CAST(:sources AS text[]), CAST(:epochs AS int[]), CAST(:aggregates AS uuid[]), CAST(:versions AS int[]))
  AS t (source, epoch, aggregate_id, version)
WHERE p.consumer = :consumer AND p.source = t.source AND p.epoch = t.epoch AND p.aggregate_id = t.aggregate_id
""")
_HOLD = text("""
INSERT INTO held_notice (consumer, source, epoch, aggregate_id, version, event)
VALUES (:consumer, :source, :epoch, :aggregate_id, :version, CAST(:event AS jsonb)) ON CONFLICT DO NOTHING
""")
_TAKE_HELD = text("""
DELETE FROM held_notice
WHERE consumer = :consumer AND source = :source AND epoch = :epoch AND aggregate_id = :aggregate_id AND version = :version
RETURNING event::text
""")

_IS_WAIVED = text("""
SELECT EXISTS (SELECT 1 FROM dead_event WHERE consumer = :consumer AND source = :source AND epoch = :epoch
               AND aggregate_id = :aggregate_id AND version = :version AND state = 'waived')
""")


@dataclass
class VersionSequence:
    """`reached`: the last version that took effect. `something_waits`: a held event behind it, perhaps, or a waived one to step over."""

    consumer: str
    stream: Stream
    reached: int
    something_waits: bool

    async def hold(self, connection: AsyncConnection, envelope: Envelope) -> None:
        """It came before its turn."""
        event = json.dumps(envelope.to_json(), ensure_ascii=False)
        await connection.execute(_HOLD, {**self._at(envelope.version), "event": event})
        self.something_waits = True

    async def take_next(self, connection: AsyncConnection) -> Envelope | None:
        """The held event whose turn it is, held no more; None when there is none. Waived ones count as reached."""
        while True:
            held = (await connection.execute(_TAKE_HELD, self._at(self.reached + 1))).scalar_one_or_none()
            if held is not None:
                return Envelope.from_json(json.loads(held))
            if not (await connection.execute(_IS_WAIVED, self._at(self.reached + 1))).scalar_one():
                return None
            self.reached += 1

    def _at(self, version: int) -> dict[str, Any]:
        source, epoch, aggregate_id = self.stream
        return {"consumer": self.consumer, "source": source, "epoch": epoch, "aggregate_id": aggregate_id, "version": version}


async def lock_sequences(connection: AsyncConnection, consumer: str, events: Iterable[Envelope]) -> dict[Stream, VersionSequence]:
    """Those of all events, for this transaction alone."""
    asked = _columns(consumer, [event.stream for event in events])
    locked = (await connection.execute(_LOCK, asked)).all()
    waiting = await connection.execute(_WITH_SOMETHING_WAITING, {"consumer": consumer, "aggregates": asked["aggregates"]})
    with_waiting: set[Stream] = {(row.source, row.epoch, row.aggregate_id) for row in waiting}
    found: dict[Stream, int] = {(row.source, row.epoch, row.aggregate_id): row.version for row in locked}
    return {stream: VersionSequence(consumer, stream, reached, stream in with_waiting) for stream, reached in found.items()}


async def store_sequences(connection: AsyncConnection, sequences: Collection[VersionSequence]) -> None:
    """How far they have come; all of one consumer."""
    (consumer,) = {sequence.consumer for sequence in sequences}
    asked = _columns(consumer, [sequence.stream for sequence in sequences])
    await connection.execute(_STORE, {**asked, "versions": [sequence.reached for sequence in sequences]})


def _columns(consumer: str, streams: list[Stream]) -> dict[str, Any]:
    return {
        "consumer": consumer,
        "sources": [source for source, _, _ in streams],
        "epochs": [epoch for _, epoch, _ in streams],
        "aggregates": [aggregate_id for _, _, aggregate_id in streams],
    }
