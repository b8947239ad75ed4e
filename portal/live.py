"""Open pages learn within a second that something changed: one line to each service, one to each browser, and never any content on them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress

import httpx2

from libs.common.tokens import ServiceTokens

# What a page calls the lists of a service; a page does not know which service draws them.
LISTS = {"directory": "agencies", "directives": "directives", "tasks": "tasks", "notify": "notices", "reporting": "figures"}
HEARTBEAT_SECONDS = 20.0
# A service says something every quarter of a minute; one that is silent for longer is gone, whatever the line looks like.
STREAM_TIMEOUT = httpx2.Timeout(5.0, read=40.0)


class Live:
    """`run_of` keeps the line to a service; `follow` is what one browser hears."""

    def __init__(self, addresses: Mapping[str, str], tokens: ServiceTokens, changed: Callable[[str], None]) -> None:
        self._addresses = addresses
        self._tokens = tokens
        self._changed = changed
        self._listeners: set[asyncio.Queue[str]] = set()

    def works(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """One work for each service, to be kept running."""
        return [(f"live line to {service}", self._line(service)) for service in self._addresses]

    def _line(self, service: str) -> Callable[[], Awaitable[None]]:
        async def listen() -> None:
            headers = {"Authorization": f"Bearer {await self._tokens.for_audience(service)}"}
            url = f"{self._addresses[service]}/internal/stream"
            async with (
                httpx2.AsyncClient(timeout=STREAM_TIMEOUT, trust_env=False) as client,
                client.stream("GET", url, headers=headers) as answer,
            ):
                answer.raise_for_status()
                # What changed while the line was down is not known, so everything may have.
                self.say(LISTS[service])
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        self.say(LISTS[service])
            raise ConnectionError(f"{service} ended the live line")

        return listen

    def say(self, name: str) -> None:
        """Tell every open page that a list changed."""
        self._changed(name)
        for listener in self._listeners:
            listener.put_nowait(name)

    async def follow(self, still_signed_in: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
        """Server-sent events for one browser, as long as its session lives."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        clock = asyncio.get_running_loop().time
        seen_signed_in = clock()
        try:
            yield b"retry: 1000\n\n"
            while True:
                names: set[str] = set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        names.add(await queue.get())
                while not queue.empty():
                    names.add(queue.get_nowait())
                # However much there is to tell: who has signed out hears nothing more.
                if clock() - seen_signed_in >= HEARTBEAT_SECONDS:
                    if not await still_signed_in():
                        return
                    seen_signed_in = clock()
                yield b"data: " + json.dumps({"lists": sorted(names)}).encode() + b"\n\n" if names else b": still here\n\n"
        finally:
            self._listeners.discard(queue)
