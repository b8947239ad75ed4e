"""Nothing is held up by one row, event or message that is wrong: it is put aside and told, and all others go on."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from libs.common.db import Database
from libs.common.messaging.bus import Bus, Message, NotTaken
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.feed import FeedPage, Position
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.relay import Relay
from libs.common.messaging.sweep import Sweep
from libs.common.supervise import running
from tests.messaging.test_messages import until
from tests.messaging.toy import SOURCE, Effects, feed_of, make_consumer, make_publisher, reader, record, rows

# PostgreSQL keeps a number of any length, Python reads none of more than 4,300 digits.
UNREADABLE = """
WITH logged AS (
  INSERT INTO event_log (event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id, occurred_at)
  VALUES (gen_random_uuid(), 'counter', :id, 1, 'chidao.toy.counter-moved.v1',
          CAST('{"state": {"value": ' || repeat('9', 5000) || '}}' AS jsonb), 'test', 'test', now())
  RETURNING seq)
INSERT INTO outbox (seq) SELECT seq FROM logged
"""


@pytest.fixture
async def publisher(new_database) -> Database:  # type: ignore[no-untyped-def]
    database: Database = await new_database("toy_publisher")
    await make_publisher(database)
    return database


@pytest.fixture
async def consuming(new_database) -> Database:  # type: ignore[no-untyped-def]
    database: Database = await new_database("toy_consumer")
    await make_consumer(database)
    return database


async def happen(publisher: Database, *aggregates: UUID) -> None:
    for aggregate in aggregates:
        async with publisher.begin() as connection:
            await record(connection, aggregate, 1)


async def unreadable(publisher: Database) -> UUID:
    guilty = uuid4()
    async with publisher.begin() as connection:
        await connection.execute(text(UNREADABLE), {"id": guilty})
    return guilty


async def effects_of(consuming: Database) -> set[Any]:
    return {row[0] for row in await rows(consuming, "SELECT aggregate_id FROM fact")}


def runner_of(consuming: Database) -> ConsumerRunner:
    return ConsumerRunner(Effects().consumer(sequential=False), consuming)


async def test_an_unreadable_payload_stops_neither_the_relay_nor_the_sweep(publisher: Database, consuming: Database) -> None:
    before, after = uuid4(), uuid4()
    await happen(publisher, before)
    guilty = await unreadable(publisher)
    await happen(publisher, after)
    runner, bus = runner_of(consuming), InMemoryBus()

    async def relayed() -> bool:
        return await rows(publisher, "SELECT * FROM outbox") == []

    async with running(("consumer", lambda: runner.follow(bus, SOURCE)), ("relay", Relay(SOURCE, publisher, bus).run)):
        await until(relayed)
    assert await Sweep(runner, SOURCE, reader(publisher), every=60).once() == 3
    assert await effects_of(consuming) == {before, after}
    assert await rows(consuming, "SELECT aggregate_id, state FROM dead_event") == [(guilty, "open")]


@dataclass
class BreakingOff:
    """A bus that breaks everything off that is published together with one event."""

    guilty: UUID
    arrived: list[UUID] = field(default_factory=list)

    @asynccontextmanager
    async def publisher(self, source: str) -> AsyncIterator["BreakingOff"]:
        yield self

    async def publish(self, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        subjects = [Envelope.from_bytes(message.body).subject for message in messages]
        if self.guilty in subjects:
            return [NotTaken("the channel was closed")] * len(messages)
        self.arrived += subjects
        return [None] * len(messages)


async def test_a_message_that_the_bus_breaks_off_at_takes_no_other_with_it(publisher: Database) -> None:
    innocent = [uuid4() for _ in range(6)]
    bus = BreakingOff(guilty=uuid4())
    await happen(publisher, *innocent[:3], bus.guilty, *innocent[3:])

    async def all_others_have_arrived() -> bool:
        return sorted(bus.arrived) == sorted(innocent)

    async with running(("relay", Relay(SOURCE, publisher, bus).run)):  # type: ignore[arg-type]
        await until(all_others_have_arrived)
    ((attempts, error),) = await rows(publisher, "SELECT attempts, last_error FROM outbox")
    assert int(str(attempts)) > 1
    assert error == "the channel was closed"


async def test_what_was_put_off_comes_after_what_is_fresh(publisher: Database) -> None:
    """However much has failed before: a whole batch of it does not keep the fresh away."""
    bus = BreakingOff(guilty=uuid4())
    await happen(publisher, bus.guilty)
    async with publisher.begin() as connection:
        for _ in range(210):
            await record(connection, uuid4(), 1)
        await connection.execute(text("UPDATE outbox SET attempts = 3"))
    fresh = uuid4()
    await happen(publisher, fresh)

    async def fresh_has_arrived() -> bool:
        return fresh in bus.arrived

    async with running(("relay", Relay(SOURCE, publisher, bus).run)):  # type: ignore[arg-type]
        await until(fresh_has_arrived)
    assert bus.arrived[0] == fresh


@dataclass
class DeadLetters:
    """A bus that has given these up."""

    bodies: list[bytes]
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def dead_letters(self, consumer: str) -> AsyncIterator["DeadLetters"]:
        yield self

    async def receive(self, limit: int) -> "DeadLetters":
        if self.acknowledged.is_set():
            await asyncio.Event().wait()
        return self

    async def acknowledge(self) -> None:
        self.acknowledged.set()


async def bad_and_good(publisher: Database) -> tuple[list[dict[str, Any]], list[UUID]]:
    """Events of which every second is wrong in another way, and whose they are."""
    good = [uuid4() for _ in range(6)]
    await happen(publisher, *good)
    events = [envelope.to_json() for envelope in (await feed_of(publisher)).envelopes]
    wrong: list[dict[str, object]] = [
        {"epoch": "one"},
        {"version": 2**40},
        {"data": "none"},
        {"type": "chidao.toy.\0.v1"},
        {"data": {"said": "\0"}},
        {"data": {"said": "\ud800"}},
    ]
    return [one for event, more in zip(events, wrong, strict=True) for one in (event | {"subject": str(uuid4())} | more, event)], good


# Three are no envelope and have no key under which they could be buried; the other three are buried, without what no database keeps.
NO_ENVELOPE, BURIED = 3, 3
BURIED_OPEN = "SELECT count(*) FROM dead_event WHERE state = 'open'"


async def test_bad_dead_letters_hold_up_no_other(publisher: Database, consuming: Database) -> None:
    events, good = await bad_and_good(publisher)
    bus = DeadLetters([json.dumps(event).encode() for event in events])
    runner = runner_of(consuming)
    with capture_logs() as said:
        async with running(("dead letters", lambda: runner.bury_dead_letters(bus))):  # type: ignore[arg-type]
            async with asyncio.timeout(20):
                await bus.acknowledged.wait()
    buried = {row[0] for row in await rows(consuming, "SELECT aggregate_id FROM dead_event")}
    assert set(good) < buried
    assert len(buried) == len(good) + BURIED
    assert runner.put_aside == NO_ENVELOPE == len([line for line in said if line["event"] == "no-envelope"])


async def test_a_page_of_the_feed_with_bad_events_is_read_to_its_end(publisher: Database, consuming: Database) -> None:
    events, good = await bad_and_good(publisher)
    end = Position(1, 7, 7)
    runner = runner_of(consuming)

    async def read(_source: str, after: Position, _limit: int) -> FeedPage:
        return FeedPage([], end) if after == end else FeedPage.from_json({"events": events, "position": str(end)})

    assert await Sweep(runner, SOURCE, read, every=60).once() == len(events)
    assert await effects_of(consuming) == set(good)
    assert await runner.position(SOURCE) == end
    assert await rows(consuming, BURIED_OPEN) == [(BURIED,)]
    assert runner.put_aside == NO_ENVELOPE


async def test_bad_messages_on_the_bus_hold_up_no_other(publisher: Database, consuming: Database) -> None:
    events, good = await bad_and_good(publisher)
    runner = runner_of(consuming)
    bus: Bus = InMemoryBus()

    async def arrived() -> bool:
        # The last of the bad ones may come behind the last of the good.
        return await effects_of(consuming) == set(good) and await rows(consuming, BURIED_OPEN) == [(BURIED,)]

    async with running(("consumer", lambda: runner.follow(bus, SOURCE))), bus.publisher(SOURCE) as publishing:

        async def taken() -> bool:
            return not any(await publishing.publish([Message(str(uuid4()), "toy", 0, json.dumps(event).encode()) for event in events]))

        await until(taken)
        await until(arrived)
    assert await rows(consuming, BURIED_OPEN) == [(BURIED,)]
