"""The exact list behind a number: the rows that were counted, of which a person is shown those he may see."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.province import ProvinceRules
from services.reporting.figures.permissions import SeesTasks
from services.reporting.figures.rows import VISIBLE, After, Behind, Counted, CountedTask, counted_task, seeing
from services.reporting.figures.settled import is_settled
from services.reporting.figures.settled_rows import number_on, page_of_all, page_of_own
from services.reporting.figures.standing import Day, counted_sql, days_asked


@dataclass(frozen=True)
class ListBehindNumber:
    """`counted` is the number itself, `total` how many of its rows this person may see; `tasks` is one page of those."""

    counted: int
    total: int
    tasks: list[CountedTask]


async def list_behind(
    connection: AsyncConnection,
    behind: Behind,
    day: Day,
    *,
    today: date,
    rules: ProvinceRules,
    after: After | None,
    limit: int,
) -> ListBehindNumber:
    """The tasks that a number counts on `day`, earliest due first, those without a due date last."""
    if not await is_settled(connection, [day], rules):
        return await _recounted(connection, behind, day, today=today, rules=rules, after=after, limit=limit)
    counted = (await number_on(connection, behind, [day.as_of], rules))[day.as_of]
    match behind.sees:
        case SeesTasks.NONE:
            return ListBehindNumber(counted, 0, [])
        case SeesTasks.ALL:
            return ListBehindNumber(counted, counted, await page_of_all(connection, behind, day.as_of, rules, after=after, limit=limit))
        case SeesTasks.OF_OWN_AGENCY:
            total, tasks = await page_of_own(connection, behind, day.as_of, rules, after=after, limit=limit)
            return ListBehindNumber(counted, total, tasks)


# After `counted_sql`: the rows of the number on each day asked, with what they are called today and whether the asker may see them.
MATCHED = f"""
, matched AS (
  SELECT counted.*, words.code, words.directive_id, words.directive_label, words.content, :sees_any AND {VISIBLE} AS visible
  FROM counted JOIN task_now AS words ON words.id = counted.id
  WHERE counted.bucket = ANY (CAST(:buckets AS text[])) AND (CAST(:due_soon AS boolean) IS NULL OR counted.due_soon = :due_soon)
    AND CASE :counted_as WHEN 'province' THEN counted.in_province ELSE NOT counted.is_group END
    AND (CAST(:lead_agency_id AS uuid) IS NULL OR counted.lead_agency_id = :lead_agency_id))
"""

_LISTED = f"""{MATCHED},
page AS (
  SELECT * FROM matched
  WHERE visible AND (CAST(:after_id AS uuid) IS NULL OR due > CAST(:after_due AS date)
    OR (due IS NOT DISTINCT FROM CAST(:after_due AS date) AND id > CAST(:after_id AS uuid))
    OR (due IS NULL AND CAST(:after_due AS date) IS NOT NULL))
  ORDER BY due, id LIMIT :limit)
SELECT page.*, totals.* FROM (
  SELECT count(*) AS all_counted, count(*) FILTER (WHERE visible) AS all_visible FROM matched) AS totals
LEFT JOIN page ON true ORDER BY page.due, page.id
"""


async def _recounted(
    connection: AsyncConnection,
    behind: Behind,
    day: Day,
    *,
    today: date,
    rules: ProvinceRules,
    after: After | None,
    limit: int,
) -> ListBehindNumber:
    """From all facts: what is now known of a past day, and any day while stretches are derived anew."""
    after_due, after_id = after or (None, None)
    rows = (
        await connection.execute(
            text(counted_sql(known_today=day.known_on >= today) + _LISTED),
            {**days_asked(rules, day), **matching(behind), "after_due": after_due, "after_id": after_id, "limit": limit},
        )
    ).all()
    return ListBehindNumber(
        counted=rows[0].all_counted,
        total=rows[0].all_visible,
        tasks=[counted_task(row) for row in rows if row.id is not None],
    )


def matching(behind: Behind) -> dict[str, Any]:
    """The parameters of `MATCHED`."""
    return {
        "buckets": [bucket.value for bucket in behind.number.buckets],
        "due_soon": behind.number.due_soon,
        "counted_as": Counted.ASSIGNMENTS.value if behind.lead_agency_id else behind.counted.value,
        "lead_agency_id": behind.lead_agency_id,
        **seeing(behind),
    }
