"""Hints after a commit: to the relay that the outbox has work, to open pages that lists changed. A lost hint costs a moment, nothing else:
whoever begins to speak or to listen says that everything may have changed, for it may have while he was away.

NOTIFY inside a transaction would hold one lock of the whole cluster through the flush, so it is sent afterwards, in a
statement of its own, by one line that gathers what has piled up meanwhile.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from libs.common.db import Database
from libs.common.supervise import is_well

OUTBOX = "outbox"
LISTS = "lists"
# What may be any of them.
EVERYTHING = "*"
# A line over which nothing has come for so long is asked whether it is still there; so is a listener who has heard nothing.
QUIET_SECONDS = 15.0


class Hints:
    """`send` returns at once; `run` (kept running by the service) speaks to the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, set[str]] = {}
        self._something = asyncio.Event()

    def send(self, channel: str, *names: str) -> None:
        self._waiting.setdefault(channel, set()).update(names)
        self._something.set()

    def outbox(self) -> None:
        self.send(OUTBOX)

    def lists_changed(self, *lists: str) -> None:
        self.send(LISTS, *lists)

    async def run(self) -> None:
        line = await self._database.direct()
        # A process that was killed after its commit, or a line that broke, has not said what changed.
        self.outbox()
        self.lists_changed(EVERYTHING)
        is_well()
        try:
            while True:
                await self._something.wait()
                self._something.clear()
                waiting, self._waiting = self._waiting, {}
                for channel, names in waiting.items():
                    await line.execute("SELECT pg_notify($1, $2)", channel, json.dumps(sorted(names)))
        finally:
            await line.close(timeout=2)


class ChangedLists:
    """Fans out what the database says changed to every open `/internal/stream`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Queue[set[str]]] = set()

    async def run(self) -> None:
        line = await self._database.direct()
        lost = asyncio.Event()
        line.add_termination_listener(lambda _: lost.set())
        try:
            await line.add_listener(LISTS, lambda _connection, _pid, _channel, payload: self._tell(set(json.loads(payload))))
            # What changed while nobody listened is not known, so everything may have.
            self._tell({EVERYTHING})
            is_well()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_SECONDS):
                        await lost.wait()
                # A peer that is gone without a word is noticed only by asking.
                await line.execute("SELECT 1")
            raise ConnectionError("the line that listens for changed lists was lost")
        finally:
            await line.close(timeout=2)

    def _tell(self, lists: set[str]) -> None:
        for listener in self._listeners:
            listener.put_nowait(lists)

    async def follow(self) -> AsyncIterator[set[str]]:
        """Every hint from now on, several gathered into one; nothing at all after a while of silence."""
        queue: asyncio.Queue[set[str]] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                lists: set[str] = set()
                with suppress(TimeoutError):
                    async with asyncio.timeout(QUIET_SECONDS):
                        lists |= await queue.get()
                while not queue.empty():
                    lists |= queue.get_nowait()
                yield lists
        finally:
            self._listeners.discard(queue)
