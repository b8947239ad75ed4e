"""One answer for all who ask the same at the same time, computed once; what nobody waits for any more is not computed to its end.

No answer is older than a change that was told before the question: `forget` is called whenever something is told to have changed, and
whoever asks after it gets an answer that was begun after it. So that fifty changes a second are not fifty computations, the next one of
a key begins some time after the one before, never beside it, and all who ask meanwhile wait for it together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

KEPT_SECONDS = 1.0
PAUSE_SECONDS = 0.5


class SingleFlight:
    """`may_keep` says whether changes are being heard of: while they are not, an answer is shared but not kept."""

    def __init__(self, may_keep: Callable[[], bool] = lambda: True, *, kept: float = KEPT_SECONDS, pause: float = PAUSE_SECONDS) -> None:
        self._may_keep = may_keep
        self._kept = kept
        self._pause = pause
        self._generation = 0
        self._flights: dict[Hashable, _Flight] = {}

    def forget(self) -> None:
        """Something changed: answers begun before this moment are for those who asked before it."""
        self._generation += 1

    async def answer(self, key: Hashable, compute: Callable[[], Awaitable[T]]) -> T:
        """What `compute` returns, or raises, for this or another who asked for `key`. Errors are not kept."""
        flight = self._flights.get(key)
        if flight is None or not self._serves(flight):
            flight = self._flights[key] = self._begin(key, compute, before=flight)
        flight.waiting += 1
        try:
            found: T = await asyncio.shield(flight.task)
            return found
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and not flight.task.done():
                self._drop(key, flight)
                flight.task.cancel()

    def _serves(self, flight: "_Flight") -> bool:
        if flight.generation is None:
            return True
        return flight.generation == self._generation and (not flight.task.done() or self._may_keep())

    def _begin(self, key: Hashable, compute: Callable[[], Awaitable[Any]], *, before: "_Flight | None") -> "_Flight":
        flight = _Flight()
        flight.task = asyncio.create_task(self._fly(key, flight, compute, before))
        return flight

    async def _fly(self, key: Hashable, flight: "_Flight", compute: Callable[[], Awaitable[Any]], before: "_Flight | None") -> Any:
        loop = asyncio.get_running_loop()
        if before is not None:
            await asyncio.wait([before.task])
            await asyncio.sleep(before.began + self._pause - loop.time())
        flight.began = loop.time()
        flight.generation = self._generation
        try:
            found = await compute()
        except BaseException:
            self._drop(key, flight)
            raise
        loop.call_later(self._kept, self._drop, key, flight)
        return found

    def _drop(self, key: Hashable, flight: "_Flight") -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


class _Flight:
    """`generation` is what was told before it began, None while it has not."""

    def __init__(self) -> None:
        self.task: asyncio.Task[Any]
        self.generation: int | None = None
        self.began = 0.0
        self.waiting = 0
