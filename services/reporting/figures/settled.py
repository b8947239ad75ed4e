"""What counted at the end of a day, as known that day: the sheet of a closed month before it, and what began and ended since.

Every number is counted from stretches: a sheet is such a count that is kept while it is exact. Without sheets the same statement
counts everything from the first day on. Days follow each other, so that a week costs what happened in it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.buckets import Bucket
from libs.contracts.province import ProvinceRules
from services.reporting.figures.open_dues import OpenDues
from services.reporting.figures.standing import Day
from services.reporting.figures.stretches import Rules

OPEN_BUCKETS = "('open_in_time', 'open_overdue', 'open_undated')"


def on_day(stretch: str, day: str) -> str:
    """Whether the stretch holds on the day."""
    return f"({stretch}.from_day <= {day} AND ({stretch}.until_day IS NULL OR {stretch}.until_day > {day}))"


def open_on_day(stretch: str, day: str) -> str:
    """The same of open ones, of which few hold on any one day: in the words of the index that finds these."""
    return f"({stretch}.bucket IN {OPEN_BUCKETS} AND {stretch}.days @> {day})"


_BUCKETS = {bucket.value: bucket for bucket in Bucket}
_DERIVED = text("SELECT complete, rules FROM derivation")


async def is_settled(connection: AsyncConnection, days: Iterable[Day], rules: ProvinceRules) -> bool:
    """Whether these days are asked as they were known at their own end, and all stretches judge them by the rules valid on them."""
    asked = list(days)
    if any(day.as_of != day.known_on for day in asked):
        return False
    derived = (await connection.execute(_DERIVED)).one()
    by = Rules.parse(derived.rules)
    return derived.complete and all(by.awaiting_on(day.as_of) is rules.on(day.as_of).awaiting_counts_as for day in asked)


class Place(NamedTuple):
    """Where one column of the figures counts."""

    in_province: bool
    is_group: bool
    lead_agency_id: UUID | None


@dataclass
class Count:
    """The end of one day. `known` counts tasks that are assigned, without looking at buckets; it knows no agency."""

    buckets: Counter[tuple[Place, Bucket]] = field(default_factory=Counter)
    known: Counter[Place] = field(default_factory=Counter)
    due_soon: Counter[Place] = field(default_factory=Counter)
    open_dues: dict[UUID, OpenDues] = field(default_factory=dict)


# `base` is the day on which the count of a day builds: the newest sheet, or the day before among those asked, whichever is later.
_ASKED = """
WITH days AS (
  SELECT day, due_soon_until FROM unnest(CAST(:days AS date[]), CAST(:due_soon_until AS date[])) AS asked (day, due_soon_until)),
built AS (
  SELECT days.*, lag(day) OVER (ORDER BY day) AS day_before, (SELECT max(sheet.day) FROM sheet WHERE sheet.day <= days.day) AS sheet_day,
         least((SELECT min(from_day) FROM stretch), (SELECT min(counts_from) FROM task_now)) - 1 AS nothing_yet
  FROM days),
asked AS (
  SELECT day, due_soon_until, CASE WHEN sheet_day >= day_before OR day_before IS NULL THEN sheet_day END AS sheet_day,
         coalesce(greatest(day_before, sheet_day), nothing_yet) AS base
  FROM built)
"""


def _counted(*, agencies: bool, of: str) -> str:
    """One row for each change against the base; `of` narrows to some stretches and lines alike."""
    lead = "one.lead_agency_id" if agencies else "CAST(NULL AS uuid)"
    place = f"one.in_province, one.is_group, {lead} AS lead_agency_id"
    return f"""{_ASKED}
SELECT 'asked' AS kind, asked.day, asked.sheet_day, false AS in_province, false AS is_group, CAST(NULL AS uuid) AS lead_agency_id,
       CAST(NULL AS text) AS bucket, CAST(NULL AS date[]) AS dues, CAST(NULL AS bigint[]) AS of_due, CAST(0 AS bigint) AS tasks
FROM asked
UNION ALL
SELECT 'bucket', day, NULL, in_province, is_group, lead_agency_id, bucket, NULL, NULL, CAST(sum(tasks) AS bigint)
FROM (
  SELECT asked.day, {place}, bucket, tasks
  FROM asked JOIN sheet_line AS one ON one.day = asked.sheet_day AND one.margin = 'agency' WHERE {of}
  UNION ALL
  SELECT asked.day, {place}, bucket, 1
  FROM asked JOIN stretch AS one ON one.from_day > asked.base AND one.from_day <= asked.day WHERE {of}
  UNION ALL
  SELECT asked.day, {place}, bucket, -1
  FROM asked JOIN stretch AS one ON one.until_day > asked.base AND one.until_day <= asked.day WHERE {of}) AS turned
