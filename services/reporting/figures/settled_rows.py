"""Which tasks stood behind a number at the end of a day, as known that day: a page of the list comes from an index and stops."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.buckets import OPEN
from libs.contracts.province import ProvinceRules
from services.reporting.figures.rows import After, Behind, Counted, CountedTask, counted_task
from services.reporting.figures.settled import Place, counts_of_agency, on_day, open_on_day, totals

_PLACE = "task_id, from_day, due, bucket, in_province, is_group, lead_agency_id"
_DAY = "CAST(:day AS date)"
_DUE_SOON = f"(stretch.due BETWEEN {_DAY} AND CAST(:due_soon_until AS date))"

# What the asker's agency leads or coordinates now, and the groups of which it does a part.
MINE = """
mine AS MATERIALIZED (
  SELECT id, parent_id, false AS is_group, counts_from FROM task_now WHERE lead_agency_id = CAST(:agency_id AS uuid)
  UNION ALL
  SELECT id, parent_id, is_group, counts_from FROM task_now WHERE coordinating_agency_ids @> ARRAY[CAST(:agency_id AS uuid)]),
of_groups AS MATERIALIZED (SELECT parent_id AS id FROM mine WHERE parent_id IS NOT NULL UNION SELECT id FROM mine WHERE is_group),
own AS MATERIALIZED (SELECT id FROM mine UNION ALL SELECT id FROM of_groups)
"""

# Where these stood on the day. Nearly all were led by the same agency then, and lie together in its index; the others are looked up.
_OWN_ON_DAY = f"""
led AS MATERIALIZED (
  SELECT task_id, from_day, due, bucket, in_province, false AS is_group FROM stretch
  WHERE lead_agency_id = CAST(:agency_id AS uuid) AND {on_day("stretch", _DAY)}),
others AS MATERIALIZED (SELECT id FROM mine WHERE counts_from <= {_DAY} EXCEPT SELECT task_id FROM led),
standing AS (
  SELECT led.* FROM led WHERE task_id IN (SELECT id FROM own)
  UNION ALL
  SELECT task_id, from_day, due, bucket, in_province, false FROM others JOIN stretch ON stretch.task_id = others.id
  WHERE NOT stretch.is_group AND {on_day("stretch", _DAY)}
  UNION ALL
  SELECT task_id, from_day, due, bucket, true, true FROM stretch
  WHERE stretch.is_group AND task_id IN (SELECT id FROM of_groups) AND {on_day("stretch", _DAY)})
"""

# What the rows of a page are called today, and the state and the lead that were known on the day.
_SHOWN = f"""
SELECT page.total, words.id, words.code, words.directive_id, words.directive_label, words.content, stretch.is_group,
       told.lead_agency_id AS shown_lead_id, told.state, stretch.bucket, stretch.assigned_on, stretch.due, stretch.completed_on
