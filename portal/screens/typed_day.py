"""Beside a day that is typed stands its weekday, and whether it is a day off: a due date on a Sunday is seen before it is saved."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from portal.answers import directory
from portal.formats import WEEKDAYS, NotADay, parse_day, sentence
from portal.services import Refused, ServiceAway
from portal.web import Visit, Visitor

router = APIRouter()

SATURDAY = 5
WORKED = "HOAN_DOI_LAM"


@router.get("/days/said")
async def said(visitor: Visit, typed: str = "") -> Response:
    """Nothing for what is no day: the form says that when it is sent."""
    try:
        day = parse_day(typed)
    except NotADay:
        return PlainTextResponse("")
    weekday = sentence(WEEKDAYS[visitor.messages.language][day.weekday()])
    calendar = await _calendar_of(visitor, day.year)
    named = next((one for one in calendar if one["date"] == day.isoformat() and not one["pending"]), None)
    if named is not None and named["type"] != WORKED:
        return PlainTextResponse(f"{weekday}, {visitor.messages('form.day-off', name=named['name']).unescape()}")
    if named is None and day.weekday() >= SATURDAY:
        return PlainTextResponse(f"{weekday}, {visitor.messages('form.weekend')}")
    return PlainTextResponse(weekday)


async def _calendar_of(visitor: Visitor, year: int) -> list[directory.CalendarDayOut]:
    """The days that depart from the plain week; none while the directory is away."""
    try:
        found = await visitor.get(directory.CALENDAR_OF_YEAR, str(year))
    except (Refused, ServiceAway):
        return []
    return found["days"]
