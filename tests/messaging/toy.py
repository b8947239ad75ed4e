"""Two toy services in one database each: a publisher of counters, and a consumer with a replica, facts and notices in order."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.db import Database
from libs.common.messaging import event_log
from libs.common.messaging.consumer import Consumer
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.event_log import Cause
from libs.common.messaging.feed import FeedPage, Position, read_feed
from libs.common.messaging.tables import messaging_statements
from libs.contracts.contract import Contract, Part

SOURCE = "toy"
CONSUMER = "toy-consumer"
NOON = datetime(2026, 2, 12, 5, 0, tzinfo=UTC)


class CounterState(Part):
    value: int


class CounterChange(Part):
    poison: bool = False


class CounterMoved(Contract):
    type: ClassVar[str] = "chidao.toy.counter-moved.v1"
    state: CounterState
    change: CounterChange


class CounterForgotten(Contract):
    """Published, but nobody has a handler for it."""

    type: ClassVar[str] = "chidao.toy.counter-forgotten.v1"
    state: CounterState
    change: CounterChange


async def make_publisher(database: Database) -> None:
    async with database.begin() as connection:
        for statement in messaging_statements(publishes=SOURCE, consumes=False):
            await connection.execute(text(statement))


async def make_consumer(database: Database) -> None:
    async with database.begin() as connection:
        for statement in messaging_statements(publishes=None, consumes=True):
            await connection.execute(text(statement))
        await connection.execute(text("CREATE TABLE replica (id uuid PRIMARY KEY, version int NOT NULL, value int NOT NULL)"))
        await connection.execute(text("CREATE TABLE fact (aggregate_id uuid, version int, value int, PRIMARY KEY (aggregate_id, version))"))
        await connection.execute(text("CREATE TABLE notice (id bigint GENERATED ALWAYS AS IDENTITY, aggregate_id uuid, version int)"))


async def record(
    connection: AsyncConnection, aggregate: UUID, version: int, *, value: int | None = None, poison: bool = False, forgotten: bool = False
) -> None:
    state, change = CounterState(value=version if value is None else value), CounterChange(poison=poison)
    contract: Contract
    if forgotten:
        contract = CounterForgotten(occurred_at=NOON, state=state, change=change)
    else:
        contract = CounterMoved(occurred_at=NOON, state=state, change=change)
    await event_log.append(
        connection,
        [event_log.Recorded("counter", aggregate, version, contract)],
        actor=Actor.of_service(SOURCE),
        cause=Cause(correlation_id="test"),
    )


@dataclass
class Effects:
    """`cured` lets the poisoned events take effect."""

    cured: bool = False
    order: list[tuple[UUID, int]] = field(default_factory=list)

    def consumer(self, *, sequential: bool) -> Consumer:
        async def on_counter_moved(event: CounterMoved, envelope: Envelope, connection: AsyncConnection) -> None:
            if event.change.poison and not self.cured:
                raise ValueError("poisoned")
            place = {"id": envelope.subject, "version": envelope.version, "value": event.state.value}
            await connection.execute(
                text(
                    "INSERT INTO replica VALUES (:id, :version, :value) ON CONFLICT (id) DO UPDATE "
                    "SET version = excluded.version, value = excluded.value WHERE excluded.version > replica.version"
                ),
                place,
            )
            await connection.execute(text("INSERT INTO fact VALUES (:id, :version, :value)"), place)
            await connection.execute(text("INSERT INTO notice (aggregate_id, version) VALUES (:id, :version)"), place)

        return Consumer(CONSUMER, (SOURCE,), {CounterMoved: on_counter_moved}, sequential=sequential)


async def feed_of(database: Database, after: Position = Position(), limit: int = 500) -> FeedPage:
    async with database.read() as connection:
        return await read_feed(connection, SOURCE, after, limit)


def reader(database: Database):  # type: ignore[no-untyped-def]
    """The feed without HTTP between."""

    async def read(_source: str, after: Position, limit: int) -> FeedPage:
        return await feed_of(database, after, limit)

    return read


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]
