"""A web server that says farewell in order: requests are answered, live streams are hung up on."""

import asyncio
import gc
import resource
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

# After this time, and again after it, whoever is in the middle of an answer is hung up on when a process ends: live streams never end
# by themselves. Whoever has no answer yet is at work on a change, and has the longer time.
LONGEST_FAREWELL_SECONDS = 1.0
LONGEST_STOP_SECONDS = 10
# Longer than any client of ours keeps an idle line (five seconds): were both the same, a request could be sent on a line that the server is
# just closing, and a change that is lost so cannot be repeated by itself.
IDLE_LINE_SECONDS = 15
MOST_FILES = 65_536
# So many new objects before the youngest are looked through: one answer of a hundred rows makes some thousands.
YOUNG_OBJECTS = 10_000


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        # Every open page holds a line, and every line is a file: the 1,024 that many a system begins with are soon used up.
        present, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(present, min(most, MOST_FILES)), most))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        _keep_what_is_there()

    async def _wait_tasks_to_complete(self) -> None:
        while self.server_state.connections or self.server_state.tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_FAREWELL_SECONDS):
                    await super()._wait_tasks_to_complete()
                    return
            # Cancelled, an application could only break off; hung up on, it ends in order.
            for connection in list(self.server_state.connections):
                cycle = getattr(connection, "cycle", None)
                at_work = cycle is not None and not cycle.response_started
                if connection.transport is not None and not at_work:
                    connection.transport.close()


def _keep_what_is_there() -> None:
    """Modules, routes and templates stay as long as the process: the collector need not go through them again.

    It did so whenever a large answer had made many objects, which then waited a fifth of a second for a quarter of a million that never go.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def configuration(app: ASGIApp, **more: object) -> uvicorn.Config:
    """What all our servers have in common: no log but ours, no word about what we are made of, no trust in headers of a proxy."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LONGEST_STOP_SECONDS,
        timeout_keep_alive=IDLE_LINE_SECONDS,
        **more,  # type: ignore[arg-type]
    )
