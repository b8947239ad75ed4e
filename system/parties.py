"""Who publishes and who follows whom, of all services: from it the topology of a broker is derived."""

from collections.abc import Mapping, Sequence

import services.directives.subscriptions
import services.notify.subscriptions
import services.reporting.subscriptions
import services.tasks.subscriptions
from libs.common.messaging.consumer import Consumer
from libs.common.messaging.topology import Party, Topology, topology_of

CONSUMERS: Mapping[str, Sequence[Consumer]] = {
    "directory": (),
    "directives": services.directives.subscriptions.CONSUMERS,
    "tasks": services.tasks.subscriptions.CONSUMERS,
    "notify": services.notify.subscriptions.CONSUMERS,
    "reporting": services.reporting.subscriptions.CONSUMERS,
}

CONSUMING = tuple(service for service, consumers in CONSUMERS.items() if consumers)

# The account that brings the topology about, and the virtual host that is ours.
OPERATOR = "operator"
VIRTUAL_HOST = "chidao"


def parties() -> list[Party]:
    """Every service; one publishes when another follows it."""
    followed = {source for consumers in CONSUMERS.values() for consumer in consumers for source in consumer.sources}
    return [Party(service, service in followed, consumers) for service, consumers in CONSUMERS.items()]


def wanted_topology() -> Topology:
    return topology_of(parties())
