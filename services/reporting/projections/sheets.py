"""Sheets: figures of days that are over, each counted from the one before and the stretches between.

Of the last weeks, which every home asks for, each day has one; of what is older the last day of each month.
"""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from services.reporting.projections.stretches import derive_alone

# As many as a picture of eight weeks looks back, and one week more.
DAY_BY_DAY = timedelta(days=63)
_NEWEST = text("SELECT max(day) FROM sheet")
_FIRST_DAY = text("SELECT least((SELECT min(from_day) FROM stretch), (SELECT min(counts_from) FROM task_now))")
_IS_COMPLETE = text("SELECT complete FROM derivation")
_BETWEEN_MONTHS = text("DELETE FROM sheet WHERE day < :since AND extract(month FROM day) = extract(month FROM day + 1)")
_SHEET = text("INSERT INTO sheet (day) VALUES (:day)")
# One margin for each dimension that figures are asked by; `all` counts what is known of tasks without any stretch.
_LINES = text("""
INSERT INTO sheet_line (day, margin, in_province, is_group, lead_agency_id, field, assigned_year, bucket, tasks)
SELECT :day, margin, in_province, is_group, lead_agency_id, field, assigned_year, bucket, sum(tasks)
FROM (
  SELECT margin, in_province, is_group, lead_agency_id, field, assigned_year, bucket, tasks FROM sheet_line WHERE day = :before
  UNION ALL
  SELECT CASE WHEN grouping(lead_agency_id) = 0 THEN 'agency' WHEN grouping(field) = 0 THEN 'field' ELSE 'year' END,
         in_province, is_group, lead_agency_id, field, assigned_year, bucket, sum(tasks)
  FROM (
    SELECT in_province, is_group, lead_agency_id, field, CAST(extract(year FROM assigned_on) AS int) AS assigned_year, bucket, 1 AS tasks
    FROM stretch WHERE from_day >= :first AND from_day <= :day
    UNION ALL
    SELECT in_province, is_group, lead_agency_id, field, CAST(extract(year FROM assigned_on) AS int), bucket, -1
    FROM stretch WHERE until_day >= :first AND until_day <= :day) AS turned
  GROUP BY GROUPING SETS (
    (in_province, is_group, bucket, lead_agency_id), (in_province, is_group, bucket, field), (in_province, is_group, bucket, assigned_year))
  UNION ALL
  SELECT 'all', parent_id IS NULL, is_group, NULL, NULL, NULL, NULL, count(*)
  FROM task_now WHERE counts_from >= :first AND counts_from <= :day GROUP BY parent_id IS NULL, is_group) AS lines
GROUP BY margin, in_province, is_group, lead_agency_id, field, assigned_year, bucket
HAVING sum(tasks) <> 0
""")


async def count_next_sheet(connection: AsyncConnection, today: date) -> date | None:
    """Count the first day that is over and has to have a sheet but none; that day, or None when there is nothing to count.

    Alone among those who derive: a late fact comes either before, and is counted, or after, and drops the sheet.
    """
    await derive_alone(connection)
    if not (await connection.execute(_IS_COMPLETE)).scalar_one():
        return None
    before = (await connection.execute(_NEWEST)).scalar_one()
    first = before + timedelta(days=1) if before else (await connection.execute(_FIRST_DAY)).scalar_one()
    if first is None or (day := _next_day(first, today)) >= today:
        return None
    await connection.execute(_SHEET, {"day": day})
    await connection.execute(_LINES, {"day": day, "before": before, "first": first})
    return day


async def count_sheets(database: Database, today: date) -> int:
    """All that are missing, one short transaction each; how many were counted. Those of days that are no longer asked for go."""
    async with database.begin() as connection:
        await connection.execute(_BETWEEN_MONTHS, {"since": _day_by_day_since(today)})
    counted = 0
    while True:
        async with database.begin() as connection:
            if await count_next_sheet(connection, today) is None:
                return counted
        counted += 1


def _next_day(first: date, today: date) -> date:
    """The end of the month, where that is long ago."""
    month = end_of_month(first)
    return month if month < _day_by_day_since(today) else first


def _day_by_day_since(today: date) -> date:
    return today - DAY_BY_DAY


def end_of_month(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)
