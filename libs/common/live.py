"""Hints after a commit: to the relay that the outbox has work, to open pages that lists changed. A lost hint costs a moment, nothing else.

NOTIFY inside a transaction would hold one lock of the whole cluster through the flush, so it is sent afterwards, in a
statement of its own, by one line that gathers what has piled up meanwhile.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from libs.common.db import Database

OUTBOX = "outbox"
LISTS = "lists"


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
            self._tell({"*"})
            await lost.wait()
            raise ConnectionError("the line that listens for changed lists was lost")
        finally:
            await line.close(timeout=2)

    def _tell(self, lists: set[str]) -> None:
        for listener in self._listeners:
            listener.put_nowait(lists)

    async def follow(self) -> AsyncIterator[set[str]]:
        """Every hint from now on, several gathered into one."""
        queue: asyncio.Queue[set[str]] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                lists = await queue.get()
                while not queue.empty():
                    lists |= queue.get_nowait()
                yield lists
        finally:
            self._listeners.discard(queue)
