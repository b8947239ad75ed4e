"""Who asked and has gone away waits for nothing: what only he waits for is cancelled, down to the statement in the database.

Pure ASGI. Only for questions: a change that somebody has sent is made, whether or not he waits for the answer.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUESTIONS = ("GET", "HEAD")
# What proxies write into their logs when the client closed the request; nobody reads it but our own log line.
GONE = 499


class EndsWithItsAsker:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in QUESTIONS:
            await self._app(scope, receive, send)
            return
        body = await receive()
        if body["type"] == "http.request" and body.get("more_body"):
            await self._app(scope, _after(body, receive), send)
            return
        started = finished = False

        async def answer(message: Message) -> None:
            nonlocal started, finished
            started = True
            finished = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        gone = asyncio.ensure_future(receive())
        answering = asyncio.ensure_future(self._app(scope, _after(body, lambda: asyncio.shield(gone)), answer))
        try:
            await asyncio.wait([gone, answering], return_when=asyncio.FIRST_COMPLETED)
            if answering.done() or finished:
                await answering
                return
        finally:
            gone.cancel()
            if not answering.done():
                answering.cancel()
                await asyncio.wait([answering])
        if not started:
            await send({"type": "http.response.start", "status": GONE, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def _after(first: Message, receive: Receive) -> Receive:
    """`receive` that tells `first` once more before it goes on."""
    told = False

    async def again() -> Message:
        nonlocal told
        if not told:
            told = True
            return first
        return await receive()

    return again
