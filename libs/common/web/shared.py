"""An answer that is the same for several who ask: computed and written once."""

from collections.abc import Awaitable, Callable, Hashable

from pydantic import BaseModel
from starlette.responses import Response

from libs.common.service import Service


async def shared_answer(service: Service, key: Hashable, compute: Callable[[], Awaitable[BaseModel]]) -> Response:
    """`key` holds everything on which the answer depends: what was asked, the day, and who asks, as far as that makes a difference."""

    async def written() -> bytes:
        return (await compute()).model_dump_json().encode()

    return Response(await service.answers.answer(key, written), media_type="application/json")
