"""Web servers as parts of one process: they listen where they are told and leave signals and logging to whoever runs them."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from embedded.refusals import CannotRun

HOST = "127.0.0.1"
# A request is answered within this time when the run ends; live streams never end by themselves and are hung up on then.
LONGEST_FAREWELL_SECONDS = 1.0
LONGEST_STOP_SECONDS = 10
BACKLOG = 512


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def _wait_tasks_to_complete(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_FAREWELL_SECONDS):
                await super()._wait_tasks_to_complete()
        # Cancelled, an application could only break off; hung up on, it ends in order.
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.close()
        await super()._wait_tasks_to_complete()


def listen(port: int = 0) -> socket.socket:
    """A loopback socket that takes callers from now on; they wait until its server runs. Raises CannotRun for a port in use."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((HOST, port))
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotRun(
                f"Cổng {port} đang được chương trình khác sử dụng; vui lòng chọn cổng khác bằng --port",
                f"port {port} is in use; choose another with --port",
            ) from error
        raise CannotRun(f"Không mở được cổng {port}", f"port {port} cannot be opened: {error.strerror}") from error
    return opened


def address_of(opened: socket.socket) -> str:
    return f"http://{HOST}:{opened.getsockname()[1]}"


@asynccontextmanager
async def serving(apps: Mapping[socket.socket, ASGIApp]) -> AsyncIterator[None]:
    """Each application answers on its socket while the context lasts."""
    servers = [
        (
            _Server(
                uvicorn.Config(
                    app,
                    log_config=None,
                    access_log=False,
                    lifespan="off",
                    ws="none",
                    proxy_headers=False,
                    server_header=False,
                    timeout_graceful_shutdown=LONGEST_STOP_SECONDS,
                )
            ),
            opened,
        )
        for opened, app in apps.items()
    ]
    tasks = [asyncio.create_task(server.serve(sockets=[opened])) for server, opened in servers]
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
