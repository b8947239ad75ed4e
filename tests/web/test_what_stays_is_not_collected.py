"""A collection that goes through everything a process ever imported stops all its answers for a fifth of a second."""

import gc

import httpx2
from starlette.responses import PlainTextResponse

from embedded.servers import address_of, listen, serving


async def test_what_is_there_when_a_server_begins_is_left_alone_by_the_collector() -> None:
    gc.unfreeze()
    opened = listen()
    try:
        async with serving({opened: PlainTextResponse("here")}):
            async with httpx2.AsyncClient() as client:
                assert (await client.get(address_of(opened))).text == "here"
            looked_through = len(gc.get_objects())
            assert gc.get_freeze_count() > 10 * looked_through
    finally:
        opened.close()
        gc.unfreeze()
