"""One answer for all who ask the same within a moment: what stands in the head of every page is counted once a second, not once a page."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

Answer = TypeVar("Answer")
SHARED_SECONDS = 1.0


@dataclass
class _Kept:
    answer: asyncio.Future[Any]
    until: float


class SharedAnswers:
    """Answers by the list that they are drawn from; whatever else tells them apart, and for whose eyes they are, stands in the key."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[Hashable, _Kept]] = {}

    async def get(self, drawn_from: str, key: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of a moment ago, or the one that somebody is just asking for. A failure is told to all who wait, and not kept."""
        kept = self._kept.setdefault(drawn_from, {})
        found = kept.get(key)
        if found is None or found.until < time.monotonic():
            self._drop_old(kept)
            # A task of its own: who asked first may go away before it is answered.
            found = kept[key] = _Kept(asyncio.ensure_future(ask()), time.monotonic() + SHARED_SECONDS)
            found.answer.add_done_callback(lambda done: self._drop_failed(kept, key, done))
        answer: Answer = await asyncio.shield(found.answer)
        return answer

    def forget(self, drawn_from: str | None = None) -> None:
        """The list changed (None: any of them may have): who asks from now on is told anew."""
        for name in [drawn_from] if drawn_from is not None else list(self._kept):
            self._kept.pop(name, None)

    def _drop_old(self, kept: dict[Hashable, _Kept]) -> None:
        now = time.monotonic()
        for key in [key for key, one in kept.items() if one.until < now]:
            del kept[key]

    def _drop_failed(self, kept: dict[Hashable, _Kept], key: Hashable, done: asyncio.Future[Any]) -> None:
        if done.cancelled() or done.exception() is not None:
            found = kept.get(key)
            if found is not None and found.answer is done:
                del kept[key]
