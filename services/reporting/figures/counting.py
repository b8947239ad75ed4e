"""Official figures: counted from rows each time, per agency and for the province."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.buckets import COMPLETED, DATED, OPEN, Bucket
from libs.contracts.province import ProvinceRules
from libs.contracts.rates import RATES, RateValue, Rounding, rate_of
from services.reporting.figures.open_dues import OpenDues
from services.reporting.figures.settled import Count, Place, counts_with_agencies, is_settled, totals
from services.reporting.figures.standing import Day, counted_sql, days_asked

SHOWN_RATES = ("R1", "R3c", "R4", "R5", "RU")


class FiguresDoNotAddUp(Exception):
    """The identity N = C_on + C_late + C_nd + U_in + U_over + U_nd was broken; such figures are never shown."""


@dataclass
class Figures:
    """One column of the picture: how many tasks lie in each bucket, and how many of the open ones are due soon."""

    buckets: Counter[Bucket] = field(default_factory=Counter)
    assigned: int = 0
    due_soon: int = 0

    def count(self, bucket: Bucket, tasks: int, due_soon: int) -> None:
        self.buckets[bucket] += tasks
        self.assigned += tasks
        self.due_soon += due_soon

    @property
    def completed(self) -> int:
        return sum(self.buckets[bucket] for bucket in COMPLETED)

    @property
    def open(self) -> int:
        return sum(self.buckets[bucket] for bucket in OPEN)

    @property
    def with_deadline(self) -> int:
        return sum(self.buckets[bucket] for bucket in DATED)

    def rate(self, name: str, rounding: Rounding) -> RateValue:
        return rate_of(RATES[name], self.buckets, rounding)

    def require_identity(self, total: int) -> None:
        """Raises FiguresDoNotAddUp unless the six buckets together are the `total` that was counted without looking at buckets."""
        if not self.assigned == total == self.completed + self.open:
            raise FiguresDoNotAddUp(f"N is {total}, the buckets hold {dict(self.buckets)}")


@dataclass
class Picture:
    """The figures of one day. `assignments` are all agencies together; it and `province` legitimately differ (rulebook 1.5).

    What an agency reports in place of a lead without an account is in both, and in none of `agencies` (rulebook 1.14).
    """

    province: Figures = field(default_factory=Figures)
    assignments: Figures = field(default_factory=Figures)
    agencies: dict[UUID, Figures] = field(default_factory=dict)
    open_dues: dict[UUID, OpenDues] = field(default_factory=dict)
    """Of each agency that has open tasks with a deadline, where these were asked for."""


# `expected` counts N without looking at buckets or at the parents' children, so that the identity is a check and not a definition.
_GROUPED = """
, expected AS (
  SELECT day, count(*) FILTER (WHERE parent_id IS NULL) AS province, count(*) FILTER (WHERE NOT is_group) AS assignments
  FROM standing WHERE assigned_on <= as_of GROUP BY day)
SELECT day, in_province, is_group, lead_agency_id, bucket, CASE WHEN bucket LIKE 'open%' THEN due END AS open_due,
       count(*) AS tasks, count(*) FILTER (WHERE due_soon) AS due_soon, expected.province, expected.assignments
FROM expected LEFT JOIN counted USING (day)
GROUP BY day, in_province, is_group, lead_agency_id, bucket, open_due, expected.province, expected.assignments
"""


async def pictures(
    connection: AsyncConnection,
    days: Sequence[Day],
    *,
    today: date,
    rules: ProvinceRules,
    agencies: bool = True,
    dues_within: int | None = None,
) -> list[Picture]:
    """The figures of each of `days`, in their order; with `agencies` also of each agency, and with `dues_within` when what it has
    open is due, so many days before and after."""
    if not await is_settled(connection, days, rules):
        return await _recounted(connection, days, today=today, rules=rules, dues_within=dues_within)
    if agencies:
        counts = {day.as_of: await counts_with_agencies(connection, day.as_of, rules, dues_within=dues_within) for day in days}
    else:
        counts = await totals(connection, [day.as_of for day in days], rules)
    return [_picture(counts[day.as_of]) for day in days]


def _picture(count: Count) -> Picture:
    picture = Picture()
    for (place, bucket), tasks in count.buckets.items():
        _count(picture, place, bucket, tasks, 0)
    for place, due_soon in count.due_soon.items():
        _count(picture, place, Bucket.OPEN_IN_TIME, 0, due_soon)
    picture.open_dues = count.open_dues
    picture.province.require_identity(sum(tasks for place, tasks in count.known.items() if place.in_province))
    picture.assignments.require_identity(sum(tasks for place, tasks in count.known.items() if not place.is_group))
    return picture


def _count(picture: Picture, place: Place, bucket: Bucket, tasks: int, due_soon: int) -> None:
    if place.in_province:
        picture.province.count(bucket, tasks, due_soon)
    if not place.is_group:
        picture.assignments.count(bucket, tasks, due_soon)
        if place.lead_agency_id is not None and (tasks or due_soon):
            figures = picture.agencies.get(place.lead_agency_id)
            if figures is None:
                figures = picture.agencies[place.lead_agency_id] = Figures()
            figures.count(bucket, tasks, due_soon)


async def _recounted(
    connection: AsyncConnection, days: Sequence[Day], *, today: date, rules: ProvinceRules, dues_within: int | None
) -> list[Picture]:
    """From all facts, all days in one statement: what is now known of a past day, and any day while stretches are derived anew."""
    known_today = all(day.known_on >= today for day in days)
    rows = await connection.execute(text(counted_sql(known_today=known_today) + _GROUPED), days_asked(rules, *days))
    found = [Picture() for _ in days]
    expected = [(0, 0) for _ in days]
    open_dues: list[dict[UUID, Counter[date]]] = [{} for _ in days]
    for row in rows:
        picture = found[row.day - 1]
        expected[row.day - 1] = (row.province, row.assignments)
        if row.bucket is None:
            continue
        _count(picture, Place(row.in_province, row.is_group, row.lead_agency_id), Bucket(row.bucket), row.tasks, row.due_soon)
        if row.open_due is not None and row.lead_agency_id is not None:
            open_dues[row.day - 1].setdefault(row.lead_agency_id, Counter())[row.open_due] += row.tasks
    for day, picture, (in_province, assignments), dues in zip(days, found, expected, open_dues, strict=True):
        if dues_within is not None:
            picture.open_dues = {agency_id: OpenDues.of(counted, day.as_of, dues_within) for agency_id, counted in dues.items()}
        picture.province.require_identity(in_province)
        picture.assignments.require_identity(assignments)
    return found
