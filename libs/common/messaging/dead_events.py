"""Events whose effect failed for good, kept with their reason until a person decides: redrive after a repair, or waive."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope

Key = tuple[str, int, UUID, int]

_WHERE = "consumer = :consumer AND source = :source AND epoch = :epoch AND aggregate_id = :aggregate_id AND version = :version"

_BURY = text("""
INSERT INTO dead_event (consumer, source, epoch, aggregate_id, version, event, error)
VALUES (:consumer, :source, :epoch, :aggregate_id, :version, CAST(:event AS jsonb), :error)
ON CONFLICT (consumer, source, epoch, aggregate_id, version)
DO UPDATE SET attempts = dead_event.attempts + 1, error = excluded.error, state = 'open'
""")
_IS_CLAIMED = text(f"SELECT EXISTS (SELECT 1 FROM inbox WHERE {_WHERE})")
_UNCLAIM = text(f"DELETE FROM inbox WHERE {_WHERE}")
_DECIDE = text(
    f"UPDATE dead_event SET state = :state, decided_at = now(), decided_by = :by, reason = :reason WHERE {_WHERE} AND state = 'open'"
)
# An event that died and later came again, and then took effect, needs no decision any more.
_SETTLE = text("""
UPDATE dead_event d SET state = 'redriven', decided_at = now(), decided_by = 'delivery', reason = 'took effect when it came again'
WHERE d.consumer = :consumer AND d.state = 'open'
  AND (d.source, d.epoch, d.aggregate_id, d.version) IN (
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:epochs AS int[]), CAST(:aggregates AS uuid[]), CAST(:versions AS int[])))
""")
_OPEN = text("""
SELECT consumer, event::text AS event, error, attempts, state, died_at, decided_by, reason
FROM dead_event WHERE state = 'open' OR :decided ORDER BY died_at, aggregate_id, version
""")


@dataclass(frozen=True)
class DeadEvent:
    consumer: str
    envelope: Envelope
    error: str
    attempts: int
    state: str
    died_at: datetime
    decided_by: str | None
    reason: str | None


def _place(consumer: str, key: Key) -> dict[str, object]:
    source, epoch, aggregate_id, version = key
    return {"consumer": consumer, "source": source, "epoch": epoch, "aggregate_id": aggregate_id, "version": version}


async def bury(connection: AsyncConnection, consumer: str, envelope: Envelope, error: BaseException) -> None:
    event = _keepable(json.dumps(envelope.to_json(), ensure_ascii=False))
    words = _keepable(f"{type(error).__name__}: {error}"[:2000])
    await connection.execute(_BURY, {**_place(consumer, envelope.key), "event": event, "error": words})


def _keepable(words: str) -> str:
    """Without the zero character and halves of a character, which no database keeps: what cannot be applied must at least be buried."""
    return words.replace("\\u0000", "\\ufffd").replace("\0", "\ufffd").encode("utf-8", "replace").decode()


async def bury_unclaimed(connection: AsyncConnection, consumer: str, envelope: Envelope, error: BaseException) -> None:
    """Bury what has not taken effect by another way."""
    if not (await connection.execute(_IS_CLAIMED, _place(consumer, envelope.key))).scalar_one():
        await bury(connection, consumer, envelope, error)


async def unclaim(connection: AsyncConnection, consumer: str, envelope: Envelope) -> None:
    await connection.execute(_UNCLAIM, _place(consumer, envelope.key))


async def settle(connection: AsyncConnection, consumer: str, envelopes: Sequence[Envelope]) -> None:
    await connection.execute(
        _SETTLE,
        {
            "consumer": consumer,
            "sources": [envelope.source for envelope in envelopes],
            "epochs": [envelope.epoch for envelope in envelopes],
            "aggregates": [envelope.subject for envelope in envelopes],
            "versions": [envelope.version for envelope in envelopes],
        },
    )


async def decide(connection: AsyncConnection, consumer: str, key: Key, state: str, *, by: str, reason: str) -> None:
    await connection.execute(_DECIDE, {**_place(consumer, key), "state": state, "by": by, "reason": reason})


async def listed(connection: AsyncConnection, *, decided: bool = False) -> list[DeadEvent]:
    """The dead events that wait for a decision, with `decided` also those that had one; oldest first."""
    rows = await connection.execute(_OPEN, {"decided": decided})
    return [
        DeadEvent(
            row.consumer,
            Envelope.from_json(json.loads(row.event)),
            row.error,
            row.attempts,
            row.state,
            row.died_at,
            row.decided_by,
            row.reason,
        )
        for row in rows
    ]
