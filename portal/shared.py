"""One answer for all who ask the same within a moment: what stands in the head of every page is counted once a second, not once a page."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from libs.common.single_flight import KEPT_SECONDS, SingleFlight

Answer = TypeVar("Answer")


class SharedAnswers:
    """Answers by the list that they are drawn from; whatever else tells them apart, and for whose eyes they are, stands in the key."""

    def __init__(self, *, kept: float = KEPT_SECONDS) -> None:
        self._kept = kept
        self._drawn_from: dict[str, SingleFlight] = {}

    async def get(self, drawn_from: str, key: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of a moment ago, or the one that somebody is just asking for. A failure is told to all who wait, and not kept."""
        # Few ask the same here: whoever has just changed something should not wait for a pause between two answers.
        flights = self._drawn_from.setdefault(drawn_from, SingleFlight(kept=self._kept, pause=0.0))
        return await flights.answer(key, ask)

    def forget(self, drawn_from: str | None = None) -> None:
        """The list changed (None: any of them may have): who asks from now on is told anew."""
        for name in [drawn_from] if drawn_from is not None else list(self._drawn_from):
            if name in self._drawn_from:
                self._drawn_from[name].forget()
