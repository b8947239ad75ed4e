"""The sweep: every few seconds each consumer reads on in each source's feed, and so ends up right whatever the bus did."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.feed import FeedPage, Position
from libs.common.supervise import is_well

PAGE = 200

ReadFeed = Callable[[str, Position, int], Awaitable[FeedPage]]


class Sweep:
    """Sweeps the feed of `source` for one consumer. `read` fetches a page of the feed of a source after a position."""

    def __init__(self, runner: ConsumerRunner, source: str, read: ReadFeed, *, every: float) -> None:
        self._runner = runner
        self._source = source
        self._read = read
        self._every = every

    async def run(self) -> None:
        while True:
            await self.once()
            is_well()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._runner.sweep_wanted.wait()
            self._runner.sweep_wanted.clear()

    async def once(self) -> int:
        """Read to the present end of the feed; how many events were seen. Even when there were none, the source was heard of."""
        seen = 0
        position = await self._runner.position(self._source)
        while True:
            page = await self._read(self._source, position, PAGE)
            await self._runner.apply(page.envelopes, source=self._source, position=page.position)
            self._runner.put_aside += page.unreadable
            seen_now = len(page.envelopes) + page.unreadable
            seen += seen_now
            position = page.position
            if seen_now < PAGE:
                return seen
