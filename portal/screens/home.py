"""The ten-second home: one true sentence, a few numbers that each open their exact list, exceptions first, then the agencies."""

import asyncio
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from portal.agencies import AgencyName
from portal.answers import reporting, tasks
from portal.axis import SPAN, Squares, squares
from portal.formats import WEEKDAYS, moment_of, percent, thousands
from portal.frame import WORKBENCH, places_of
from portal.screens.share import SharePart, share_of
from portal.services import Json, Refused, ServiceAway
from portal.session import SessionEnded
from portal.web import MembershipNeeded, Visit, Visitor, together

router = APIRouter()

PART = "figures"
WEEKS = 8
ONE_WEEK = timedelta(weeks=1)
EXCEPTIONS = 5
COMMUNES = ("COMMUNE", "WARD", "SPECIAL_ZONE")
NOON = 12
EVENING = 18


@dataclass(frozen=True)
class Spark:
    points: str
    x: float
    y: float


@dataclass(frozen=True)
class Figure:
    """One number: `name` is what the list behind it is called, `moved` its change in a week."""

    name: str
    label: str
    value: str
    href: str
    css: str = ""
    mark: str | None = None
    suffix: str = ""
    moved: int | None = None
    note: str = ""
    spark: Spark | None = None


@dataclass(frozen=True)
class AgencyStrip:
    """`moved` is by how many more, or fewer, are overdue than were a week ago."""

    id: str
    name: str
    overdue: int
    moved: int
    due_soon: int
    later: int
    squares: Squares


@dataclass(frozen=True)
class Strips:
    """`all_communes` stands for the many in one row; `communes` are they one by one."""

    agencies: list[AgencyStrip]
    communes: list[AgencyStrip]
    all_communes: AgencyStrip | None


Picture = tuple[reporting.PictureOut, reporting.PictureOut, reporting.SeriesOut]


@router.get("/home")
async def home(visitor: Visit) -> Response:
    if visitor.request.query_params.get("part") != PART:
        return await visitor.page("home.html", **await _shown(visitor, await _exceptions(visitor)))
    # Also what tells that this person may ask at all: what follows may come from what another was told.
    async with visitor.portal.redraws:
        exceptions = await _exceptions(visitor)

    async def drawn() -> Drawn:
        page = await visitor.page("home.html", **await _shown(visitor, exceptions))
        return Drawn(bytes(page.body), await asyncio.to_thread(gzip.compress, bytes(page.body), 6))

    # Everything that the part shows follows from the figures and from these.
    key = ("home", visitor.messages.language, visitor.today, json.dumps(exceptions))
    return (await visitor.portal.answers.answer(key, drawn)).answer(visitor.request.headers)


@dataclass(frozen=True)
class Drawn:
    """The part of the page as it goes to all browsers that show the same."""

    plain: bytes
    zipped: bytes

    def answer(self, asked: Mapping[str, str]) -> Response:
        is_zipped = "gzip" in asked.get("Accept-Encoding", "")
        encoding = {"Content-Encoding": "gzip"} if is_zipped else {}
        return HTMLResponse(self.zipped if is_zipped else self.plain, headers={"Vary": "Accept-Encoding"} | encoding)


async def _shown(visitor: Visitor, exceptions: Json) -> dict[str, Any]:
    """What the page is drawn from; without figures while they are away."""
    longest = exceptions and {
        "tasks": await visitor.task_views(exceptions["items"]),
        "total": exceptions["total"],
        "all": exceptions["all"],
    }
    try:
        figures, earlier, series = await _picture(visitor)
    except ServiceAway:
        return {"figures": None, "exceptions": longest}
    province, points = figures["province"], [point["province"] for point in series["points"]]
    return {
        "figures": figures,
        "province": province,
        "sentence": _sentence(visitor, province, earlier["province"], figures["rules"]["due_soon_days"]),
        "numbers": _numbers(visitor, province, earlier["province"], points),
        "parts": _parts(province),
        "agencies_table": await _agencies_table(visitor, figures, earlier) if figures["agencies"] else "",
        "exceptions": longest,
    }


