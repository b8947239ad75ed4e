"""Lists of tasks. A page comes from an index, row by row in its order, and stops when it is full.

A list is put together from ways (`ways.py`): a page takes the first rows of every way, and of those the first.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.db import statement
from libs.contracts.buckets import AwaitingCountsAs, bucket_sql, children_sql, group_bucket_sql
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import COLUMNS
from services.tasks.queries.asked import TaskFilter
from services.tasks.queries.search import agencies_named
from services.tasks.queries.ways import Way, ways_of

# So far a list is walked for words before the index of words is asked. What stands in every fiftieth row fills a page by then.
WALKED = 1_500


def with_standing(tasks: str, awaiting_counts_as: AwaitingCountsAs, *, beside: str = "") -> str:
    """The rows of `tasks` (a table or a query in parentheses), each with its bucket of today and what the parts of a group say.

    Of a query's further columns those come along that `beside` names (`t.one, t.other`).
    """
    further = f", {beside}" if beside else ""
    bucket, of_part = (bucket_sql(row, awaiting_counts_as=awaiting_counts_as) for row in ("t", "c"))
    # Parts are looked at for groups only; a plain task costs no second look.
    return f"""
    SELECT {COLUMNS}{further}, g.children, g.all_finished, g.last_completed_on, g.accepted, g.awaiting, g.completed, g.kinds,
           g.overdue AS children_overdue,
           CASE WHEN t.is_group THEN {group_bucket_sql("t", "g")} ELSE {bucket} END AS bucket
    FROM {tasks} t LEFT JOIN LATERAL (
      SELECT {children_sql("c", bucket=of_part)},
             count(*) FILTER (WHERE c.state <> 'ASSIGNED') AS accepted,
             count(*) FILTER (WHERE c.state = 'AWAITING_CONFIRMATION') AS awaiting,
             count(*) FILTER (WHERE c.state = 'COMPLETED') AS completed,
             count(*) FILTER (WHERE {of_part} = 'open_overdue') AS overdue,
             array_agg(DISTINCT r.kind) FILTER (WHERE r.kind IS NOT NULL) AS kinds
      FROM task c LEFT JOIN agency_replica r ON r.id = c.lead_agency_id WHERE c.group_id = t.id
    ) g ON t.is_group"""


@dataclass(frozen=True)
class After:
    """The last row of the page before: the day that the list is sorted by, if it has one, and its number."""

    day: date | None
    number: int


@dataclass(frozen=True)
class _Sort:
    """`keys` and what lies beyond the last row of a page, in the words of `Rows.keys`. An index over these keys serves both."""

    keys: tuple[str, ...]
    directions: str
    beyond: str
    beyond_undated: str = "FALSE"

    def order(self, columns: Mapping[str, str]) -> str:
        return ", ".join(f"{key.format_map(columns)}{self.directions}" for key in self.keys)

    def after(self, after: After | None, columns: Mapping[str, str]) -> str:
        if after is None:
            return "TRUE"
        return (self.beyond if after.day is not None else self.beyond_undated).format_map(columns)


# Two rows of which the first keys differ are in order whatever follows, so that `(due IS NULL, due, number)` compares a dated
# row with an undated one: what has no due date comes last.
_SORTS = {
    "due": _Sort(
        ("{due} IS NULL", "{due}", "{number}"),
        "",
        "({due} IS NULL, {due}, {number}) > (false, CAST(:after_day AS date), CAST(:after_number AS bigint))",
        "{due} IS NULL AND {number} > CAST(:after_number AS bigint)",
    ),
    "-assigned_on": _Sort(
        ("{assigned_on}", "{number}"),
        " DESC",
        "({assigned_on}, {number}) < (CAST(:after_day AS date), CAST(:after_number AS bigint))",
    ),
}
_OF_TASK = {key: f"t.{key}" for key in ("due", "number", "assigned_on")}


def _first_of(way: Way, sort: _Sort, after: After | None) -> str:
    keys = way.rows.keys
    return (
        f"(SELECT t.* FROM {way.rows.tables} WHERE {way.condition} AND {sort.after(after, keys)} ORDER BY {sort.order(keys)} LIMIT :limit)"
    )


def _first_by_index(way: Way, sort: _Sort, after: After | None, condition: str) -> str:
    """All that the index of words finds, put in order. `OFFSET 0`: whatever plan is kept for other words, no list is walked to its end."""
    found = f"SELECT t.* {way.all_of_it} AND {condition} OFFSET 0"
    return f"(SELECT t.* FROM ({found}) t WHERE {sort.after(after, _OF_TASK)} ORDER BY {sort.order(_OF_TASK)} LIMIT :limit)"


def _walked(way: Way, sort: _Sort, after: After | None) -> str:
    """The ids of the first rows that are found when the list is walked in its order: all of a few, else not too far."""
    keys = way.rows.keys
    names = [f"key_{number}" for number in range(len(sort.keys))]
    named = ", ".join(f"({key.format_map(keys)}) AS {name}" for key, name in zip(sort.keys, names, strict=True))
    order = ", ".join(f"{name}{sort.directions}" for name in names)
    # `OFFSET 0` keeps the condition of the words out of the walk, so that no other index is taken for it.
    until = "OFFSET 0" if way.rows.few else "LIMIT :walked"
    return f"""SELECT t.id FROM (SELECT t.*, {named} FROM {way.rows.tables} WHERE {way.condition} AND {sort.after(after, keys)}
      ORDER BY {sort.order(keys)} {until}) t WHERE {way.found} ORDER BY {order} LIMIT :limit"""


def _firsts(ways: Collection[Way], sort: _Sort, after: After | None) -> tuple[str, list[str]]:
    """The first rows of every way, and what has to be asked before them."""
    before, firsts = [], []
    for number, way in enumerate(ways):
        if way.found is None:
            firsts.append(_first_of(way, sort, after))
            continue
        walked = f"walked_{number}"
        before.append(f"{walked} AS MATERIALIZED ({_walked(way, sort, after)})")
        from_walk = f"SELECT t.* FROM task t WHERE t.id IN (SELECT id FROM {walked})"
        if way.rows.few:
            firsts.append(f"({from_walk})")
        else:
            # Either the walk has filled the page, or the index of words is asked for all that are found.
            full = f"(SELECT count(*) FROM {walked}) >= :limit"
            firsts += [f"({from_walk} AND {full})", _first_by_index(way, sort, after, f"NOT {full}")]
    return " UNION ALL ".join(firsts), before


async def list_tasks(
    connection: AsyncConnection,
    actor: Actor,
    asked: TaskFilter,
    today: Today,
    *,
    sort: str,
    after: After | None,
    limit: int,
) -> list[Any]:
    """A page of tasks in a stable order."""
    ways = ways_of(actor, asked, today, led_by=await agencies_named(connection, asked.sought))
    if not ways.all:
        return []
    chosen = _SORTS[sort]
    order = chosen.order(_OF_TASK)
    firsts, before = _firsts(ways.all, chosen, after)
    page = f"(SELECT t.* FROM ({firsts}) t ORDER BY {order} LIMIT :limit)"
    asked_before = f"WITH {', '.join(before)} " if before else ""
    words = f"{asked_before}{with_standing(page, today.awaiting_counts_as)} ORDER BY {order}"
    last = {"after_day": after.day, "after_number": after.number} if after is not None else {}
    return list((await connection.execute(statement(words), ways.used_in(words, limit=limit, walked=WALKED, **last))).all())
