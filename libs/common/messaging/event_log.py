"""What happened, written with what changed: event log, outbox, audit and the version of the idempotency key in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.messaging.envelope import MAX_EVENT_BYTES, EventTooLarge
from libs.common.telemetry import present_traceparent
from libs.contracts.contract import Contract

# One round trip for one event. The arms see the same snapshot, in which the idempotency key of this transaction is already there.
_APPEND = text("""
WITH logged AS (
  INSERT INTO event_log (epoch, event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id,
                         causation_id, traceparent, occurred_at)
  VALUES ((SELECT max(epoch) FROM stream_meta), :event_id, :aggregate_type, :aggregate_id, :version, :type, CAST(:payload AS jsonb),
          :actor, :correlation_id, :causation_id, :traceparent, :occurred_at)
  RETURNING seq, epoch),
audited AS (
  INSERT INTO audit_entry (event_id, epoch, aggregate_id, version, action, actor, role, membership_id, agency_id, occurred_at, request_id)
  SELECT :event_id, epoch, :aggregate_id, :version, :type, :actor, :role, :membership_id, :agency_id, :occurred_at, :correlation_id
  FROM logged),
keyed AS (
  UPDATE command_key SET aggregate_id = :aggregate_id, version = :version
  WHERE principal = :actor AND key = CAST(:key AS text) AND (aggregate_id IS NULL OR aggregate_id = :aggregate_id))
INSERT INTO outbox (seq) SELECT seq FROM logged
""")


@dataclass(frozen=True)
class Cause:
    """What led to an event: the request or the event before it, so that a chain can be followed from the click to the figure."""

    correlation_id: str
    causation_id: str | None = None
    command_key: str | None = None


@dataclass(frozen=True)
class Recorded:
    """One event of one aggregate, about to be written."""

    aggregate_type: str
    aggregate_id: UUID
    version: int
    contract: Contract


async def append(connection: AsyncConnection, events: Sequence[Recorded], *, actor: Actor, cause: Cause) -> None:
    """Write events in this order. Raises EventTooLarge above 64 KiB; a version that exists already is an IntegrityError."""
    common = {
        "actor": actor.name,
        "role": actor.role,
        "membership_id": actor.membership_id,
        "agency_id": actor.agency_id,
        "correlation_id": cause.correlation_id,
        "causation_id": cause.causation_id,
        "traceparent": present_traceparent(),
        "key": cause.command_key,
    }
    rows = [common | _row(event) for event in events]
    # Many at once go to the server in one pipeline; a list of one would only cost more.
    await connection.execute(_APPEND, rows if len(rows) > 1 else rows[0])


def _row(event: Recorded) -> dict[str, Any]:
    payload = event.contract.model_dump_json()
    size = len(payload.encode())
    if size > MAX_EVENT_BYTES:
        raise EventTooLarge(f"{event.contract.type} of {event.aggregate_id} is {size} bytes")
    return {
        "event_id": uuid7(),
        "aggregate_type": event.aggregate_type,
        "aggregate_id": event.aggregate_id,
        "version": event.version,
        "type": event.contract.type,
        "payload": payload,
        "occurred_at": event.contract.occurred_at,
    }
