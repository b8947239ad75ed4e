"""Which bus a system runs over is told by one address, and known to nobody but this module."""

from urllib.parse import urlsplit

from libs.common.messaging.bus import Bus
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.rabbitmq import RabbitMqBus


class UnknownBus(ValueError):
    """The address is of no bus that we have an adapter for."""


def open_bus(url: str) -> Bus:
    """`memory:` for a bus within this process, `amqp://…` or `amqps://…` for a RabbitMQ. Lines are opened when they are needed."""
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return InMemoryBus()
    if scheme in ("amqp", "amqps"):
        return RabbitMqBus(url)
    raise UnknownBus(f"an address of a bus begins with memory:, amqp: or amqps:, not with {scheme}:")
