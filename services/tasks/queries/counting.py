"""How many rows a list has, and where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.db import statement
from libs.contracts.buckets import due_soon_sql
from services.tasks.domain.lifecycle import State
from services.tasks.domain.today import Today
from services.tasks.queries.asked import TaskFilter
from services.tasks.queries.search import agencies_named
from services.tasks.queries.standing_today import COMPLETED, OF_A_COMPLETED_TASK, OPEN, of_a_task, which, which_of_a_group
from services.tasks.queries.ways import Way, ways_of


@dataclass(frozen=True)
class Counts:
    """`by_state` and `by_bucket` leave out what is 0."""

    total: int
    due_soon: int
    by_state: dict[str, int]
    by_bucket: dict[str, int]


async def count_listed(connection: AsyncConnection, actor: Actor, asked: TaskFilter, today: Today) -> int:
    """How many rows the list with this filter has in all."""
    ways = ways_of(actor, asked, today, led_by=await agencies_named(connection, asked.sought))
    if not ways.all:
        return 0
    counted = (f"(SELECT count(*) {rows})" for way in ways.all for rows in _told_by_indexes(way, asked))
    words = f"SELECT {' + '.join(counted)}"
    return int((await connection.execute(statement(words), ways.used_in(words))).scalar_one())


def _told_by_indexes(way: Way, asked: TaskFilter) -> Iterator[str]:
    """The rows of a way in as many pieces as there are indexes which tell without a look at the rows that these are there."""
    judged = asked.bucket is not None or asked.state is not None or asked.is_open is not None or asked.due_soon is not None
    if way.is_group or judged or asked.sought is not None:
        yield way.all_of_it
        return
    yield f"{way.all_of_it} AND {COMPLETED}"
    yield f"{way.all_of_it} AND {OPEN}"


async def count_tasks(connection: AsyncConnection, actor: Actor, asked: TaskFilter, today: Today) -> Counts:
    """How many tasks stand where, over the same rows as the list with the same filter."""
    ways = ways_of(actor, asked, today, led_by=await agencies_named(connection, asked.sought))
    by_state: dict[str, int] = {}
    by_bucket: dict[str, int] = {}
    total = soon = 0
    if ways.all:
        words = " UNION ALL ".join(part for way in ways.all for part in _counted(way, asked, today))
        for row in await connection.execute(statement(words), ways.used_in(words)):
            total += row.tasks
            soon += row.tasks if row.due_soon else 0
            if row.state is not None:
                by_state[row.state] = by_state.get(row.state, 0) + row.tasks
            if row.bucket is not None:
                by_bucket[row.bucket] = by_bucket.get(row.bucket, 0) + row.tasks
    return Counts(total, soon, by_state, by_bucket)


def _counted(way: Way, asked: TaskFilter, today: Today) -> Iterator[str]:
    rows = way.all_of_it
    rule = today.awaiting_counts_as
    if way.is_group:
        yield _grouped(f"SELECT NULL AS state, {which_of_a_group(rule)} AS bucket, t.due {rows}")
        return
    if asked.state in (None, State.COMPLETED):
        # The many that are completed need no row where an index alone tells where they stand, and none of them is due soon.
        bucket = which(OF_A_COMPLETED_TASK)
        yield f"SELECT 'COMPLETED' AS state, {bucket} AS bucket, false AS due_soon, count(*) AS tasks {rows} AND {COMPLETED} GROUP BY 2"
    if asked.state != State.COMPLETED:
        yield _grouped(f"SELECT t.state, {which(of_a_task(rule))} AS bucket, t.due {rows} AND {OPEN}")


def _grouped(standing: str) -> str:
    # `OFFSET 0`: the bucket is found once for each row, not once for each time it is named.
    return f"""SELECT c.state, c.bucket, {due_soon_sql("c.bucket", "c.due")} AS due_soon, count(*) AS tasks
      FROM ({standing} OFFSET 0) c GROUP BY 1, 2, 3"""
