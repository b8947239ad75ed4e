"""Notices, told by the service's own handlers, of which some have been read."""

import re
from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from seed.cast import Cast
from seed.playing import TASKS, Happened, Played
from seed.rows.batch import Batch
from seed.rows.messages import followers
from services.notify.notices.gathering import SOURCE as GATHERING
from services.notify.notices.gathering import gathering_row
from services.notify.notices.retention import SHOWN

SERVICE = "notify"
READ_SHARE = 0.6
LONGEST_UNREAD = timedelta(days=3)
_INSERTS_INTO = re.compile(r"INSERT INTO (\w+)")

# A day and a group are told of by many batches, and what gathers them stands once.
_GATHERINGS = """
SELECT DISTINCT ON (gathered_in)
       detail->>'told_on' AS day, CAST(detail->>'group_id' AS uuid) AS group_id, directive_label, content, recorded_at
FROM notice WHERE gathered_in IS NOT NULL ORDER BY gathered_in, recorded_at, number
"""


class Collected:
    """Stands where a handler expects its connection, and keeps the rows that it would insert."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []

    async def execute(self, statement: TextClause, rows: list[dict[str, Any]]) -> None:
        found = _INSERTS_INTO.search(statement.text)
        assert found is not None, "a handler of notices only inserts"
        self.rows += ((found[1], row) for row in rows)


def add_notices(batch: Batch, played: Played, cast_: Cast, chance: Random, *, until: datetime) -> None:
    """`until` is the present of the seed: what is shown no more has been read by nobody that we know of."""
    submitted: dict[UUID, list[UUID]] = {}
    read: set[tuple[UUID, UUID]] = set()

    def mark(person_id: UUID | None, notice_id: UUID, at: datetime) -> None:
        assert person_id is not None
        if (person_id, notice_id) not in read:
            read.add((person_id, notice_id))
            batch.add(SERVICE, "notice_read", {"person_id": person_id, "notice_id": notice_id, "read_at": at})

    for happened in played.happened:
        for table, row in _told(happened):
            if table == "notice_read":
                for notice_id in submitted.get(row["task_id"], ()):
                    mark(row["person_id"], notice_id, happened.envelope.time)
            elif table != "notice":
                batch.add(SERVICE, table, row)
            elif row["source"] != GATHERING:
                batch.add(SERVICE, "notice", row | {"recorded_at": happened.envelope.time})
                if row["kind"] == "submitted":
                    submitted.setdefault(row["task_id"], []).append(row["id"])
                readers = cast_.readers(row["agency_id"])
                if readers and row["gathered_in"] is None and row["created_at"] > until - SHOWN and chance.random() < READ_SHARE:
                    mark(chance.choice(readers).person_id, row["id"], happened.envelope.time + LONGEST_UNREAD * chance.random())


async def add_gatherings(connection: asyncpg.Connection) -> None:
    """What gathers the notices that are there, as the service makes it with the first of them."""
    rows = [
        gathering_row(date.fromisoformat(one["day"]), one["group_id"], one["directive_label"], one["content"])
        | {"recorded_at": one["recorded_at"]}
        for one in await connection.fetch(_GATHERINGS)
    ]
    if rows:
        columns = tuple(rows[0])
        records = [tuple(row.values()) for row in sorted(rows, key=lambda row: row["recorded_at"])]
        await connection.copy_records_to_table("notice", records=records, columns=columns)


def _told(happened: Happened) -> list[tuple[str, dict[str, Any]]]:
    if happened.envelope.source != TASKS:
        return []
    collected = Collected()
    for service, consumer in followers(TASKS):
        handler = consumer.handlers.get(type(happened.contract))
        if service == SERVICE and handler is not None:
            _at_once(handler(happened.contract, happened.envelope, cast(AsyncConnection, collected)))
    return collected.rows


def _at_once(effect: Any) -> None:
    """Run a coroutine that has nothing to wait for."""
    running = cast(Coroutine[Any, Any, None], effect)
    try:
        running.send(None)
    except StopIteration:
        return
    raise AssertionError("a handler of notices waits for something else than its insert")
