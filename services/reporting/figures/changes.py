"""What made a number what it is: which tasks came into it since an earlier day, and which left it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.province import ProvinceRules
from services.reporting.figures.listing import MATCHED, matching
from services.reporting.figures.rows import ENTERED, LEFT, MOVES, Behind, CountedTask, counted_task
from services.reporting.figures.settled import is_settled
from services.reporting.figures.settled_changes import moved_between
from services.reporting.figures.settled_rows import number_on
from services.reporting.figures.standing import Day, counted_sql, days_asked


@dataclass(frozen=True)
class Moved:
    """`counted` moved, `total` of them the asker may see; `tasks` are the first of these, as they stand now."""

    counted: int
    total: int
    tasks: list[CountedTask]


@dataclass(frozen=True)
class NumberChanges:
    """`now` is `before`, and what has entered, less what has left."""

    before: int
    now: int
    entered: Moved
    left: Moved


# Of the two days asked the first is the earlier. What has left is told as it stands on the later one.
_CHANGED = f"""{MATCHED},
moved AS (
  SELECT here.day, here.id, here.visible, here.due, here.code, here.directive_id, here.directive_label, here.content,
         CASE here.day WHEN 2 THEN '{ENTERED}' ELSE '{LEFT}' END AS way
  FROM matched AS here
  WHERE NOT EXISTS (SELECT 1 FROM matched AS there WHERE there.id = here.id AND there.day <> here.day)),
shown AS (
  SELECT moved.*, row_number() OVER (PARTITION BY way ORDER BY due, id) AS place FROM moved WHERE visible),
totals AS (
  SELECT count(*) FILTER (WHERE day = 1) AS before, count(*) FILTER (WHERE day = 2) AS now FROM matched),
{MOVES}
SELECT totals.*, moves.*, shown.way, shown.id, shown.code, shown.directive_id, shown.directive_label, shown.content,
       words.is_group, coalesce(present.shown_lead_id, words.lead_agency_id) AS shown_lead_id, present.state, present.bucket,
       coalesce(present.assigned_on, words.assigned_on) AS assigned_on,
       CASE WHEN present.id IS NULL THEN words.due ELSE present.due END AS due, present.completed_on
FROM totals CROSS JOIN moves LEFT JOIN shown ON shown.place <= :limit
LEFT JOIN task_now AS words ON words.id = shown.id LEFT JOIN counted AS present ON present.day = 2 AND present.id = shown.id
ORDER BY shown.way, shown.place
"""


async def number_changes(
    connection: AsyncConnection, behind: Behind, earlier: Day, later: Day, *, rules: ProvinceRules, limit: int
) -> NumberChanges:
    """At most `limit` tasks of either way, earliest due first."""
    if not await is_settled(connection, [earlier, later], rules):
        return await _recounted(connection, behind, earlier, later, rules=rules, limit=limit)
    counts = await number_on(connection, behind, [earlier.as_of, later.as_of], rules)
    rows = await moved_between(connection, behind, earlier.as_of, later.as_of, rules, limit=limit)
    return _changes(counts[earlier.as_of], counts[later.as_of], rows)


async def _recounted(
    connection: AsyncConnection, behind: Behind, earlier: Day, later: Day, *, rules: ProvinceRules, limit: int
) -> NumberChanges:
    """From all facts: what is now known of a past day, and any day while stretches are derived anew."""
    parameters = {**days_asked(rules, earlier, later), **matching(behind), "limit": limit}
    rows = (await connection.execute(text(counted_sql(known_today=False) + _CHANGED), parameters)).all()
    return _changes(rows[0].before, rows[0].now, rows)


def _changes(before: int, now: int, rows: Sequence[Any]) -> NumberChanges:
    tasks: dict[str, list[CountedTask]] = {ENTERED: [], LEFT: []}
    for row in rows:
        if row.id is not None:
            tasks[row.way].append(counted_task(row))
    first = rows[0]
    return NumberChanges(
        before=before,
        now=now,
        entered=Moved(first.entered, first.entered_seen, tasks[ENTERED]),
        left=Moved(first.gone, first.gone_seen, tasks[LEFT]),
    )
