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


class Publisher(Protocol):
    async def publish(self, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        """One outcome for each message, in order; None means that every subscriber's queue has taken it.

        Raises when the bus cannot be spoken to at all; then nothing is known of any of them.
        """
        ...


class Bus(Protocol):
    """Lines to a bus live as long as these contexts. Whatever goes wrong with one is raised inside, and the way on is to enter it anew."""

    def publisher(self, source: str) -> AbstractAsyncContextManager[Publisher]:
        """For the events of `source`, while the context lasts."""
        ...

    def subscribe(self, consumer: str, source: str) -> AbstractAsyncContextManager[Subscription]:
        """The queue of `consumer` for events of `source`, while the context lasts."""
        ...

    def dead_letters(self, consumer: str) -> AbstractAsyncContextManager[Subscription]:
        """What the bus has given up delivering to `consumer`, of any source, while the context lasts."""
        ...