FROM page
LEFT JOIN stretch ON stretch.task_id = page.task_id AND stretch.from_day = page.from_day
LEFT JOIN task_now AS words ON words.id = page.task_id
LEFT JOIN LATERAL (
  SELECT state, lead_agency_id FROM task_fact
  WHERE source = words.source AND id = words.id AND known_on <= {_DAY} ORDER BY version DESC LIMIT 1
) AS told ON NOT stretch.is_group
ORDER BY page.due, page.task_id
"""


async def number_on(connection: AsyncConnection, behind: Behind, days: Sequence[date], rules: ProvinceRules) -> dict[date, int]:
    """The number itself on each of the days."""
    if behind.lead_agency_id is not None:
        counts = await counts_of_agency(connection, days, rules, behind.lead_agency_id)
    else:
        counts = await totals(connection, days, rules)
    found = {}
    for day, count in counts.items():
        soon = sum(tasks for place, tasks in count.due_soon.items() if _is_asked(behind, place))
        of_buckets = sum(
            tasks for (place, bucket), tasks in count.buckets.items() if bucket in behind.number.buckets and _is_asked(behind, place)
        )
        match behind.number.due_soon:
            case None:
                found[day] = of_buckets
            case True:
                found[day] = soon
            case False:
                found[day] = of_buckets - soon
    return found


async def page_of_all(
    connection: AsyncConnection, behind: Behind, day: date, rules: ProvinceRules, *, after: After | None, limit: int
) -> list[CountedTask]:
    """For those who see every task."""
    arms = "\nUNION ALL\n".join(f"({arm} ORDER BY due, task_id LIMIT :limit)" for arm in _arms(behind, after))
    opened = f"WITH opened AS MATERIALIZED (SELECT {_PLACE} FROM stretch WHERE {open_on_day('stretch', _DAY)}),\n"
    page = f"page AS (SELECT CAST(NULL AS bigint) AS total, one.* FROM ({arms}) AS one ORDER BY due, task_id LIMIT :limit)"
    rows = await connection.execute(text(opened + page + _SHOWN), _parameters(behind, day, rules, after, limit))
    return [counted_task(row) for row in rows]


async def page_of_own(
    connection: AsyncConnection, behind: Behind, day: date, rules: ProvinceRules, *, after: After | None, limit: int
) -> tuple[int, list[CountedTask]]:
    """For those who see what their agency leads or coordinates: how many there are, and a page of them."""
    keyed = " OR ".join(f"({key})" for key in _keys("matched", after))
    counted = f"{is_counted(behind)} AND stretch.bucket = ANY (CAST(:buckets AS text[]))"
    # Each side is read whole from its index before they meet: neither is worth looking up row by row.
    held = f"standing AS MATERIALIZED (SELECT task_id, from_day, due, bucket FROM stretch WHERE {counted} AND {on_day('stretch', _DAY)})"
    led_by_one = behind.lead_agency_id is not None
    statement = f"""
    WITH {MINE}, {held if led_by_one else _OWN_ON_DAY},
    matched AS MATERIALIZED (
      SELECT stretch.task_id, stretch.from_day, stretch.due FROM standing AS stretch
      WHERE {"task_id IN (SELECT id FROM own)" if led_by_one else counted}
        AND {_nearness(behind)}),
    paged AS (SELECT * FROM matched WHERE {keyed} ORDER BY due, task_id LIMIT :limit),
    page AS (SELECT all_of_them.total, paged.* FROM (SELECT count(*) AS total FROM matched) AS all_of_them LEFT JOIN paged ON true)
    {_SHOWN}
    """
    rows = (await connection.execute(text(statement), _parameters(behind, day, rules, after, limit))).all()
    return rows[0].total, [counted_task(row) for row in rows if row.id is not None]


def _parameters(behind: Behind, day: date, rules: ProvinceRules, after: After | None, limit: int) -> dict[str, Any]:
    after_due, after_id = after or (None, None)
    return {
        "day": day,
        "due_soon_until": rules.due_soon_until(day),
        "buckets": [bucket.value for bucket in behind.number.buckets],
        "lead_agency_id": behind.lead_agency_id,
        "agency_id": behind.seen_by.agency_id,
        "after_due": after_due,
        "after_id": after_id,
        "limit": limit,
    }


def _arms(behind: Behind, after: After | None) -> Iterator[str]:
    """Queries, each in the order of one index, that together hold the next rows of the number.

    Of all places together, open ones are found by the day, for few are open on any; else each bucket is read in its order until the
    page is full.
    """
    for key in _keys("stretch", after):
        for rows, condition in _sources(behind):
            yield (
                f"SELECT stretch.task_id, stretch.from_day, stretch.due FROM {rows} AS stretch "
                f"WHERE {condition} AND {is_counted(behind)} AND {key}"
            )


def _sources(behind: Behind) -> Iterator[tuple[str, str]]:
    """Where rows of the number are found, and which of them."""
    buckets = behind.number.buckets
    if behind.number.due_soon:
        yield "stretch", f"{_nearness(behind)} AND {on_day('stretch', _DAY)}"
        return
    if behind.lead_agency_id is None and buckets & OPEN:
        yield "opened", f"stretch.bucket = ANY (CAST(:buckets AS text[])) AND {_nearness(behind)}"
        buckets = buckets - OPEN
    for bucket in sorted(buckets):
        yield "stretch", f"stretch.bucket = '{bucket}' AND {on_day('stretch', _DAY)} AND {_nearness(behind)}"


def _nearness(behind: Behind) -> str:
    """Which rows of the buckets are wanted by how near their due date is."""
    match behind.number.due_soon:
        case None:
            return "true"
        case True:
            return f"stretch.bucket = 'open_in_time' AND {_DUE_SOON}"
        case False:
            return f"NOT {_DUE_SOON}"


def _keys(rows: str, after: After | None) -> Iterator[str]:
    """Conditions that an index understands for the rows after the last one seen: those with a due date, then those without."""
    if after is None:
        yield f"{rows}.due IS NOT NULL"
        yield f"{rows}.due IS NULL"
        return
    due, _ = after
    if due is None:
        yield f"{rows}.due IS NULL AND {rows}.task_id > CAST(:after_id AS uuid)"
        return
    yield f"({rows}.due, {rows}.task_id) > (CAST(:after_due AS date), CAST(:after_id AS uuid))"
    yield f"{rows}.due IS NULL"


def is_counted(behind: Behind) -> str:
    """Whether a `stretch` counts where it is asked for, whatever its bucket."""
    if behind.lead_agency_id is not None:
        return "stretch.lead_agency_id = CAST(:lead_agency_id AS uuid)"
    return "stretch.in_province" if behind.counted is Counted.PROVINCE else "NOT stretch.is_group"


def _is_asked(behind: Behind, place: Place) -> bool:
    if behind.lead_agency_id is not None:
        return place.lead_agency_id == behind.lead_agency_id
    return place.in_province if behind.counted is Counted.PROVINCE else not place.is_group
