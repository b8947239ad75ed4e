"""Cơ quan: the tree as it stood on a day, found by any name or code, and what had ended before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import Response

from libs.common.calendar_day import FIRST_DAY, LAST_DAY
from portal.answers import directory
from portal.formats import NotADay, full_day, parse_day
from portal.screens.branches import trees_of
from portal.screens.lists import filter_query
from portal.services import Json
from portal.web import Visit, Visitor, together

router = APIRouter()

FOUND = 50
ENDED = 100


@dataclass(frozen=True)
class Asked:
    """What was typed, the day that it means, and what is wrong with it. Of today nothing is `typed`, so that an address stays true."""

    q: str
    typed: str
    day: date
    error: str = ""

    def at(self, **more: object) -> str:
        """The address of another view of the same day."""
        query = filter_query(day="" if self.error else self.typed, **more)
        return f"/agencies?{query}" if query else "/agencies"


@router.get("/agencies")
async def agencies(visitor: Visit, q: str = "", day: str = "", view: str = "", cursor: str = "") -> Response:
    asked = _asked(visitor, q, day)
    if asked.q:
        return await _found(visitor, asked)
    if view == "ended":
        return await _ended(visitor, asked, cursor)
    tree = await visitor.get(directory.AGENCY_TREE, day=asked.day.isoformat())
    return await _page(visitor, asked, tree, trees=trees_of(tree["items"]))


async def _found(visitor: Visitor, asked: Asked) -> Response:
    tree, found = await together(
        visitor.get(directory.AGENCY_TREE, day=asked.day.isoformat()),
        visitor.get(directory.AGENCIES, q=asked.q, day=asked.day.isoformat(), living="false", limit=FOUND),
    )
    return await _page(
        visitor,
        asked,
        tree,
        found=[(one, standing_of(one["valid_from"], one["valid_to"], asked.day)) for one in found["items"]],
        found_total=found["total"],
    )


async def _ended(visitor: Visitor, asked: Asked, cursor: str) -> Response:
    tree, ended = await together(
        visitor.get(directory.AGENCY_TREE, day=asked.day.isoformat()),
        visitor.get(directory.ENDED_AGENCIES, day=asked.day.isoformat(), cursor=cursor, limit=ENDED),
    )
    return await _page(
        visitor,
        asked,
        tree,
        ended=_by_day(ended["items"]),
        shown=len(ended["items"]),
        next_url=asked.at(view="ended", cursor=ended["next_cursor"]) if ended["next_cursor"] else "",
    )


def standing_of(valid_from: str | None, valid_to: str | None, day: date) -> tuple[str, date | None]:
    """How an agency stands on a day, as the message says it, and the day from which it does."""
    first, last = (date.fromisoformat(one) if one else None for one in (valid_from, valid_to))
    if last is not None and last < day:
        return "ended", last + timedelta(days=1)
    if first is not None and first > day:
        return "to-come", first
    return "living", first


def _by_day(ended: Sequence[directory.EndedAgencyOut]) -> list[tuple[date, list[directory.EndedAgencyOut]]]:
    """Under the first day on which they were no more."""
    return [(date.fromisoformat(last) + timedelta(days=1), list(those)) for last, those in groupby(ended, key=lambda one: one["valid_to"])]


def _asked(visitor: Visitor, q: str, typed: str) -> Asked:
    """A day that cannot be read is said to be none, and today is shown."""
    words = q.strip()[:200]
    try:
        day = parse_day(typed) if typed.strip() else visitor.today
        if not FIRST_DAY <= day <= LAST_DAY:
            raise NotADay(typed)
    except NotADay:
        return Asked(words, typed.strip(), visitor.today, visitor.messages("form.not-a-day"))
    return Asked(words, full_day(day) if day != visitor.today else "", day)


async def _page(visitor: Visitor, asked: Asked, tree: directory.AgencyTreeOut, **shown: Json) -> Response:
    names = await visitor.portal.agencies.known(visitor)
    return await visitor.page("agency-tree.html", asked=asked, tree=tree, names=names, **shown)
