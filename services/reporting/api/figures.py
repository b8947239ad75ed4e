"""Figures, their last weeks, and the list behind each number."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from libs.common.calendar_day import CalendarDay, calendar_day
from libs.common.clock import Clock
from libs.common.domain import Forbidden
from libs.common.service import Service, service_of
from libs.common.web.auth import SignedIn
from libs.common.web.pagination import CursorParameter, Limit, decode_cursor, encode_cursor
from libs.common.web.problems import Problem
from libs.common.web.shared import shared_answer
from libs.common.web.titles import add_titles
from libs.directory_replica.web import Rules
from services.reporting.api.schemas import (
    CountedTaskOut,
    FiguresOut,
    LateReleaseOut,
    ListBehindNumberOut,
    MovedOut,
    NumberChangesOut,
    PictureOut,
    RateNameOut,
    RulesOut,
    SeriesOut,
    SeriesPointOut,
    all_rates,
)
from services.reporting.figures.changes import number_changes
from services.reporting.figures.counting import pictures
from services.reporting.figures.listing import list_behind
from services.reporting.figures.numbers import NUMBERS
from services.reporting.figures.parts import parts_of
from services.reporting.figures.permissions import SeesTasks, sees_tasks
from services.reporting.figures.rows import After, Behind, Counted
from services.reporting.figures.standing import Day
from services.reporting.projections.directives import late_releases

add_titles(
    {
        "day-in-future": "Ngày yêu cầu chưa đến; chỉ xem được số liệu đến hết ngày hôm nay.",
        "day-not-earlier": "Ngày so sánh phải trước ngày của con số.",
    }
)

router = APIRouter(tags=["figures"])

ONE_WEEK = timedelta(weeks=1)
# In a cursor, where the last row seen has no due date.
WITHOUT_DUE = ""


def _named(name: str) -> str:
    if name not in NUMBERS:
        raise ValueError(f"a number is one of {', '.join(NUMBERS)}")
    return name


NumberName = Annotated[
    str,
    AfterValidator(_named),
    Query(
        description="The number whose list is wanted: a bucket, N, C, U, due_soon, due_later, or a side of a rate.",
        json_schema_extra={"enum": list(NUMBERS)},
    ),
]


class Asking:
    """The service as a request for figures needs it."""

    def __init__(self, request: Request, rules: Rules) -> None:
        service: Service = service_of(request.app)
        self.service = service
        self.database = service.database
        self.clock: Clock = service.clock
        self.today = service.clock.today()
        self.rules = rules

    def rules_on(self, day: date) -> RulesOut:
        """What is judged on a day follows the rules valid on it (rulebook 1.15)."""
        rules = self.rules.on(day)
        return RulesOut(awaiting_counts_as=rules.awaiting_counts_as, rounding=rules.rounding, due_soon_days=rules.due_soon_days)

    def day(self, as_of: date | None, known_on: date | None) -> Day:
        day = Day(as_of or self.today, known_on or self.today)
        if max(day.as_of, day.known_on) > self.today:
            raise Problem(422, "day-in-future", today=self.today.isoformat())
        return day


Asked = Annotated[Asking, Depends()]
AsOf = Annotated[CalendarDay | None, Query(description="Cut at the end of this day in Viet Nam; today when left out.")]
KnownOn = Annotated[CalendarDay | None, Query(description="Only what had been entered by the end of this day; today when left out.")]
DuesWithin = Annotated[
    int | None,
    Query(ge=0, le=366, description="So many days around the day, the due dates of what each agency has open; none when left out."),
]


@router.get("/figures", response_model=PictureOut)
async def figures(asked: Asked, actor: SignedIn, as_of: AsOf = None, known_on: KnownOn = None, dues_within: DuesWithin = None) -> Response:
    """The six buckets, totals and named rates, for the province and per agency."""
    day = asked.day(as_of, known_on)
    question = ("figures", day, dues_within, asked.today, asked.rules)
    return await shared_answer(asked.service, question, lambda: _figures(asked, day, dues_within))


async def _figures(asked: Asking, day: Day, dues_within: int | None) -> PictureOut:
    async with asked.database.read() as connection:
        [picture] = await pictures(connection, [day], today=asked.today, rules=asked.rules, dues_within=dues_within)
    return PictureOut.of(picture, day, generated_at=asked.clock.now(), rules=asked.rules_on(day.as_of))


@router.get("/figures/series", response_model=SeriesOut)
async def series(asked: Asked, actor: SignedIn, weeks: Annotated[int, Query(ge=1, le=52)] = 8) -> Response:
    """The province week by week up to today, each as it was known on its own day."""
    return await shared_answer(asked.service, ("series", weeks, asked.today, asked.rules), lambda: _series(asked, weeks))


async def _series(asked: Asking, weeks: int) -> SeriesOut:
    as_then_known = [Day(end, end) for end in (asked.today - ONE_WEEK * back for back in reversed(range(weeks)))]
    async with asked.database.read() as connection:
        found = await pictures(connection, as_then_known, today=asked.today, rules=asked.rules, agencies=False)
    points = [
        SeriesPointOut(as_of=day.as_of, province=FiguresOut.of(picture.province, asked.rules.on(day.as_of).rounding))
        for day, picture in zip(as_then_known, found, strict=True)
    ]
    return SeriesOut(generated_at=asked.clock.now(), rules=asked.rules_on(asked.today), points=points)


@router.get("/figures/tasks")
async def tasks_behind(
    asked: Asked,
    actor: SignedIn,
    bucket: NumberName = "N",
    agency_id: Annotated[UUID | None, Query(description="The lead agency whose number it is; the province's when left out.")] = None,
    counted: Annotated[Counted, Query(description="Without an agency: which of the two totals.")] = Counted.PROVINCE,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    limit: Limit = 50,
    cursor: CursorParameter = None,
) -> ListBehindNumberOut:
    """Exactly the tasks that a number counts, of which those are listed that the asker may see."""
    day = asked.day(as_of, known_on)
    async with asked.database.read() as connection:
        found = await list_behind(
            connection,
            Behind(NUMBERS[bucket], counted, agency_id, actor),
            day,
            today=asked.today,
            rules=asked.rules,
            after=_after(cursor),
            limit=limit + 1,
        )
        page, more = found.tasks[:limit], found.tasks[limit:]
        parts = await parts_of(connection, page)
    return ListBehindNumberOut(
        as_of=day.as_of,
        known_on=day.known_on,
        counted=found.counted,
        total=found.total,
        items=[CountedTaskOut.of(task, day.as_of, asked.rules.due_soon_until(day.as_of), parts) for task in page],
        next_cursor=encode_cursor(page[-1].due or WITHOUT_DUE, page[-1].task_id) if more else None,
    )


@router.get("/figures/changes")
async def changes(
    asked: Asked,
    actor: SignedIn,
    since: Annotated[CalendarDay, Query(description="The earlier day, as it was known at its end.")],
    bucket: NumberName = "N",
    agency_id: Annotated[UUID | None, Query(description="The lead agency whose number it is; the province's when left out.")] = None,
    counted: Annotated[Counted, Query(description="Without an agency: which of the two totals.")] = Counted.PROVINCE,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    limit: Limit = 20,
) -> NumberChangesOut:
    """Which tasks came into a number since an earlier day, and which left it. `now` is what the list of the same question counts."""
    later = asked.day(as_of, known_on)
    if since >= later.as_of:
        raise Problem(422, "day-not-earlier", since=since.isoformat(), as_of=later.as_of.isoformat())
    due_soon_until = asked.rules.due_soon_until(later.as_of)
    async with asked.database.read() as connection:
        found = await number_changes(
            connection,
            Behind(NUMBERS[bucket], counted, agency_id, actor),
            Day(since, since),
            later,
            rules=asked.rules,
            limit=limit,
        )
        parts = await parts_of(connection, [*found.entered.tasks, *found.left.tasks])
    return NumberChangesOut(
        since=since,
        as_of=later.as_of,
        known_on=later.known_on,
        before=found.before,
        now=found.now,
        entered=MovedOut.of(found.entered, later.as_of, due_soon_until, parts),
        left=MovedOut.of(found.left, later.as_of, due_soon_until, parts),
    )


def _after(cursor: str | None) -> After | None:
    keys = decode_cursor(cursor, _due, UUID)
    return (keys[0], keys[1]) if keys else None


def _due(words: str) -> date | None:
    return None if words == WITHOUT_DUE else calendar_day(words)


@router.get("/late-releases")
async def releases(asked: Asked, actor: SignedIn) -> list[LateReleaseOut]:
    """Released documents whose tasks have not come, for those who see every task."""
    if sees_tasks(actor) is not SeesTasks.ALL:
        raise Forbidden
    async with asked.database.read() as connection:
        return [LateReleaseOut.model_validate(one) for one in await late_releases(connection, now=asked.clock.now())]


@router.get("/rates")
async def rates(actor: SignedIn) -> list[RateNameOut]:
    """The named rates with their formulas: a percentage is never shown without its name."""
    return all_rates()
