"""What every event leaves behind: in its source the event log and the audit, in each consumer that it has taken effect.

The outbox stays empty, as after a relay that has published everything.
"""

from functools import cache

from libs.common.messaging.consumer import Consumer
from seed.playing import Happened, Played
from seed.rows.batch import Batch
from system.parties import CONSUMERS


@cache
def followers(source: str) -> tuple[tuple[str, Consumer], ...]:
    """Which consumer of which service follows the feed of `source`."""
    return tuple((service, consumer) for service, consumers in CONSUMERS.items() for consumer in consumers if source in consumer.sources)


def add_messages(batch: Batch, played: Played) -> None:
    for happened in played.happened:
        _add_recorded(batch, happened)
        _add_taken(batch, happened)
    _add_sequences(batch, played)


def _add_recorded(batch: Batch, happened: Happened) -> None:
    event, contract, actor = happened.envelope, happened.contract, happened.actor
    batch.add(
        event.source,
        "event_log",
        {
            "epoch": event.epoch,
            "event_id": event.id,
            "aggregate_type": event.aggregate_type,
            "aggregate_id": event.subject,
            "version": event.version,
            "type": event.type,
            "payload": contract.model_dump_json(),
            "actor": actor.name,
            "correlation_id": event.correlation_id,
            "causation_id": event.causation_id,
            "traceparent": event.traceparent,
            "occurred_at": contract.occurred_at,
            "created_at": event.time,
        },
    )
    batch.add(
        event.source,
        "audit_entry",
        {
            "event_id": event.id,
            "epoch": event.epoch,
            "aggregate_id": event.subject,
            "version": event.version,
            "action": event.type,
            "actor": actor.name,
            "role": actor.role,
            "membership_id": actor.membership_id,
            "agency_id": actor.agency_id,
            "occurred_at": contract.occurred_at,
            "recorded_at": event.time,
            "request_id": event.correlation_id,
        },
    )


def _add_taken(batch: Batch, happened: Happened) -> None:
    event = happened.envelope
    for service, consumer in followers(event.source):
        batch.add(
            service,
            "inbox",
            {
                "consumer": consumer.name,
                "source": event.source,
                "epoch": event.epoch,
                "aggregate_id": event.subject,
                "version": event.version,
                "applied_at": event.time,
            },
        )


def _add_sequences(batch: Batch, played: Played) -> None:
    """How far each aggregate has come for those consumers whose effects have an order."""
    reached = {happened.envelope.stream: happened.envelope.version for happened in played.happened}
    for (source, epoch, aggregate_id), version in reached.items():
        for service, consumer in followers(source):
            if consumer.sequential:
                row = {"consumer": consumer.name, "source": source, "epoch": epoch, "aggregate_id": aggregate_id, "version": version}
                batch.add(service, "sequence_position", row)
