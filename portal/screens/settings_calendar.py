"""Lịch làm việc: the days of a year that depart from the plain week, and how an administrator plans others."""

import calendar as months_of
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import directory
from portal.formats import WEEKDAYS, day_of, full_day
from portal.messages import Catalogue
from portal.refusals import RefusalWords
from portal.screens.calendar_form import CalendarForm, DayOfCalendar, Row
from portal.screens.calendar_merge import merge_calendar, take_choices
from portal.screens.decisions import planned_of, tomorrow, unknown, withdrawal_of
from portal.services import Json, Refused, ServiceAway
from portal.web import SentForm, Visit, Visitor, go

router = APIRouter()

TYPES = ("LE", "BU", "HOAN_DOI_NGHI", "HOAN_DOI_LAM")
SATURDAY = 5
EMPTY_ROWS = 4


@dataclass(frozen=True)
class Square:
    """One day of a month: its number, a letter where it departs from the plain week, and what is said of it."""

    number: int
    is_today: bool
    css: str
    mark: str = ""
    words: str = ""


@dataclass(frozen=True)
class Month:
    number: int
    weeks: list[list[Square | None]]


@dataclass(frozen=True)
class PlannedCalendar:
    """What a planned calendar adds to that of today and what it drops."""

    decision: Mapping[str, Json]
    adds: list[DayOfCalendar]
    drops: list[DayOfCalendar]


@router.get("/settings/calendar")
async def calendar_of_this_year(visitor: Visit) -> Response:
    return go(f"/settings/calendar/{visitor.today.year}")


@router.get("/settings/calendar/{year}")
async def calendar_of_year(visitor: Visit, year: int) -> Response:
    return await _year_page(visitor, year, CalendarForm())


@router.get("/settings/calendar/{year}/change")
async def change_calendar(visitor: Visit, year: int) -> Response:
    found = await visitor.get(directory.CALENDAR_OF_YEAR, str(year))
    form = CalendarForm(valid_from=full_day(found["last_planned"]) or tomorrow(visitor.today))
    form.seen, form.version = _to_come(found, visitor.today), str(found["version"])
    form.rows = [*_to_come(found, visitor.today), *(Row() for _ in range(EMPTY_ROWS))]
    return await _change_page(visitor, found, form)


@router.post("/settings/calendar/{year}/plan")
async def plan_calendar(visitor: Visit, year: int, sent: SentForm) -> Response:
    found = await visitor.get(directory.CALENDAR_OF_YEAR, str(year))
    form = CalendarForm.of(sent)
    form.kept = [day for day in _base(found) if _is_over(day, visitor.today)]
    take_choices(form, visitor.messages)
    body = form.body(visitor.messages) | {"days": form.days(visitor.messages)}
    if form.errors:
        return await _change_page(visitor, found, form, status=422)
    try:
        await visitor.change("directory", f"/province/calendars/{year}/plan", body, sent.change)
    except Refused as refused:
        problem = form.refused(refused, visitor.messages)
        form.blame_rows()
        told = await _meet_newest(visitor, year, form) if refused.code == "stale-version" else []
        return await _change_page(visitor, found, form, status=refused.status, problem=problem, told=told)
    except ServiceAway:
        return await _change_page(visitor, found, form, status=503, problem=unknown(visitor.messages))
    return go(f"/settings/calendar/{year}")


@router.post("/settings/calendar/{year}/withdraw")
async def withdraw_calendar(visitor: Visit, year: int, sent: SentForm) -> Response:
    try:
        await visitor.change("directory", f"/province/calendars/{year}/withdraw", withdrawal_of(sent), sent.change)
    except Refused as refused:
        form = CalendarForm(withdrawn=sent.text("valid_from"))
        return await _year_page(visitor, year, form, status=refused.status, problem=form.refused(refused, visitor.messages))
    return go(f"/settings/calendar/{year}")


