"""How a web server ends a line, and itself: who is at work on a change gets the answer, who only listens is hung up on."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from embedded.servers import address_of, listen
from libs.common.web import server
from libs.common.web.server import Server, configuration

pytestmark = pytest.mark.asyncio


async def to_the_end(lines: AsyncIterator[str]) -> None:
    async for _ in lines:
        pass


async def test_a_request_at_work_is_answered_and_a_listener_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LONGEST_FAREWELL_SECONDS", 0.2)
    app = FastAPI()
    at_work, may_end = asyncio.Event(), asyncio.Event()

    @app.post("/change")
    async def change() -> str:
        at_work.set()
        await may_end.wait()
        return "changed"

    async def words() -> AsyncIterator[bytes]:
        yield b": connected\n\n"
        await asyncio.Event().wait()

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(words(), media_type="text/event-stream")

    door = listen()
    web = Server(configuration(app))
    serving = asyncio.create_task(web.serve(sockets=[door]))
    async with httpx2.AsyncClient(base_url=address_of(door), trust_env=False, timeout=20) as client:
        changing = asyncio.create_task(client.post("/change"))
        await at_work.wait()
        async with client.stream("GET", "/stream") as listening:
            lines = listening.aiter_lines()
            assert await anext(lines) == ": connected"
            web.should_exit = True
            with pytest.raises(httpx2.TransportError):
                await to_the_end(lines)
        assert not changing.done()
        may_end.set()
        assert (await changing).json() == "changed"
    await serving


async def test_whoever_asks_gives_an_idle_line_up_before_the_server_does() -> None:
    """A request that meets a line which is just being closed is lost, and nobody knows whether a change was made."""
    kept_by_clients = httpx2.Limits().keepalive_expiry
    assert kept_by_clients is not None
    assert 2 * kept_by_clients <= configuration(FastAPI()).timeout_keep_alive
