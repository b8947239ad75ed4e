"""One box: a receipt code leads to its task, other words to tasks, documents and agencies."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import tasks as answers
from portal.answers.directives import DIRECTIVES
from portal.answers.directory import AGENCIES
from portal.route import Answer, Route
from portal.services import Refused, ServiceAway
from portal.web import Visit, Visitor, go

router = APIRouter()

FOUND = 20


@router.get("/search")
async def search(visitor: Visit, q: str = "") -> Response:
    asked = q.strip()[:200]
    if not asked:
        return await visitor.page("search.html", q="", tasks=[], directives=[], agencies=[])
    receipt = await _found(visitor, answers.RECEIPT_OF_CODE, _path_safe(asked)) if _may_be_receipt(asked) else None
    if receipt is not None:
        return go(f"/tasks/{receipt['task_id']}")
    tasks, directives, agencies = await asyncio.gather(
        _found(visitor, answers.TASKS, scope="oversight", q=asked, limit=FOUND),
        _found(visitor, DIRECTIVES, q=asked, limit=FOUND),
        _found(visitor, AGENCIES, q=asked, living="true", limit=FOUND),
    )
    views = await visitor.task_views(tasks["items"] if tasks else [])
    exact = next((one for one in views if one.code.casefold() == asked.casefold()), None)
    if exact is not None:
        return go(f"/tasks/{exact.id}")
    return await visitor.page(
        "search.html",
        q=asked,
        tasks=views,
        directives=directives["items"] if directives else [],
        agencies=agencies["items"] if agencies else [],
    )


async def _found(visitor: Visitor, route: Route[Answer], *ids: str, **query: object) -> Answer | None:
    """None when there is nothing, nothing to be seen, or the service is away: a search shows what it can."""
    try:
        return await visitor.get(route, *ids, **query)
    except (Refused, ServiceAway):
        return None


def _may_be_receipt(words: str) -> bool:
    letters = words.replace("-", "").replace(" ", "")
    return 5 <= len(letters) <= 20 and letters.isascii() and letters.isalnum()


def _path_safe(words: str) -> str:
    return "".join(letter for letter in words if letter.isalnum() or letter == "-")
