"""Who has gone away is not worked for any more; a change is made all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.responses import Response, StreamingResponse

from libs.common import db
from libs.common.db import Database
from libs.common.single_flight import SingleFlight
from libs.common.web.disconnected import EndsWithItsAsker
from libs.common.web.server import Server, configuration
from tests.conftest import ServiceDatabase

RUNNING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%{0}%pg_sleep%'"""


@pytest.fixture
async def looking(database: Callable[[str], ServiceDatabase], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    # No statement ends by its own limits while a test waits for its end.
    monkeypatch.setattr(db, "LONGEST_ANSWER_SECONDS", 600)
    monkeypatch.setitem(db.SESSION_LIMITS, "statement_timeout", "600s")
    opened = Database(database("tasks").app_url, application="looking")
    yield opened
    await opened.dispose()


@pytest.fixture
async def port(looking: Database) -> AsyncIterator[int]:
    """A server whose answers take as long as the database sleeps."""
    flights = SingleFlight()
    app = FastAPI()

    async def slept(mark: str) -> str:
        async with looking.read() as connection:
            await connection.execute(text(f"SELECT '{mark}', pg_sleep(600)"))
        return "slept"

    @app.get("/own")
    async def own() -> str:
        return await slept("own")

    @app.get("/shared")
    async def shared() -> str:
        return await flights.answer("shared", lambda: slept("shared"))

    @app.post("/change")
    async def change() -> str:
        return await slept("change")

    @app.get("/body")
    async def body(request: Request) -> Response:
        return Response(await request.body())

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def spoken() -> AsyncIterator[bytes]:
            yield b"first"
            await slept("stream")

        return StreamingResponse(spoken())

    app.add_middleware(EndsWithItsAsker)
    server = Server(configuration(app, host="127.0.0.1", port=0, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    async with looking.read() as connection:
        await connection.execute(
            text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()")
        )
    server.should_exit = True
    await serving


async def running(looking: Database, mark: str, *, until: int) -> None:
    async with asyncio.timeout(20), looking.read() as connection:
        while (await connection.execute(text(RUNNING.format(mark)))).scalar_one() != until:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def asked(port: int, what: str) -> AsyncIterator[asyncio.StreamReader]:
    """Somebody who asks, and goes away at the end without having waited for the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{what} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()
    yield reader
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("path", ["own", "shared", "stream"])
async def test_a_statement_that_nobody_waits_for_is_ended_in_the_database(looking: Database, port: int, path: str) -> None:
    async with asked(port, f"GET /{path}"):
        await running(looking, path, until=1)
    await running(looking, path, until=0)


async def test_a_shared_computation_goes_on_for_those_who_still_wait(looking: Database, port: int) -> None:
    async with asked(port, "GET /shared"):
        await running(looking, "shared", until=1)
        async with asked(port, "GET /shared"), asked(port, "GET /own"):
            await running(looking, "own", until=1)
        # One of the two has gone when what he alone waited for has ended.
        await running(looking, "own", until=0)
        await running(looking, "shared", until=1)
    await running(looking, "shared", until=0)


async def test_a_change_is_made_also_when_its_sender_has_gone(looking: Database, port: int) -> None:
    async with asked(port, "POST /change"):
        await running(looking, "change", until=1)
    async with asked(port, "GET /own"):
        await running(looking, "own", until=1)
    await running(looking, "own", until=0)
    await running(looking, "change", until=1)


@pytest.mark.parametrize("size", [0, 5, 300_000])
async def test_a_question_may_have_a_body(port: int, size: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(f"GET /body HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size)
        await writer.drain()
        async with asyncio.timeout(20):
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(size) == b"x" * size
    writer.close()