GROUP BY day, in_province, is_group, lead_agency_id, bucket HAVING sum(tasks) <> 0
UNION ALL
SELECT 'due-soon', asked.day, NULL, {place}, NULL, NULL, NULL, count(*)
FROM asked JOIN stretch AS one ON one.bucket = 'open_in_time' AND one.due BETWEEN asked.day AND asked.due_soon_until
WHERE {on_day("one", "asked.day")} AND {of} GROUP BY asked.day, one.in_province, one.is_group{", one.lead_agency_id" if agencies else ""}
"""


# Of all tasks, of which some may stand nowhere: a stretch that was lost is missed here.
_KNOWN = """
UNION ALL
SELECT 'known', day, NULL, in_province, is_group, NULL, NULL, NULL, NULL, CAST(sum(tasks) AS bigint)
FROM (
  SELECT asked.day, one.in_province, one.is_group, one.tasks
  FROM asked JOIN sheet_line AS one ON one.day = asked.sheet_day AND one.margin = 'all'
  UNION ALL
  SELECT asked.day, one.parent_id IS NULL, one.is_group, 1
  FROM asked JOIN task_now AS one ON one.counts_from > asked.base AND one.counts_from <= asked.day) AS begun
GROUP BY day, in_province, is_group
"""
# What is due too far away to be drawn is counted on the first day beyond.
_OPEN_DUES = f"""
UNION ALL
SELECT 'open-due', day, NULL, false, false, lead_agency_id, NULL, array_agg(due ORDER BY due), array_agg(tasks ORDER BY due), 0
FROM (
  SELECT asked.day, one.lead_agency_id, count(*) AS tasks,
         least(greatest(one.due, asked.day - CAST(:dues_within AS int) - 1), asked.day + CAST(:dues_within AS int) + 1) AS due
  FROM asked JOIN stretch AS one ON {open_on_day("one", "asked.day")}
  WHERE NOT one.is_group AND one.due IS NOT NULL AND one.lead_agency_id IS NOT NULL GROUP BY 1, 2, 4) AS open_due
GROUP BY day, lead_agency_id
"""

_ALL = "true"
_OF_AGENCY = "one.lead_agency_id = CAST(:lead_agency_id AS uuid)"
_PICTURE = text(_counted(agencies=True, of=_ALL) + _KNOWN)
_PICTURE_WITH_DUES = text(_counted(agencies=True, of=_ALL) + _KNOWN + _OPEN_DUES)
_TOTALS = text(_counted(agencies=False, of=_ALL) + _KNOWN)
_AGENCY = text(_counted(agencies=True, of=_OF_AGENCY))


async def counts_with_agencies(connection: AsyncConnection, day: date, rules: ProvinceRules, *, dues_within: int | None) -> Count:
    """All that a picture shows of one day; with `dues_within` also when what is open is due, so many days before and after."""
    if dues_within is None:
        return (await _counts(connection, _PICTURE, [day], rules))[day]
    return (await _counts(connection, _PICTURE_WITH_DUES, [day], rules, dues_within=dues_within))[day]


async def totals(connection: AsyncConnection, days: Sequence[date], rules: ProvinceRules) -> dict[date, Count]:
    """The province and all agencies together, without telling the agencies apart."""
    return await _counts(connection, _TOTALS, days, rules)


async def counts_of_agency(
    connection: AsyncConnection, days: Sequence[date], rules: ProvinceRules, lead_agency_id: UUID
) -> dict[date, Count]:
    """What one agency leads."""
    return await _counts(connection, _AGENCY, days, rules, lead_agency_id=lead_agency_id)


async def _counts(
    connection: AsyncConnection, statement: Any, days: Sequence[date], rules: ProvinceRules, **more: object
) -> dict[date, Count]:
    ordered = sorted(set(days))
    rows = await connection.execute(statement, {"days": ordered, "due_soon_until": [rules.due_soon_until(day) for day in ordered], **more})
    found = {day: Count() for day in ordered}
    on_a_sheet = set()
    # Some two thousand rows a day, each of a place of its own: every look at one of them counts.
    for kind, day, sheet_day, in_province, is_group, lead_agency_id, bucket, dues, of_due, tasks in rows:
        count, place = found[day], Place(in_province, is_group, lead_agency_id)
        if kind == "bucket":
            count.buckets[place, _BUCKETS[bucket]] = tasks
        elif kind == "known":
            count.known[place] = tasks
        elif kind == "due-soon":
            count.due_soon[place] = tasks
        elif kind == "open-due":
            count.open_dues[lead_agency_id] = OpenDues.of(dict(zip(dues, of_due, strict=True)), day, int(str(more["dues_within"])))
        elif sheet_day is not None:
            on_a_sheet.add(day)
    for before, day in pairwise(ordered):
        if day not in on_a_sheet:
            found[day].buckets.update(found[before].buckets)
            found[day].known.update(found[before].known)
    return found
