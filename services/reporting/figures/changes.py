"""What made a number what it is: which tasks came into it since an earlier day, and which left it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.contracts.buckets import AwaitingCountsAs
from services.reporting.figures.listing import MATCHED, Counted, CountedTask, counted_task, matching
from services.reporting.figures.numbers import Number
from services.reporting.figures.standing import Day, counted_sql, days_asked

_ENTERED, _LEFT = "entered", "left"


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
  SELECT here.day, here.id, here.visible, here.sort_due, here.code, here.directive_id, here.directive_label, here.content,
         CASE here.day WHEN 2 THEN '{_ENTERED}' ELSE '{_LEFT}' END AS way
  FROM matched AS here
  WHERE NOT EXISTS (SELECT 1 FROM matched AS there WHERE there.id = here.id AND there.day <> here.day)),
shown AS (
  SELECT moved.*, row_number() OVER (PARTITION BY way ORDER BY sort_due, id) AS place FROM moved WHERE visible),
totals AS (
  SELECT count(*) FILTER (WHERE day = 1) AS before, count(*) FILTER (WHERE day = 2) AS now FROM matched),
moves AS (
  SELECT count(*) FILTER (WHERE way = '{_ENTERED}') AS entered, count(*) FILTER (WHERE way = '{_ENTERED}' AND visible) AS entered_seen,
         count(*) FILTER (WHERE way = '{_LEFT}') AS gone, count(*) FILTER (WHERE way = '{_LEFT}' AND visible) AS gone_seen
  FROM moved)
SELECT totals.*, moves.*, shown.way, shown.id, shown.code, shown.directive_id, shown.directive_label, shown.content,
       words.is_group, words.lead_agency_id, present.state, present.bucket, words.assigned_on, words.due, present.completed_on
FROM totals CROSS JOIN moves LEFT JOIN shown ON shown.place <= :limit
LEFT JOIN task_now AS words ON words.id = shown.id LEFT JOIN counted AS present ON present.day = 2 AND present.id = shown.id
ORDER BY shown.way, shown.place
"""


async def number_changes(
    connection: AsyncConnection,
    number: Number,
    earlier: Day,
    later: Day,
    *,
    counted: Counted,
    lead_agency_id: UUID | None,
    seen_by: Actor,
    awaiting_counts_as: AwaitingCountsAs,
    limit: int,
) -> NumberChanges:
    """At most `limit` tasks of either way, earliest due first."""
    asked = {
        **days_asked(earlier, later),
        **matching(number, counted=counted, lead_agency_id=lead_agency_id, seen_by=seen_by),
        "limit": limit,
    }
    rows = (await connection.execute(text(counted_sql(awaiting_counts_as, known_today=False) + _CHANGED), asked)).all()
    tasks: dict[str, list[CountedTask]] = {_ENTERED: [], _LEFT: []}
    for row in rows:
        if row.id is not None:
            tasks[row.way].append(counted_task(row))
    first = rows[0]
    return NumberChanges(
        before=first.before,
        now=first.now,
        entered=Moved(first.entered, first.entered_seen, tasks[_ENTERED]),
        left=Moved(first.gone, first.gone_seen, tasks[_LEFT]),
    )
