"""Web servers as parts of one process: they listen where they are told and leave signals and logging to whoever runs them."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager

from starlette.types import ASGIApp

from libs.common.web.server import Server, configuration
from system.refusals import CannotRun

HOST = "127.0.0.1"
BACKLOG = 512


class _Part(Server):
    """Signals are the whole process's matter."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listen(port: int = 0) -> socket.socket:
    """A loopback socket that takes callers from now on; they wait until its server runs. Raises CannotRun for a port in use."""
    # With its protocol named, asyncio switches off the gathering of small packets, which would cost every answer 40 ms.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
    servers = [(_Part(configuration(app, lifespan="off")), opened) for opened, app in apps.items()]
    tasks = [asyncio.create_task(server.serve(sockets=[opened])) for server, opened in servers]
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
