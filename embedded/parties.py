"""Who publishes and who follows whom, of all services: from it the topology of a broker is derived."""

from collections.abc import Mapping, Sequence

import services.directives.subscriptions
import services.notify.subscriptions
import services.reporting.subscriptions
import services.tasks.subscriptions
from embedded.rabbitmq import OPERATOR, VIRTUAL_HOST, Broker
from libs.common.messaging.consumer import Consumer
from libs.common.messaging.management import management
from libs.common.messaging.topology import Party, Topology, topology_of

CONSUMERS: Mapping[str, Sequence[Consumer]] = {
    "directory": (),
    "directives": services.directives.subscriptions.CONSUMERS,
    "tasks": services.tasks.subscriptions.CONSUMERS,
    "notify": services.notify.subscriptions.CONSUMERS,
    "reporting": services.reporting.subscriptions.CONSUMERS,
}

CONSUMING = tuple(service for service, consumers in CONSUMERS.items() if consumers)


def parties() -> list[Party]:
    """Every service; one publishes when another follows it."""
    followed = {source for consumers in CONSUMERS.values() for consumer in consumers for source in consumer.sources}
    return [Party(service, service in followed, consumers) for service, consumers in CONSUMERS.items()]


def wanted_topology() -> Topology:
    return topology_of(parties())


def apply_topology(broker: Broker) -> tuple[list[str], list[str]]:
    """Bring about in `broker` what all services need; what was changed, and what is left for a person."""
    wanted = wanted_topology()
    passwords = {rights.user: broker.password(rights.user) for rights in wanted.rights}
    operator = {"operator": OPERATOR, "password": broker.password(OPERATOR), "virtual_host": VIRTUAL_HOST}
    with management(broker.management_url, **operator) as managed:
        return managed.apply(wanted, passwords)
