"""Every number opens its list: exactly the tasks it counts; and what a rate divides by what."""

from collections.abc import Mapping
from datetime import date, timedelta

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.answers import reporting
from portal.formats import day_of, near_day
from portal.screens.lists import filter_query
from portal.services import Json
from portal.task_view import BUCKETS
from portal.web import Visit, Visitor, agencies_of, together

router = APIRouter()

PAGE = 50
# So many of those that came or went are named; the rest is told as a count.
MOVED = 20
ONE_WEEK = timedelta(weeks=1)


@router.get("/numbers/{name}")
async def number(visitor: Visit, name: str, agency_id: str = "", counted: str = "", cursor: str = "", as_of: str = "") -> Response:
    label = _label(visitor, name)
    of = {"bucket": name, "agency_id": agency_id, "counted": counted, "as_of": as_of, "known_on": as_of}
    week_before = _day_asked(visitor, as_of) - ONE_WEEK
    page, changes = await together(
        visitor.get(reporting.FIGURES_TASKS, cursor=cursor, limit=PAGE, **of),
        visitor.get(reporting.FIGURES_CHANGES, since=week_before.isoformat(), limit=MOVED, **of),
    )
    day = date.fromisoformat(page["as_of"])
    names = await visitor.portal.agencies.known(visitor)
    following = filter_query(agency_id=agency_id, counted=counted, as_of=as_of, cursor=page["next_cursor"])
    return await visitor.page(
        "number.html",
        name=name,
        label=label,
        agency=names.get(agency_id),
        counted=page["counted"],
        total=page["total"],
        as_of=page["as_of"],
        rows=[_row(visitor, one, names, day) for one in page["items"]],
        changes=changes,
        moved=[(way, changes[way], [_moved(visitor, one, names, day) for one in changes[way]["items"]]) for way in ("entered", "left")],
        next_url=f"/numbers/{name}?{following}" if page["next_cursor"] else "",
        list_url=f"/numbers/{name}?{filter_query(agency_id=agency_id, counted=counted, as_of=as_of, cursor=cursor, part='list')}",
    )


@router.get("/rates/{name}")
async def rate(visitor: Visit, name: str) -> Response:
    """The formula of a rate with the numbers of now."""
    figures, rates = await together(visitor.get(reporting.FIGURES), visitor.get(reporting.RATES))
    known = {one["name"]: one for one in rates}
    if name not in figures["province"]["rates"] or name not in known:
        raise HTTPException(404)
    return await visitor.page("rate.html", figures=figures, rates=known, name=name)


def _day_asked(visitor: Visitor, as_of: str) -> date:
    try:
        return date.fromisoformat(as_of) if as_of else visitor.today
    except ValueError:
        raise HTTPException(404) from None


def _label(visitor: Visitor, name: str) -> str:
    """What the number is called; the two sides of a rate go by the rate's name."""
    rate_name, _, side = name.partition(".")
    if side in ("numerator", "denominator") and rate_name.isalnum():
        return visitor.messages(f"number.{side}", rate=rate_name)
    if not visitor.messages.has(f"number.{name}"):
        raise HTTPException(404)
    return visitor.messages(f"number.{name}")


def _moved(visitor: Visitor, one: Mapping[str, Json], names: Mapping[str, Json], day: date) -> Mapping[str, object]:
    """A task that came into a number or left it, as it stands on the later day."""
    if one["bucket"] is None:
        words = visitor.messages("number.counts-no-more")
        return {"id": one["task_id"], "content": one["content"], "lead": _lead(visitor, one, names), "words": words}
    return _row(visitor, one, names, day)


def _lead(visitor: Visitor, one: Mapping[str, Json], names: Mapping[str, Json]) -> str:
    lead, parts = names.get(one["lead_agency_id"] or ""), one["parts"] or {"total": 0, "kinds": []}
    return str(lead.short_name) if lead else agencies_of(parts["total"], parts["kinds"], visitor.messages)


def _row(visitor: Visitor, one: Mapping[str, Json], names: Mapping[str, Json], day: date) -> Mapping[str, object]:
    """A task as it stood on `day`."""
    kind, due = "soon" if one["due_soon"] else BUCKETS[one["bucket"]], day_of(one["due"])
    assigned_on, completed_on = date.fromisoformat(one["assigned_on"]), day_of(one["completed_on"])
    words = visitor.messages
    if completed_on:
        said = words("deadline.done", day=near_day(completed_on, visitor.today))
    elif kind == "overdue" and due:
        said = words("deadline.overdue", n=(day - due).days)
    else:
        said = words("deadline.until", day=near_day(due, visitor.today)) if due else words("deadline.undated")
    return {
        "id": one["task_id"],
        "code": one["code"],
        "content": one["content"],
        "document": one["directive_label"],
        "lead": _lead(visitor, one, names),
        "kind": kind,
        "mark": kind,
        "words": said,
        "label": f"{words(f'status.{kind}')}, {said}",
        "bar": visitor.axis.bar(kind=kind, assigned_on=assigned_on, due=due, ended_on=completed_on),
        "under": words("deadline.due-on", day=near_day(due, visitor.today))
        if due
        else words("deadline.assigned-on", day=near_day(assigned_on, visitor.today)),
        "shown_version": one["bucket"],
    }