def _base(found: Mapping[str, Json]) -> list[DayOfCalendar]:
    """What a change goes on from: the last planned calendar, or that of today."""
    planned = planned_of(found["decisions"])
    days: list[DayOfCalendar] = planned[-1]["days"] if planned else found["days"]
    return days


async def _meet_newest(visitor: Visitor, year: int, form: CalendarForm) -> list[str]:
    found = await visitor.get(directory.CALENDAR_OF_YEAR, str(year))
    told = merge_calendar(form, _to_come(found, visitor.today), visitor.messages)
    form.version = str(found["version"])
    for place, row in enumerate(form.rows):
        if row.theirs is not None:
            form.errors.setdefault(f"day-{place}", visitor.messages("merge.choose"))
    return told


def _to_come(found: Mapping[str, Json], today: date) -> list[Row]:
    return [Row.of(day) for day in _base(found) if not _is_over(day, today)]


def _is_over(day: DayOfCalendar, today: date) -> bool:
    return date.fromisoformat(day["date"]) <= today


async def _year_page(
    visitor: Visitor, year: int, form: CalendarForm, *, status: int = 200, problem: RefusalWords | None = None
) -> Response:
    found = await visitor.get(directory.CALENDAR_OF_YEAR, str(year))
    return await visitor.page(
        "settings-calendar.html",
        status=status,
        c=found,
        months=list(months(year, found["days"], visitor.today, visitor.messages)),
        planned=[_compared(one, found["days"]) for one in planned_of(found["decisions"])],
        history=[{**one, "words": _counted(one, visitor.messages)} for one in found["decisions"]],
        weekday=lambda iso: WEEKDAYS[visitor.messages.language][date.fromisoformat(iso).weekday()],
        types=TYPES,
        form=form,
        problem=problem,
    )


async def _change_page(
    visitor: Visitor,
    found: Mapping[str, Json],
    form: CalendarForm,
    *,
    status: int = 200,
    problem: RefusalWords | None = None,
    told: Sequence[str] = (),
) -> Response:
    return await visitor.page(
        "settings-calendar-change.html",
        status=status,
        c=found,
        form=form,
        types=[(one, visitor.messages(f"day-type.{one}")) for one in TYPES],
        earliest=tomorrow(visitor.today),
        kept=[day for day in _base(found) if _is_over(day, visitor.today)],
        problem=problem,
        told=told,
    )


def _counted(decision: Mapping[str, Json], messages: Catalogue) -> str:
    return "" if decision["days"] is None else messages("calendar.days-count", n=len(decision["days"]))


def _compared(decision: Mapping[str, Json], today: Sequence[DayOfCalendar]) -> PlannedCalendar:
    then: list[DayOfCalendar] = decision["days"]
    return PlannedCalendar(decision, [one for one in then if one not in today], [one for one in today if one not in then])


def months(year: int, days: Iterable[DayOfCalendar], today: date, messages: Catalogue) -> Iterable[Month]:
    """Twelve months, their weeks from Monday to Sunday."""
    special = {day_of(one["date"]): one for one in days}
    for month in range(1, 13):
        weeks = [
            [_square(date(year, month, number), special, today, messages) if number else None for number in week]
            for week in months_of.monthcalendar(year, month)
        ]
        yield Month(month, weeks)


def _square(day: date, special: Mapping[date | None, DayOfCalendar], today: date, messages: Catalogue) -> Square:
    is_today, found = day == today, special.get(day)
    if found is None:
        return Square(day.day, is_today, "is-weekend" if day.weekday() >= SATURDAY else "")
    if found["pending"]:
        return Square(day.day, is_today, "is-pending", messages("day-mark.pending"), f"{found['name']} ({messages('calendar.pending')})")
    kind = messages(f"day-type.{found['type']}")
    css = "is-worked" if found["type"] == "HOAN_DOI_LAM" else "is-off"
    return Square(day.day, is_today, css, messages(f"day-mark.{found['type']}"), f"{kind}: {found['name']}")