async def _agencies_table(visitor: Visitor, figures: Mapping[str, Json], earlier: Mapping[str, Json]) -> Markup:
    """A row for each of some 150 agencies is nine tenths of the page's work, and the same for all who see the same figures."""
    names = await visitor.portal.agencies.known(visitor)
    province, assignments = figures["province"], figures["assignments_total"]
    overdue_before = {one["agency_id"]: one["open_overdue"] for one in earlier["agencies"]}
    moved = province["open_overdue"] - earlier["province"]["open_overdue"]
    # The moment at which they were counted alone makes no other picture.
    same = repr((figures["agencies"], province, assignments, overdue_before, moved))
    return visitor.drawn(
        "home-agencies.html",
        (same, visitor.portal.agencies.read_at),
        lambda: {
            "strips": _strips(visitor, figures["agencies"], overdue_before, names),
            "province": province,
            "assignments": assignments,
            "moved": moved,
        },
    )


async def _picture(visitor: Visitor) -> Picture:
    """Figures of now, of a week ago and of the last weeks: the same for everybody, so all open homes share them."""
    week_ago = (visitor.today - ONE_WEEK).isoformat()

    async def asked() -> Picture:
        return await together(
            visitor.get(reporting.FIGURES, dues_within=SPAN),
            visitor.get(reporting.FIGURES, as_of=week_ago, known_on=week_ago),
            visitor.get(reporting.FIGURES_SERIES, weeks=WEEKS),
        )

    try:
        return await visitor.portal.answers.answer(("picture", visitor.today), asked)
    except (Refused, SessionEnded, MembershipNeeded):
        # That may be about the one who asked first for all.
        return await asked()


def _sentence(visitor: Visitor, province: Mapping[str, Json], earlier: Mapping[str, Json], days: int) -> Markup:
    """What a leader should know first, true as it stands, each number a door to its list. `days` is how far due soon reaches."""
    words = visitor.messages
    overdue, soon, today = province["open_overdue"], province["due_soon"], visitor.today
    hour = moment_of(visitor.portal.settings.clock.now().isoformat()).hour
    greeting = words(
        "home.part-of-day." + ("morning" if hour < NOON else "afternoon" if hour < EVENING else "evening"),
        weekday=WEEKDAYS[words.language][today.weekday()],
    )
    if province["N"] == 0:
        return words("home.sentence-empty", greeting=greeting)
    moved = overdue - earlier["open_overdue"]
    link = Markup('<a class="{css}" href="/numbers/{name}"><span data-figure="{name}">{text}</span></a>').format
    first = (
        link(css="is-overdue", name="open_overdue", text=words("home.overdue-tasks", n=thousands(overdue)))
        if overdue
        else words("home.sentence-none-overdue")
    )
    change = words("home.more-than-last-week" if moved > 0 else "home.fewer-than-last-week", n=thousands(abs(moved))) if moved else ""
    due = (
        words("home.sentence-soon", number=link(css="", name="due_soon", text=words("home.tasks", n=thousands(soon))), days=days)
        if soon
        else words("home.sentence-none-soon", days=days)
    )
    return words("home.sentence", greeting=greeting, first=first, change=change, due=due)


def _numbers(
    visitor: Visitor, province: Mapping[str, Json], earlier: Mapping[str, Json], points: Sequence[Mapping[str, Json]]
) -> list[Figure]:
    words = visitor.messages
    shown = (
        ("open_overdue", "overdue", "is-overdue is-key"),
        ("due_soon", "soon", "is-key"),
        ("due_later", "intime", ""),
        ("open_undated", "undated", ""),
        ("C", "done", ""),
    )
    counts = [
        Figure(
            name=name,
            label=words(f"number.{name}"),
            value=thousands(province[name]),
            href=f"/numbers/{name}",
            css=css if name != "open_overdue" or province[name] else "is-key",
            mark=mark,
            moved=province[name] - earlier[name],
            spark=_spark([point[name] for point in points]),
        )
        for name, mark, css in shown
    ]
    on_time = province["rates"]["R3c"]
    rate = Figure(
        name="R3c",
        label=words("number.R3c"),
        value=percent(on_time["value"]),
        href="/rates/R3c",
        css="is-key",
        suffix="%" if on_time["value"] is not None else "",
        note=words("home.rate-note", n=thousands(on_time["denominator"])),
        spark=_spark([float(point["rates"]["R3c"]["value"]) for point in points if point["rates"]["R3c"]["value"] is not None]),
    )
    return [*counts, rate]


