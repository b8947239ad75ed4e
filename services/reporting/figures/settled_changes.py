"""Which tasks came into a number between two days and which left it: only those can have that began or ended a stretch meanwhile."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.province import ProvinceRules
from services.reporting.figures.permissions import SeesTasks
from services.reporting.figures.rows import ENTERED, LEFT, MOVES, Behind
from services.reporting.figures.settled import on_day
from services.reporting.figures.settled_rows import MINE, is_counted

_EARLIER, _LATER = "CAST(:earlier AS date)", "CAST(:later AS date)"
# Whoever moved has left the stretch of the earlier day before the later one ended, and began that of the later day after the earlier.
_WAS = f"stretch.until_day > {_EARLIER} AND stretch.until_day <= {_LATER} AND stretch.from_day <= {_EARLIER}"
_IS = f"stretch.from_day > {_EARLIER} AND stretch.from_day <= {_LATER} AND (stretch.until_day IS NULL OR stretch.until_day > {_LATER})"
_SHOWN = f"""
SELECT moves.*, shown.way, shown.task_id AS id, words.code, words.directive_id, words.directive_label, words.content, words.is_group,
       coalesce(told.lead_agency_id, words.lead_agency_id) AS shown_lead_id, told.state, present.bucket,
       coalesce(present.assigned_on, words.assigned_on) AS assigned_on,
       CASE WHEN present.task_id IS NULL THEN words.due ELSE present.due END AS due, present.completed_on
FROM moves LEFT JOIN shown ON shown.place <= :limit
LEFT JOIN task_now AS words ON words.id = shown.task_id
LEFT JOIN stretch AS present ON present.task_id = shown.task_id AND {on_day("present", _LATER)}
LEFT JOIN LATERAL (
  SELECT state, lead_agency_id FROM task_fact
  WHERE source = words.source AND id = words.id AND known_on <= {_LATER} ORDER BY version DESC LIMIT 1
) AS told ON present.task_id IS NOT NULL AND NOT words.is_group
ORDER BY shown.way, shown.place
"""


async def moved_between(
    connection: AsyncConnection, behind: Behind, earlier: date, later: date, rules: ProvinceRules, *, limit: int
) -> Sequence[Any]:
    """Rows as `MOVES` and `counted_task` read them, at least one; what has left is told as it stands on the later day."""
    own = behind.sees is SeesTasks.OF_OWN_AGENCY
    visible = {
        SeesTasks.ALL: "true",
        SeesTasks.NONE: "false",
        SeesTasks.OF_OWN_AGENCY: "coalesce(now.id, before.id) IN (SELECT id FROM own)",
    }
    statement = f"""
    WITH {f"{MINE}," if own else ""}
    before AS ({_matched(behind, _WAS, _EARLIER, "CAST(:earlier_due_soon_until AS date)")}),
    now AS ({_matched(behind, _IS, _LATER, "CAST(:later_due_soon_until AS date)")}),
    moved AS (
      SELECT coalesce(now.id, before.id) AS task_id, CASE WHEN before.id IS NULL THEN '{ENTERED}' ELSE '{LEFT}' END AS way,
             CASE WHEN before.id IS NULL THEN now.due ELSE before.due END AS due, {visible[behind.sees]} AS visible
      FROM before FULL JOIN now ON now.id = before.id WHERE before.id IS NULL OR now.id IS NULL),
    shown AS (
      SELECT task_id, way, row_number() OVER (PARTITION BY way ORDER BY due, task_id) AS place FROM moved WHERE visible),
    {MOVES}
    {_SHOWN}
    """
    parameters = {
        "earlier": earlier,
        "later": later,
        "earlier_due_soon_until": rules.due_soon_until(earlier),
        "later_due_soon_until": rules.due_soon_until(later),
        "buckets": [bucket.value for bucket in behind.number.buckets],
        "lead_agency_id": behind.lead_agency_id,
        "limit": limit,
        "agency_id": behind.seen_by.agency_id,
    }
    return (await connection.execute(text(statement), parameters)).all()


def _matched(behind: Behind, turned: str, day: str, due_soon_until: str) -> str:
    """The tasks of the number on the day, as far as they can have moved. Due soon is a window that moves over tasks that stand still."""
    rows = f"stretch WHERE {is_counted(behind)}"
    if behind.number.due_soon is not None:
        window = f"{'' if behind.number.due_soon else 'NOT '}(stretch.due BETWEEN {day} AND {due_soon_until})"
        found = f"stretch.bucket = 'open_in_time' AND {window} AND {on_day('stretch', day)}"
    else:
        found = f"stretch.bucket = ANY (CAST(:buckets AS text[])) AND {turned}"
    return f"SELECT stretch.task_id AS id, stretch.due FROM {rows} AND {found}"
