"""CloudEvents 1.0 in structured JSON: the same bytes on every bus and in every feed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

MAX_EVENT_BYTES = 64 * 1024
# Source, epoch, aggregate: what has versions in one sequence.
Stream = tuple[str, int, UUID]


class EventTooLarge(Exception):
    """An event is at most 64 KiB; the transaction that would have recorded it is refused."""


class NoEnvelope(ValueError):
    """Something else arrived, or nothing that can be kept under a key."""


@dataclass(frozen=True)
class Envelope:
    """One event as it travels. `subject` is the aggregate, `version` its 1…n without gaps, `time` the database's clock.

    `data` holds `occurred_at` (business time), `state` after the change and `change`, the what and why.
    """

    id: UUID
    source: str
    type: str
    subject: UUID
    aggregate_type: str
    time: datetime
    epoch: int
    version: int
    actor: str
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: dict[str, Any]

    @property
    def key(self) -> tuple[str, int, UUID, int]:
        """What has taken effect is remembered under this; (source, epoch, aggregate, version)."""
        return (self.source, self.epoch, self.subject, self.version)

    @property
    def stream(self) -> Stream:
        return (self.source, self.epoch, self.subject)

    def to_json(self) -> dict[str, Any]:
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": f"/services/{self.source}",
            "type": self.type,
            "subject": str(self.subject),
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "dataschema": f"urn:chidao:schema:{self.type}",
            "dataclass": "internal",
            "aggregatetype": self.aggregate_type,
            "epoch": self.epoch,
            "version": self.version,
            "actor": self.actor,
            "correlationid": self.correlation_id,
        }
        if self.causation_id:
            event["causationid"] = self.causation_id
        if self.traceparent:
            event["traceparent"] = self.traceparent
        event["data"] = self.data
        return event

    def to_bytes(self) -> bytes:
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")).encode()

    @staticmethod
    def from_json(event: dict[str, Any]) -> "Envelope":
        """Raises NoEnvelope, whatever it is that is none."""
        try:
            envelope = Envelope(
                id=UUID(event["id"]),
                source=event["source"].removeprefix("/services/"),
                type=event["type"],
                subject=UUID(event["subject"]),
                aggregate_type=event["aggregatetype"],
                time=datetime.fromisoformat(event["time"]),
                epoch=event["epoch"],
                version=event["version"],
                actor=event["actor"],
                correlation_id=event["correlationid"],
                causation_id=event.get("causationid"),
                traceparent=event.get("traceparent"),
                data=event["data"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoEnvelope(type(error).__name__) from error
        numbered = all(type(number) is int and 0 < number < 2**31 for number in (envelope.epoch, envelope.version))
        if not (numbered and isinstance(envelope.type, str) and isinstance(envelope.data, dict)):
            raise NoEnvelope("epoch, version, type or data")
        return envelope

    @staticmethod
    def from_bytes(body: bytes) -> "Envelope":
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NoEnvelope(type(error).__name__) from error
        return Envelope.from_json(event)
