"""What has to stand in the broker, derived from who publishes and who declares to consume what. A description; `management.py` applies it.

Arguments of a queue can never be changed later, so they fix only its type and that one consumer at a time is active. Everything else is
policy. Policies do not merge: each queue has exactly one, with all its keys.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.common.messaging.consumer import Consumer

# Every death of a consumer counts as a delivery of everything it had prefetched, so the limit is far above what any trouble brings.
DELIVERY_LIMIT = 1_000
# The dead queue has no dead queue of its own: beyond a limit a message would be dropped, and newer brokers have one of 20 unless told.
DEAD_DELIVERY_LIMIT = 1_000_000
QUORUM = {"x-queue-type": "quorum"}
NOTHING = "^$"


def exchange_of(source: str) -> str:
    return f"ev.{source}"


def queue_of(consumer: str, source: str) -> str:
    return f"q.{consumer}.{source}"


def dead_exchange_of(consumer: str) -> str:
    return f"dead.{consumer}"


def dead_queue_of(consumer: str) -> str:
    return f"q.dead.{consumer}"


@dataclass(frozen=True)
class Party:
    """A service as the broker sees it; its user there bears its name."""

    service: str
    publishes: bool
    consumers: Sequence[Consumer] = ()


@dataclass(frozen=True)
class Exchange:
    name: str
    type: str


@dataclass(frozen=True)
class Queue:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Binding:
    exchange: str
    queue: str
    routing_key: str


@dataclass(frozen=True)
class Policy:
    """What holds for the queues whose names match `pattern`."""

    name: str
    pattern: str
    definition: Mapping[str, Any]


@dataclass(frozen=True)
class Rights:
    """What a service's user may declare, write to and read from; patterns of names."""

    user: str
    write: str
    read: str
    configure: str = NOTHING


@dataclass(frozen=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]
    policies: tuple[Policy, ...]
    rights: tuple[Rights, ...]


def topology_of(parties: Sequence[Party]) -> Topology:
    consumers = [consumer for party in parties for consumer in party.consumers]
    followed = [(consumer.name, source) for consumer in consumers for source in consumer.sources]
    return Topology(
        exchanges=(
            *(Exchange(exchange_of(party.service), "topic") for party in parties if party.publishes),
            *(Exchange(dead_exchange_of(consumer.name), "fanout") for consumer in consumers),
        ),
        queues=(
            *(Queue(queue_of(consumer, source), QUORUM | {"x-single-active-consumer": True}) for consumer, source in followed),
            *(Queue(dead_queue_of(consumer.name), QUORUM) for consumer in consumers),
        ),
        bindings=(
            *(Binding(exchange_of(source), queue_of(consumer, source), "#") for consumer, source in followed),
            *(Binding(dead_exchange_of(consumer.name), dead_queue_of(consumer.name), "") for consumer in consumers),
        ),
        policies=tuple(policy for consumer in consumers for policy in _policies(consumer)),
        rights=tuple(_rights(party) for party in parties),
    )


def _policies(consumer: Consumer) -> tuple[Policy, Policy]:
    living = {
        "delivery-limit": DELIVERY_LIMIT,
        "dead-letter-exchange": dead_exchange_of(consumer.name),
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }
    return (
        Policy(consumer.name, _exactly(queue_of(consumer.name, source) for source in consumer.sources), living),
        Policy(f"dead.{consumer.name}", _exactly([dead_queue_of(consumer.name)]), {"delivery-limit": DEAD_DELIVERY_LIMIT}),
    )


def _rights(party: Party) -> Rights:
    read = [queue_of(consumer.name, source) for consumer in party.consumers for source in consumer.sources]
    read += [dead_queue_of(consumer.name) for consumer in party.consumers]
    return Rights(party.service, write=_exactly([exchange_of(party.service)] if party.publishes else []), read=_exactly(read))


def _exactly(names: Any) -> str:
    listed = [re.escape(name) for name in names]
    return f"^({'|'.join(listed)})$" if listed else NOTHING
