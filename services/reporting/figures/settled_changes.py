"""Which tasks came into a number between two days and which left it: only those can have that began or ended a stretch meanwhile."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.province import ProvinceRules
from services.reporting.figures.rows import ENTERED, LEFT, MOVES, VISIBLE, Behind, seeing
from services.reporting.figures.settled import on_day
from services.reporting.figures.settled_rows import is_counted

_EARLIER, _LATER = "CAST(:earlier AS date)", "CAST(:later AS date)"
_TURNED = f"""
SELECT task_id FROM stretch WHERE from_day > {_EARLIER} AND from_day <= {_LATER}
UNION SELECT task_id FROM stretch WHERE until_day > {_EARLIER} AND until_day <= {_LATER}
"""
# Due soon is a window that moves over tasks to which nothing happens.
_MAYBE_DUE_SOON = f"""
SELECT DISTINCT task_id FROM stretch WHERE bucket = 'open_in_time' AND due BETWEEN {_EARLIER} AND CAST(:later_due_soon_until AS date)
"""
_SHOWN = f"""
SELECT moves.*, shown.way, shown.task_id AS id, words.code, words.directive_id, words.directive_label, words.content, words.is_group,
       coalesce(present.lead_agency_id, words.lead_agency_id) AS lead_agency_id, told.state, present.bucket,
       coalesce(present.assigned_on, words.assigned_on) AS assigned_on,
       CASE WHEN present.task_id IS NULL THEN words.due ELSE present.due END AS due, present.completed_on
FROM moves LEFT JOIN shown ON shown.place <= :limit
LEFT JOIN task_now AS words ON words.id = shown.task_id
LEFT JOIN stretch AS present ON present.task_id = shown.task_id AND {on_day("present", _LATER)}
LEFT JOIN LATERAL (
  SELECT state FROM task_fact WHERE source = words.source AND id = words.id AND known_on <= {_LATER} ORDER BY version DESC LIMIT 1
) AS told ON present.task_id IS NOT NULL AND NOT words.is_group
ORDER BY shown.way, shown.place
"""


async def moved_between(
    connection: AsyncConnection, behind: Behind, earlier: date, later: date, rules: ProvinceRules, *, limit: int
) -> Sequence[Any]:
    """Rows as `MOVES` and `counted_task` read them, at least one; what has left is told as it stands on the later day."""
    statement = f"""
    WITH turned AS ({_MAYBE_DUE_SOON if behind.number.due_soon_only else _TURNED}),
    placed AS (
      SELECT turned.task_id, before.task_id IS NOT NULL AS was, now.task_id IS NOT NULL AS is, before.due AS due_before, now.due AS due_now
      FROM turned
      LEFT JOIN LATERAL ({_matched(behind, _EARLIER, "CAST(:earlier_due_soon_until AS date)")}) AS before ON true
      LEFT JOIN LATERAL ({_matched(behind, _LATER, "CAST(:later_due_soon_until AS date)")}) AS now ON true),
    moved AS (
      SELECT placed.task_id, CASE WHEN placed.is THEN '{ENTERED}' ELSE '{LEFT}' END AS way,
             CASE WHEN placed.is THEN due_now ELSE due_before END AS due, :sees_any AND {VISIBLE} AS visible
      FROM placed JOIN task_now AS words ON words.id = placed.task_id WHERE placed.was <> placed.is),
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
        **seeing(behind),
    }
    return (await connection.execute(text(statement), parameters)).all()


def _matched(behind: Behind, day: str, due_soon_until: str) -> str:
    due_soon = (
        f"AND stretch.bucket = 'open_in_time' AND stretch.due BETWEEN {day} AND {due_soon_until}" if behind.number.due_soon_only else ""
    )
    return (
        f"SELECT stretch.task_id, stretch.due FROM stretch WHERE stretch.task_id = turned.task_id AND {on_day('stretch', day)} "
        f"AND {is_counted(behind)} AND stretch.bucket = ANY (CAST(:buckets AS text[])) {due_soon}"
    )
