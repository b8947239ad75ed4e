"""Rows that have had their time go, a few at once: no transaction is open for long, and nobody's work waits for it.

Which rows have an end of life, and which have none and why, is told in docs/decisions/0023. The time is the machine's: what is kept for
people is told by the domain, not here.
"""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy import TextClause, text

from libs.common.db import Database
from libs.common.supervise import repeat

log = structlog.get_logger()

BATCH = 1000
EVERY_SECONDS = 6 * 3600.0
# Between two batches others come to their turn.
BREATH_SECONDS = 0.05


@dataclass(frozen=True)
class Chore:
    """`statement` looks at the next BATCH rows of a table after the key `:after` (an array of texts; `first` is before all of them),
    deletes those that have had their time, and says how many went (`gone`) and which it looked at last (`last`, null at the end).

    Walking along the primary key needs no index by age, which every insert would have to pay for.
    """

    table: str
    statement: TextClause
    first: tuple[str, ...] = ("",)


def along_key(table: str, key: str, cast: str, old: str, first: tuple[str, ...], *, using: str = "") -> Chore:
    """The chore of a table with a primary key of two columns of one type: its rows go that are `old`, in words of SQL about `looked`."""
    one, two = key.split(", ")
    return Chore(
        table,
        text(f"""
WITH looked AS MATERIALIZED (
  SELECT looked.* FROM {table} looked
  WHERE ({key}) > (CAST((CAST(:after AS text[]))[1] AS {cast}), CAST((CAST(:after AS text[]))[2] AS {cast}))
  ORDER BY {key} LIMIT {BATCH}),
gone AS (
  DELETE FROM {table} old USING looked {using}
  WHERE old.{one} = looked.{one} AND old.{two} = looked.{two} AND {old} RETURNING 1)
SELECT (SELECT count(*) FROM gone) AS gone,
       (SELECT ARRAY[CAST({one} AS text), CAST({two} AS text)] FROM looked ORDER BY {one} DESC, {two} DESC LIMIT 1) AS last
"""),
        first,
    )


# A browser or a queue that repeats a request does so within days; who comes later with the same key meets the version.
COMMAND_KEYS = along_key("command_key", "principal, key", "text", "looked.created_at < now() - interval '30 days'", ("", ""))

# Who decided what about an event that had failed is worth knowing for a year. One that nobody has decided about stays.
DECIDED_DEAD_EVENTS = Chore(
    "dead_event",
    text(f"""
WITH gone AS (
  DELETE FROM dead_event WHERE ctid IN (
    SELECT ctid FROM dead_event WHERE state <> 'open' AND decided_at < now() - interval '1 year' LIMIT {BATCH}) RETURNING 1)
SELECT count(*) AS gone, CASE WHEN count(*) = {BATCH} THEN CAST(:after AS text[]) END AS last FROM gone
"""),
)


class Housekeeping:
    """`run` is kept running by the service; `once` goes through all chores from their beginning to their end."""

    def __init__(self, database: Database, *chores: Chore, every: float = EVERY_SECONDS) -> None:
        self._database = database
        self._chores = chores
        self._every = every

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> dict[str, int]:
        """How many rows of which table went."""
        return {chore.table: await self._do(chore) for chore in self._chores}

    async def _do(self, chore: Chore) -> int:
        went, after = 0, list(chore.first)
        while after:
            async with self._database.begin() as connection:
                row = (await connection.execute(chore.statement, {"after": after})).one()
            went, after = went + row.gone, row.last
            await asyncio.sleep(BREATH_SECONDS)
        if went:
            log.info("old-rows-gone", table=chore.table, count=went)
        return went