def _spark(values: list[float], width: float = 72, height: float = 24) -> Spark | None:
    if len(set(values)) < 2:
        return None
    low, high = min(values), max(values)
    step = (width - 4) / (len(values) - 1)
    places = [
        (round(2 + n * step, 1), round(height - 3 - (value - low) / (high - low) * (height - 6), 1)) for n, value in enumerate(values)
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in places), *places[-1])


def _parts(province: Mapping[str, Json]) -> list[SharePart]:
    """The whole as one bar; due soon is a part of what is in time."""
    return share_of(
        (
            ("overdue", "", province["open_overdue"]),
            ("soon", "", province["due_soon"]),
            ("intime", "", province["due_later"]),
            ("na", "", province["open_undated"]),
            ("done", "", province["completed_on_time"]),
            ("done", "stripes", province["completed_late"]),
            ("done", "dots", province["completed_undated"]),
        )
    )


def _strips(
    visitor: Visitor, agencies: Sequence[Mapping[str, Json]], overdue_earlier: Mapping[str, int], names: Mapping[str, AgencyName]
) -> Strips:
    """Agencies by what is overdue, then as the directory lists them; the communes also as one row."""
    order = {agency_id: place for place, agency_id in enumerate(names)}
    everybody = sorted(agencies, key=lambda one: (-one["open_overdue"], -one["due_soon"], order.get(one["agency_id"], 0)))
    communes = [one for one in everybody if _kind(names, one) in COMMUNES]
    all_communes = _strip(visitor, communes, overdue_earlier, visitor.messages("home.communes", n=len(communes)), "")
    return Strips(
        agencies=[_strip(visitor, [one], overdue_earlier, *_called(names, one)) for one in everybody if _kind(names, one) not in COMMUNES],
        communes=[_strip(visitor, [one], overdue_earlier, *_called(names, one)) for one in communes],
        all_communes=all_communes if communes else None,
    )


def _strip(
    visitor: Visitor, counted: list[Mapping[str, Json]], overdue_earlier: Mapping[str, int], name: str, agency_id: str
) -> AgencyStrip:
    """One row for one agency, or for several together."""
    dues: dict[date, int] = {}
    for one in counted:
        for open_due in one["open_dues"]:
            due = date.fromisoformat(open_due["due"])
            dues[due] = dues.get(due, 0) + open_due["count"]
    overdue, soon, later = (sum(one[number] for one in counted) for number in ("open_overdue", "due_soon", "due_later"))
    earlier, beyond = (sum(one[end] for one in counted) for end in ("open_dues_before", "open_dues_after"))
    return AgencyStrip(
        id=agency_id,
        name=name,
        overdue=overdue,
        moved=overdue - sum(overdue_earlier.get(one["agency_id"], 0) for one in counted),
        due_soon=soon,
        later=later,
        squares=squares(visitor.axis, sorted(dues.items()), earlier=earlier, later=beyond, overdue=overdue, soon=soon),
    )


def _called(names: Mapping[str, AgencyName], one: Mapping[str, Json]) -> tuple[str, str]:
    agency_id: str = one["agency_id"]
    return (names[agency_id].short_name if agency_id in names else "–", agency_id)


def _kind(names: Mapping[str, AgencyName], one: Mapping[str, Json]) -> str:
    return names[one["agency_id"]].kind if one["agency_id"] in names else ""


async def _exceptions(visitor: Visitor) -> Json:
    """What is longest overdue: for an agency, of what it leads. None while the tasks are away or not to be seen by this person."""
    membership = visitor.session.membership
    oversees = membership is not None and WORKBENCH in places_of(membership.role)
    whose = {"scope": "oversight", "level": "instruction"} if oversees else {"scope": "agency", "part": "LEAD"}
    try:
        longest = await visitor.get(tasks.TASKS, **whose, bucket="open_overdue", sort="due", limit=EXCEPTIONS)
    except (ServiceAway, Refused):
        return None
    return {**longest, "all": "/workbench?view=overdue" if oversees else "/my-work?filter=overdue"}
