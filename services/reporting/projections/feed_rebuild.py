"""The facts once more from the feed of their source, beside the consumer that goes on: what is missing comes in, what differs is put right.

It is one more consumer with an inbox and a position of its own: what it has taken is the shadow that the facts are held against, and a
run that was killed goes on where it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import vietnam_date
from libs.common.db import Database
from libs.common.messaging.consumer import Consumer, ConsumerRunner
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.feed import FeedPage, Position
from libs.contracts.contract import contract_of
from services.reporting.projections.stretches import SOURCE, rewrite_stretches
from services.reporting.projections.tasks import STANDING, KnownTask, TaskEvent, keep_tasks, known_task, renew_tasks

NAME = "reporting-rebuild"
PAGE = 200
_TASK_EVENTS = get_args(TaskEvent)
_COLUMNS = tuple(STANDING.split(", "))

_PRESENT = text(f"SELECT {STANDING} FROM task_fact WHERE source = '{SOURCE}' AND id = ANY (CAST(:ids AS uuid[]))")
# Facts are only ever added to. Whoever may put one right is the owner, and does so with this door open for one transaction.
_OPEN_DOOR = text("ALTER TABLE task_fact DISABLE TRIGGER append_only")
_CLOSE_DOOR = text("ALTER TABLE task_fact ENABLE TRIGGER append_only")
_PUT_RIGHT = text(f"""
UPDATE task_fact SET ({STANDING}) = ROW ({", ".join(f":{name}" for name in _COLUMNS)})
WHERE source = :source AND id = :id AND version = :version
""")
_UNEXPLAINED = text(f"""
SELECT id, version FROM task_fact AS fact
WHERE NOT EXISTS (SELECT FROM inbox WHERE consumer = '{NAME}' AND inbox.source = fact.source AND aggregate_id = fact.id
                  AND inbox.version = fact.version)
ORDER BY id, version LIMIT 100
""")
_FORGET = text(f"DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE consumer = '{NAME}' LIMIT 10000)")
_FORGET_POSITION = text(f"DELETE FROM feed_position WHERE consumer = '{NAME}'")

ReadFeed = Callable[[Position, int], Awaitable[FeedPage]]


@dataclass
class Compared:
    """How many events were held against the facts; which facts were missing, other than told, or told by no event at all."""

    events: int = 0
    missing: list[tuple[UUID, int]] = field(default_factory=list)
    other: list[tuple[UUID, int]] = field(default_factory=list)
    renewed: int = 0
    unexplained: list[tuple[UUID, int]] = field(default_factory=list)


async def rebuild_facts(
    database: Database, read_feed: ReadFeed, *, progress: Callable[[Compared], None] = lambda compared: None
) -> Compared:
    """`database` is opened by its owner; `read_feed` gives pages of the feed of tasks. What no event explains is told and left alone."""
    compared = Compared()

    async def take(events: Sequence[Envelope], connection: AsyncConnection) -> None:
        await _hold_against_facts(connection, events, compared)

    runner = ConsumerRunner(Consumer(NAME, (SOURCE,), {}, afterwards=take), database)
    await _read_to_the_end(runner, read_feed, compared, progress)
    if await _unexplained(database):
        # What was told while we looked is in the feed by now.
        await _read_to_the_end(runner, read_feed, compared, progress)
    compared.unexplained = await _unexplained(database)
    await _forget(database)
    return compared


async def _read_to_the_end(runner: ConsumerRunner, read_feed: ReadFeed, compared: Compared, progress: Callable[[Compared], None]) -> None:
    position = await runner.position(SOURCE)
    while True:
        page = await read_feed(position, PAGE)
        if not page.envelopes:
            return
        await runner.apply(page.envelopes, source=SOURCE, position=page.position)
        position = page.position
        progress(compared)


async def _hold_against_facts(connection: AsyncConnection, events: Sequence[Envelope], compared: Compared) -> None:
    contents = [(contract_of(event.type).model_validate(event.data), event) for event in events]
    told = [known_task(content, event) for content, event in contents if isinstance(content, _TASK_EVENTS)]
    if not told:
        return
    rows = await connection.execute(_PRESENT, {"ids": list({one.id for one in told})})
    present = {(row.id, row.version): tuple(row) for row in rows}
    missing = [one for one in told if (one.id, one.version) not in present]
    other = [one for one in told if (one.id, one.version) in present and present[one.id, one.version] != tuple(_values(one).values())]
    if missing:
        await keep_tasks(connection, *missing)
    if other:
        await connection.execute(_OPEN_DOOR)
        await connection.execute(_PUT_RIGHT, [_values(one) for one in other])
        await connection.execute(_CLOSE_DOOR)
    compared.renewed += await renew_tasks(connection, *told)
    if missing or other:
        await rewrite_stretches(connection, {one.id for one in [*missing, *other]})
    compared.events += len(told)
    compared.missing += [(one.id, one.version) for one in missing]
    compared.other += [(one.id, one.version) for one in other]


def _values(task: KnownTask) -> dict[str, Any]:
    values = {**vars(task), "known_on": vietnam_date(task.occurred_at)}
    return {name: values[name] for name in _COLUMNS}


async def _unexplained(database: Database) -> list[tuple[UUID, int]]:
    async with database.read() as connection:
        return [(row.id, row.version) for row in await connection.execute(_UNEXPLAINED)]


async def _forget(database: Database) -> None:
    while True:
        async with database.begin() as connection:
            if (await connection.execute(_FORGET)).rowcount == 0:
                await connection.execute(_FORGET_POSITION)
                return
