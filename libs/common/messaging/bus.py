"""The port of the bus. An adapter may lose, repeat and reorder what it carries: the sweep of the feed makes good for it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """`body` is an envelope; `attempt` counts how often the relay has tried, so that a bus can tell two tries apart."""

    event_id: str
    type: str
    attempt: int
    body: bytes


class NotTaken(Exception):
    """The bus did not confirm a message: refused, unroutable, or it is not known what became of it."""


class Delivery(Protocol):
    """Some messages that have arrived; `acknowledge` after their effects are committed, never before."""

    @property
    def bodies(self) -> Sequence[bytes]: ...

    async def acknowledge(self) -> None: ...


class Subscription(Protocol):
    async def receive(self, limit: int) -> Delivery:
        """Waits for at least one message, then takes what has arrived, at most `limit`."""
        ...


class Bus(Protocol):
    async def publish(self, source: str, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        """One outcome for each message, in order; None means that every subscriber's queue has taken it."""
        ...

    def subscribe(self, consumer: str, source: str) -> AbstractAsyncContextManager[Subscription]:
        """The queue of `consumer` for events of `source`, while the context lasts."""
        ...
