"""The exact list behind a number: the rows that were counted, of which a person is shown those he may see."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.contracts.buckets import AwaitingCountsAs, Bucket
from services.reporting.figures.numbers import Number
from services.reporting.figures.permissions import SeesTasks, sees_tasks
from services.reporting.figures.standing import Day, counted_sql, days_asked

WITHOUT_DUE = date(9999, 12, 31)


class Counted(StrEnum):
    """Which of the two totals a number without an agency belongs to."""

    PROVINCE = "province"
    ASSIGNMENTS = "assignments"


@dataclass(frozen=True)
class CountedTask:
    """`bucket` is None for a task that counts nowhere on the day."""

    task_id: UUID
    code: str
    is_group: bool
    directive_id: UUID
    directive_label: str
    content: str
    lead_agency_id: UUID | None
    state: str | None
    bucket: Bucket | None
    assigned_on: date
    due: date | None
    completed_on: date | None


@dataclass(frozen=True)
class ListBehindNumber:
    """`counted` is the number itself, `total` how many of its rows this person may see; `tasks` is one page of those."""

    counted: int
    total: int
    tasks: list[CountedTask]


# The right to see a task is judged by who leads and coordinates it now, whatever day the figure is of.
_VISIBLE = """
(:sees_all OR words.lead_agency_id = :agency_id OR CAST(:agency_id AS uuid) = ANY (words.coordinating_agency_ids)
 OR (words.is_group AND EXISTS (
   SELECT 1 FROM task_now AS child WHERE child.parent_id = words.id
   AND (child.lead_agency_id = :agency_id OR CAST(:agency_id AS uuid) = ANY (child.coordinating_agency_ids)))))
"""

# After `counted_sql`: the rows of the number on each day asked, with what they are called today and whether the asker may see them.
MATCHED = f"""
, matched AS (
  SELECT counted.*, coalesce(counted.due, DATE '9999-12-31') AS sort_due, words.code, words.directive_id,
         words.directive_label, words.content,
         :sees_any AND {_VISIBLE} AS visible
  FROM counted JOIN task_now AS words ON words.id = counted.id
  WHERE counted.bucket = ANY (CAST(:buckets AS text[])) AND (counted.due_soon OR NOT :due_soon_only)
    AND CASE :counted_as WHEN 'province' THEN counted.in_province ELSE NOT counted.is_group END
    AND (CAST(:lead_agency_id AS uuid) IS NULL OR counted.lead_agency_id = :lead_agency_id))
"""

_LISTED = f"""{MATCHED},
page AS (
  SELECT * FROM matched
  WHERE visible AND (CAST(:after_due AS date) IS NULL OR (sort_due, id) > (CAST(:after_due AS date), CAST(:after_id AS uuid)))
  ORDER BY sort_due, id LIMIT :limit)
SELECT page.*, totals.* FROM (
  SELECT count(*) AS all_counted, count(*) FILTER (WHERE visible) AS all_visible FROM matched) AS totals
LEFT JOIN page ON true ORDER BY page.sort_due, page.id
"""


async def list_behind(
    connection: AsyncConnection,
    number: Number,
    day: Day,
    *,
    counted: Counted,
    lead_agency_id: UUID | None,
    seen_by: Actor,
    today: date,
    awaiting_counts_as: AwaitingCountsAs,
    after: tuple[date, UUID] | None,
    limit: int,
) -> ListBehindNumber:
    """The tasks that `number` counts on `day`, earliest due first: of one lead agency, or of one of the two totals."""
    rows = (
        await connection.execute(
            text(counted_sql(awaiting_counts_as, known_today=day.known_on >= today) + _LISTED),
            {
                **days_asked(day),
                **matching(number, counted=counted, lead_agency_id=lead_agency_id, seen_by=seen_by),
                "after_due": after[0] if after else None,
                "after_id": after[1] if after else None,
                "limit": limit,
            },
        )
    ).all()
    return ListBehindNumber(
        counted=rows[0].all_counted,
        total=rows[0].all_visible,
        tasks=[counted_task(row) for row in rows if row.id is not None],
    )


def matching(number: Number, *, counted: Counted, lead_agency_id: UUID | None, seen_by: Actor) -> dict[str, Any]:
    """The parameters of `MATCHED`."""
    seen = sees_tasks(seen_by)
    return {
        "buckets": [bucket.value for bucket in number.buckets],
        "due_soon_only": number.due_soon_only,
        "counted_as": Counted.ASSIGNMENTS.value if lead_agency_id else counted.value,
        "lead_agency_id": lead_agency_id,
        "sees_any": seen is not SeesTasks.NONE,
        "sees_all": seen is SeesTasks.ALL,
        "agency_id": seen_by.agency_id,
    }


def counted_task(row: Any) -> CountedTask:
    return CountedTask(
        task_id=row.id,
        code=row.code,
        is_group=row.is_group,
        directive_id=row.directive_id,
        directive_label=row.directive_label,
        content=row.content,
        lead_agency_id=row.lead_agency_id,
        state=row.state,
        bucket=None if row.bucket is None else Bucket(row.bucket),
        assigned_on=row.assigned_on,
        due=row.due,
        completed_on=row.completed_on,
    )
