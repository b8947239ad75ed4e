"""The bus of the embedded run: one queue in this process for each consumer and source.

Confirms when every subscriber's queue has taken the message. What dies with the process comes back by the sweep.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from libs.common.messaging.bus import Message, NotTaken

# A queue longer than this refuses; the outbox keeps the row and tries again later.
LONGEST_QUEUE = 20_000

Distortion = Callable[[list[bytes]], list[bytes]]


def undistorted(bodies: list[bytes]) -> list[bytes]:
    return bodies


@dataclass
class _Taken:
    bodies: Sequence[bytes]

    async def acknowledge(self) -> None:
        """What was taken from a queue of this process needs no word back."""


@dataclass
class _Queue:
    waiting: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, bodies: list[bytes]) -> None:
        self.waiting.extend(bodies)
        self.arrived.set()

    async def receive(self, limit: int) -> _Taken:
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        taken, self.waiting[:limit] = self.waiting[:limit], []
        return _Taken(taken)


class InMemoryBus:
    """`distort` is for tests of the promise: it may drop, repeat or reorder what one publish hands to one queue."""

    def __init__(self, distort: Distortion = undistorted) -> None:
        self._queues: dict[str, dict[str, _Queue]] = {}
        self._distort = distort

    async def publish(self, source: str, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        queues = self._queues.get(source, {})
        if not queues:
            return [NotTaken(f"nobody listens to {source}") for _ in messages]
        if any(len(queue.waiting) + len(messages) > LONGEST_QUEUE for queue in queues.values()):
            return [NotTaken(f"a queue of {source} is full") for _ in messages]
        for queue in queues.values():
            queue.put(self._distort([message.body for message in messages]))
        return [None] * len(messages)

    @asynccontextmanager
    async def publisher(self, source: str) -> AsyncIterator["_Publisher"]:
        yield _Publisher(self, source)

    @asynccontextmanager
    async def subscribe(self, consumer: str, source: str) -> AsyncIterator[_Queue]:
        # A queue outlives its reader as a broker's would: a consumer that restarts finds what came meanwhile.
        yield self._queues.setdefault(source, {}).setdefault(consumer, _Queue())

    @asynccontextmanager
    async def dead_letters(self, consumer: str) -> AsyncIterator[_Queue]:
        # A message is handed over once here, and so never too often.
        yield _Queue()

    @property
    def waiting(self) -> int:
        """How many messages were taken from a publisher and not yet by a reader."""
        return sum(len(queue.waiting) for queues in self._queues.values() for queue in queues.values())

    def purge(self) -> int:
        """Forget everything that waits; how many messages were lost."""
        lost = 0
        for queues in self._queues.values():
            for queue in queues.values():
                lost += len(queue.waiting)
                queue.waiting.clear()
        return lost


@dataclass
class _Publisher:
    bus: InMemoryBus
    source: str

    async def publish(self, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        return await self.bus.publish(self.source, messages)
