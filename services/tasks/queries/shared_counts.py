"""How many rows a list has, counted once for all who ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic

# What takes longer than this is kept for a second: among so many rows a number that is a second old is no worse.
LONG_SECONDS = 0.02
KEPT_SECONDS = 1.0
MOST_KEPT = 1_000


class SharedCounts:
    """One for each process. `long_seconds` is how long a count takes that is worth keeping."""

    def __init__(self, *, long_seconds: float = LONG_SECONDS, kept_seconds: float = KEPT_SECONDS) -> None:
        self._long = long_seconds
        self._kept_seconds = kept_seconds
        self._counting: dict[Hashable, asyncio.Task[int]] = {}
        self._kept: dict[Hashable, tuple[float, int]] = {}

    async def count(self, question: Hashable, counting: Callable[[], Awaitable[int]]) -> int:
        """The answer to `question`, by `counting` unless somebody else is at it or it was answered just now."""
        kept = self._kept.get(question)
        if kept is not None and monotonic() < kept[0]:
            return kept[1]
        task = self._counting.get(question)
        if task is None:
            task = self._counting[question] = asyncio.create_task(self._count(question, counting))
        # Whoever goes away does not take the answer from the others.
        return await asyncio.shield(task)

    async def _count(self, question: Hashable, counting: Callable[[], Awaitable[int]]) -> int:
        started = monotonic()
        try:
            answer = await counting()
        finally:
            del self._counting[question]
        if monotonic() - started >= self._long:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[question] = (monotonic() + self._kept_seconds, answer)
        return answer
