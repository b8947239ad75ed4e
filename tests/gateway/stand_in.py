"""Stand-ins for whatever is behind the gateway: each says who it is and what came to it."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvloop
from starlette.types import Receive, Scope, Send

from embedded.servers import listen, serving

NAMES = ("portal", "sign-in", "directory", "directives", "tasks", "notify", "reporting")


@dataclass
class StandIn:
    """Answers with what it got. `headers` and `status` of its next answers are the test's; its stream goes on when `go_on` is set."""

    name: str
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    callers: set[int] = field(default_factory=set)
    asked: int = 0

    def as_new(self) -> None:
        self.status, self.headers, self.asked = 200, [], 0
        self.callers.clear()
        self.go_on.clear()
        self.ended.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        self.callers.add(scope["client"][1])
        if scope["path"] == "/live":
            await self._stream(send)
        else:
            await self._echo(scope, receive, send)

    async def _echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        length, more = 0, True
        while more:
            message = await receive()
            length += len(message.get("body", b""))
            more = message.get("more_body", False)
        said = {
            "name": self.name,
            "method": scope["method"],
            "path": scope["path"],
            "raw_path": scope["raw_path"].decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
            "length": length,
        }
        body = json.dumps(said).encode()
        await send(self._start("application/json", ("Content-Length", str(len(body)))))
        await send({"type": "http.response.body", "body": body})

    async def _stream(self, send: Send) -> None:
        await send(self._start("text/event-stream"))
        await send({"type": "http.response.body", "body": b"data: first\n\n", "more_body": True})
        await asyncio.to_thread(self.go_on.wait, 20)
        self.ended.set()
        await send({"type": "http.response.body", "body": b"data: last\n\n"})

    def _start(self, media_type: str, *more: tuple[str, str]) -> dict[str, Any]:
        headers = [("Content-Type", media_type), *more, *self.headers]
        return {
            "type": "http.response.start",
            "status": self.status,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }


@dataclass
class Behind:
    """All stand-ins, and where each listens."""

    stand_ins: Mapping[str, StandIn]
    addresses: Mapping[str, str]

    def __getitem__(self, name: str) -> StandIn:
        return self.stand_ins[name]

    def as_new(self) -> None:
        for one in self.stand_ins.values():
            one.as_new()


@contextmanager
def running_stand_ins(names: Sequence[str] = NAMES) -> Iterator[Behind]:
    stand_ins = {name: StandIn(name) for name in names}
    sockets = {name: listen() for name in names}
    started, end = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving({sockets[name]: stand_ins[name] for name in names}):
            started.set()
            await asyncio.to_thread(end.wait)

    with ExitStack() as stack:
        thread = threading.Thread(target=uvloop.run, args=(serve(),))
        thread.start()
        stack.callback(thread.join)
        stack.callback(end.set)
        assert started.wait(10)
        yield Behind(stand_ins, {name: "{}:{}".format(*opened.getsockname()) for name, opened in sockets.items()})
