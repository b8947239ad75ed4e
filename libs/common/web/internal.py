"""What services tell each other: the feed of their events, and that lists changed. Never behind the gateway."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from libs.common.live import ChangedLists
from libs.common.messaging.feed import Position, read_feed
from libs.common.service import service_of
from libs.common.web.auth import ServiceCaller
from libs.common.web.problems import Problem

MAX_FEED_PAGE = 500

router = APIRouter(prefix="/internal", tags=["internal"])


@router.get("/events")
async def events(
    request: Request, caller: ServiceCaller, after: str = "", limit: Annotated[int, Query(ge=1, le=MAX_FEED_PAGE)] = 200
) -> Response:
    """The events after a position, and the position after them."""
    service = service_of(request.app)
    if not service.publishes:
        raise Problem(404, "not-found")
    try:
        position = Position.parse(after)
    except ValueError:
        raise Problem(422, "invalid-cursor") from None
    async with service.database.read() as connection:
        page = await read_feed(connection, service.name, position, limit)
    return JSONResponse(page.to_json())


@router.get("/stream", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def stream(request: Request, caller: ServiceCaller) -> StreamingResponse:
    """Server-sent events `{"lists": {list: whom}}` as long as the caller listens, and a word in between when nothing changes.

    The list "*" is any of them; whom is null for everybody, else ids of `agencies` and `persons`, and `roles`.
    """
    return StreamingResponse(
        _spoken(service_of(request.app).changed_lists), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _spoken(changed: ChangedLists) -> AsyncIterator[bytes]:
    # The first word lets the caller know that he is connected.
    yield b": connected\n\n"
    async for hint in changed.follow():
        yield b"data: " + json.dumps({"lists": hint.to_json()}).encode() + b"\n\n" if hint else b": still here\n\n"
