"""One box: a receipt code leads to its task, other words to tasks, documents and agencies."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from libs.common.folding import search_words
from portal.answers import tasks as answers
from portal.answers.directives import DIRECTIVES
from portal.answers.directory import AGENCIES, AgencyOut
from portal.answers.tasks import TaskListItem
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
        _found(visitor, answers.TASKS, scope="oversight", q=asked, sort="-assigned_on", limit=FOUND, count="false"),
        _found(visitor, DIRECTIVES, q=asked, limit=FOUND),
        _found(visitor, AGENCIES, q=asked, living="false", limit=FOUND),
    )
    views = await visitor.task_views(_own_part_first(tasks["items"] if tasks else []))
    exact = next((one for one in views if _same_code(one.code, asked)), None)
    if exact is not None:
        return go(f"/tasks/{exact.id}")
    return await visitor.page(
        "search.html",
        q=asked,
        tasks=views,
        directives=directives["items"] if directives else [],
        agencies=agencies["items"] if agencies else [],
        ended_since=_ended_since(agencies["items"] if agencies else [], visitor.today),
    )


def _own_part_first(found: Iterable[TaskListItem]) -> list[TaskListItem]:
    """An agency's own part of a group is what it has to do: it comes before the whole."""
    listed = list(found)
    parts_of = {one["group_id"] for one in listed}
    wholes = {one["id"]: one for one in listed if one["id"] in parts_of}
    ordered = []
    for one in listed:
        if one["id"] not in parts_of:
            ordered.append(one)
        if one["group_id"] in wholes:
            ordered.append(wholes.pop(one["group_id"]))
    return ordered


def _same_code(code: str, typed: str) -> bool:
    """ "nv1217", "NV 1217" and "NV-1217" are one code."""
    return "".join(search_words(code)) == "".join(search_words(typed))


def _ended_since(agencies: Iterable[AgencyOut], today: date) -> dict[str, date]:
    """The first day on which an agency was no more, for those that are no more."""
    last_days = {one["id"]: date.fromisoformat(one["valid_to"]) for one in agencies if one["valid_to"]}
    return {agency: day + timedelta(days=1) for agency, day in last_days.items() if day < today}


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
