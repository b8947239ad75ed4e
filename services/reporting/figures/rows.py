"""Rows behind a number as people read them, and who may see which."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from libs.common.actor import Actor
from libs.contracts.buckets import Bucket
from services.reporting.figures.numbers import Number
from services.reporting.figures.permissions import SeesTasks, sees_tasks

# The last row seen of a list: its due date, None where it has none, and its id.
After = tuple[date | None, UUID]


class Counted(StrEnum):
    """Which of the two totals a number without an agency belongs to."""

    PROVINCE = "province"
    ASSIGNMENTS = "assignments"


@dataclass(frozen=True)
class Behind:
    """Which number is asked for, of one lead agency or of one of the two totals, and by whom."""

    number: Number
    counted: Counted
    lead_agency_id: UUID | None
    seen_by: Actor

    @property
    def sees(self) -> SeesTasks:
        return sees_tasks(self.seen_by)


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


# The right to see a task is judged by who leads and coordinates it now, whatever day the figure is of.
VISIBLE = """
(:sees_all OR words.lead_agency_id = :agency_id OR CAST(:agency_id AS uuid) = ANY (words.coordinating_agency_ids)
 OR (words.is_group AND EXISTS (
   SELECT 1 FROM task_now AS child WHERE child.parent_id = words.id
   AND (child.lead_agency_id = :agency_id OR CAST(:agency_id AS uuid) = ANY (child.coordinating_agency_ids)))))
"""


ENTERED, LEFT = "entered", "left"
# How many rows of `moved` came and went, and how many of these the asker may see.
MOVES = f"""
moves AS (
  SELECT count(*) FILTER (WHERE way = '{ENTERED}') AS entered, count(*) FILTER (WHERE way = '{ENTERED}' AND visible) AS entered_seen,
         count(*) FILTER (WHERE way = '{LEFT}') AS gone, count(*) FILTER (WHERE way = '{LEFT}' AND visible) AS gone_seen
  FROM moved)
"""


def seeing(behind: Behind) -> dict[str, Any]:
    """The parameters of `VISIBLE`, and whether the asker sees any task at all."""
    return {
        "sees_any": behind.sees is not SeesTasks.NONE,
        "sees_all": behind.sees is SeesTasks.ALL,
        "agency_id": behind.seen_by.agency_id,
    }


def counted_task(row: Any) -> CountedTask:
    return CountedTask(
        task_id=row.id,
        code=row.code,
        is_group=row.is_group,
        directive_id=row.directive_id,
        directive_label=row.directive_label,
        content=row.content,
        lead_agency_id=row.shown_lead_id,
        state=row.state,
        bucket=None if row.bucket is None else Bucket(row.bucket),
        assigned_on=row.assigned_on,
        due=row.due,
        completed_on=row.completed_on,
    )
