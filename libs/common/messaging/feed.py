"""The source's feed: the truth that every consumer sweeps."""

import json
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope, NoEnvelope

log = structlog.get_logger()

COLUMNS = (
    "e.seq, e.epoch, e.event_id, e.aggregate_type, e.aggregate_id, e.version, e.type, e.payload::text AS payload, e.actor, "
    "e.correlation_id, e.causation_id, e.traceparent, e.created_at, e.tx_id::text AS tx_id"
)

# A late commit may carry a smaller seq than one already read, so the feed follows transaction ids and stops below the
# oldest transaction still running. "seq > last seen" would lose that row.
_FEED = text(f"""
SELECT {COLUMNS} FROM event_log e
WHERE (e.epoch, e.tx_id, e.seq) > (:epoch, CAST(CAST(:tx_id AS text) AS xid8), :seq)
  AND (e.epoch < (SELECT max(epoch) FROM stream_meta) OR e.tx_id < pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY e.epoch, e.tx_id, e.seq LIMIT :limit
""")


@dataclass(frozen=True, order=True)
class Position:
    """How far a feed has been read. In text `epoch.transaction.sequence`, empty for the beginning."""

    epoch: int = 0
    tx_id: int = 0
    seq: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}.{self.tx_id}.{self.seq}"

    @staticmethod
    def parse(words: str) -> "Position":
        """Raises ValueError for anything but what `str` gives."""
        if not words:
            return Position()
        epoch, tx_id, seq = map(int, words.split("."))
        if not (0 <= epoch < 2**31 and 0 <= tx_id < 2**63 and 0 <= seq < 2**63):
            raise ValueError(f"{words} is no position")
        return Position(epoch, tx_id, seq)


@dataclass(frozen=True)
class FeedPage:
    """`unreadable`: how many events between the positions are none that we can read. They hold nothing up."""

    envelopes: list[Envelope]
    position: Position
    unreadable: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"events": [envelope.to_json() for envelope in self.envelopes], "position": str(self.position)}

    @staticmethod
    def from_json(page: dict[str, Any]) -> "FeedPage":
        envelopes = []
        for event in page["events"]:
            try:
                envelopes.append(Envelope.from_json(event))
            except NoEnvelope as error:
                log.error("no-envelope", position=page["position"], detail=str(error))
        return FeedPage(envelopes, Position.parse(page["position"]), len(page["events"]) - len(envelopes))


def envelope_of(source: str, row: Any) -> Envelope:
    """A row of the event log (record of asyncpg or mapping) as it travels.

    A payload that cannot be read travels as one that fits no contract: every consumer buries it under its key, and all others go on.
    """
    return Envelope(
        id=row["event_id"],
        source=source,
        type=row["type"],
        subject=row["aggregate_id"],
        aggregate_type=row["aggregate_type"],
        time=row["created_at"],
        epoch=row["epoch"],
        version=row["version"],
        actor=row["actor"],
        correlation_id=row["correlation_id"],
        causation_id=row["causation_id"],
        traceparent=row["traceparent"],
        data=_data(row),
    )


def _data(row: Any) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(row["payload"])
    except (ValueError, RecursionError) as error:
        log.error("payload-unreadable", event_id=str(row["event_id"]), seq=row["seq"], error=type(error).__name__)
        return {"unreadable": type(error).__name__}
    return data


async def read_feed(connection: AsyncConnection, source: str, after: Position, limit: int) -> FeedPage:
    """The next events after a position, in the order in which everyone may rely on having seen all before them."""
    rows = (
        (await connection.execute(_FEED, {"epoch": after.epoch, "tx_id": str(after.tx_id), "seq": after.seq, "limit": limit}))
        .mappings()
        .all()
    )
    if not rows:
        return FeedPage([], after)
    last = rows[-1]
    return FeedPage([envelope_of(source, row) for row in rows], Position(last["epoch"], int(last["tx_id"]), last["seq"]))
