"""How much waits at a place, asked for by every open page whenever that changes: the head of a page is as true as the page."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.frame import DRAWN_FROM, waiting_of
from portal.web import Visit

router = APIRouter()


@router.get("/waiting/{name}")
async def waiting(visitor: Visit, name: str) -> Response:
    if name not in DRAWN_FROM:
        raise HTTPException(404)
    async with visitor.portal.redraws:
        count = await waiting_of(visitor, name)
    return visitor.part("waiting.html", "waiting", name=name, count=count)
