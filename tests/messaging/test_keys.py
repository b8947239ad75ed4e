"""What is remembered of an event is remembered of it alone: of its consumer, source, epoch, aggregate and version (README.md)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from libs.common.messaging import dead_events
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.dead_events import DeadEvent
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.feed import Position
from libs.common.messaging.sequences import VersionSequence, lock_sequences, store_sequences
from tests.conftest import NewDatabase
from tests.messaging.toy import CONSUMER, SOURCE, Effects, make_consumer, rows

AGGREGATE, ANOTHER, NOON = UUID(int=2), UUID(int=1), datetime(2026, 2, 12, 5, tzinfo=UTC)
ONE = Envelope(
    id=uuid4(),
    source=SOURCE,
    type="chidao.toy.counter-moved.v1",
    subject=AGGREGATE,
    aggregate_type="counter",
    time=NOON,
    epoch=2,
    version=3,
    actor="test",
    correlation_id="test",
    causation_id=None,
    traceparent=None,
    data={},
)
# Each differs from it in one thing.
NEIGHBOURS = (
    (CONSUMER, replace(ONE, source="another")),
    (CONSUMER, replace(ONE, epoch=1)),
    (CONSUMER, replace(ONE, subject=ANOTHER)),
    (CONSUMER, replace(ONE, version=4)),
    ("another-consumer", ONE),
)
# Of what has versions in one sequence the version is no name.
STREAMS = tuple(one for one in NEIGHBOURS if one[1].version == ONE.version)


@pytest.fixture
async def consuming(new_database: NewDatabase) -> Database:
    database = await new_database("toy_consumer")
    await make_consumer(database)
    return database


def sequence_of(consumer: str, envelope: Envelope, *, reached: int = 2) -> VersionSequence:
    return VersionSequence(consumer, envelope.stream, reached, something_waits=False)


async def next_of(sequence: VersionSequence, connection: AsyncConnection) -> Envelope | None:
    """What steps over too much steps on for ever."""
    async with asyncio.timeout(10):
        return await sequence.take_next(connection)


async def claim(connection: AsyncConnection, consumer: str, envelope: Envelope) -> None:
    source, epoch, aggregate, version = envelope.key
    claimed = {"consumer": consumer, "source": source, "epoch": epoch, "aggregate": aggregate, "version": version}
    columns = "consumer, source, epoch, aggregate_id, version"
    await connection.execute(text(f"INSERT INTO inbox ({columns}) VALUES (:consumer, :source, :epoch, :aggregate, :version)"), claimed)


async def buried(connection: AsyncConnection, *of: tuple[str, Envelope], error: str = "poisoned") -> None:
    for consumer, envelope in of:
        await dead_events.bury(connection, consumer, envelope, ValueError(error))


async def known(database: Database) -> dict[tuple[str, tuple[str, int, UUID, int]], DeadEvent]:
    async with database.read() as connection:
        return {(one.consumer, one.envelope.key): one for one in await dead_events.listed(connection, decided=True)}


async def test_a_decision_about_a_dead_event_is_about_no_other(consuming: Database) -> None:
    async with consuming.begin() as connection:
        await buried(connection, (CONSUMER, ONE), *NEIGHBOURS)
        await dead_events.decide(connection, CONSUMER, ONE.key, "waived", by="operator", reason="Trùng")
        await dead_events.decide(connection, CONSUMER, ONE.key, "redriven", by="somebody else", reason="too late")
    found = await known(consuming)
    decided = found.pop((CONSUMER, ONE.key))
    assert (decided.state, decided.decided_by, decided.reason, decided.attempts) == ("waived", "operator", "Trùng", 1)
    assert {key: (one.state, one.decided_by) for key, one in found.items()} == {
        (consumer, envelope.key): ("open", None) for consumer, envelope in NEIGHBOURS
    }


async def test_what_takes_effect_after_all_settles_itself_and_no_other(consuming: Database) -> None:
    async with consuming.begin() as connection:
        await buried(connection, (CONSUMER, ONE), *NEIGHBOURS)
        await dead_events.settle(connection, CONSUMER, [ONE])
    found = await known(consuming)
    settled = found.pop((CONSUMER, ONE.key))
    assert (settled.state, settled.decided_by) == ("redriven", "delivery")
    assert {one.state for one in found.values()} == {"open"}
    async with consuming.begin() as connection:
        await dead_events.decide(connection, CONSUMER, replace(ONE, epoch=1).key, "waived", by="operator", reason="Trùng")
        await dead_events.settle(connection, CONSUMER, [replace(ONE, epoch=1)])
    assert (await known(consuming))[CONSUMER, replace(ONE, epoch=1).key].decided_by == "operator", "what was decided stays decided"


async def test_what_dies_again_waits_for_a_decision_again(consuming: Database) -> None:
    async with consuming.begin() as connection:
        await buried(connection, (CONSUMER, ONE))
        await dead_events.decide(connection, CONSUMER, ONE.key, "redriven", by="operator", reason="Đã sửa")
        assert await dead_events.listed(connection) == []
        await buried(connection, (CONSUMER, ONE), error="poisoned anew")
        (again,) = await dead_events.listed(connection)
    assert (again.state, again.attempts, again.error) == ("open", 2, "ValueError: poisoned anew")


async def test_dead_events_are_listed_as_they_died(consuming: Database) -> None:
    """Of one moment by aggregate and version."""
    listed = [(0, ANOTHER, 5), (0, AGGREGATE, 3), (0, AGGREGATE, 4), (9, ANOTHER, 1)]
    async with consuming.begin() as connection:
        for seconds, aggregate, version in reversed(listed):
            await buried(connection, (CONSUMER, replace(ONE, subject=aggregate, version=version)))
            died_at = {"at": NOON + timedelta(seconds=seconds), "version": version}
            await connection.execute(text("UPDATE dead_event SET died_at = :at WHERE version = :version"), died_at)
        found = await dead_events.listed(connection)
    assert [(one.envelope.subject, one.envelope.version) for one in found] == [(aggregate, version) for _, aggregate, version in listed]


async def test_a_claim_is_given_up_alone(consuming: Database) -> None:
    async with consuming.begin() as connection:
        for consumer, envelope in ((CONSUMER, ONE), *NEIGHBOURS):
            await claim(connection, consumer, envelope)
        await dead_events.unclaim(connection, CONSUMER, ONE)
    left = await rows(consuming, "SELECT consumer, source, epoch, aggregate_id, version FROM inbox")
    assert sorted(left, key=str) == sorted(((consumer, *envelope.key) for consumer, envelope in NEIGHBOURS), key=str)


async def test_what_took_effect_is_not_buried_and_what_did_not_is(consuming: Database) -> None:
    async with consuming.begin() as connection:
        for consumer, envelope in NEIGHBOURS:
            await claim(connection, consumer, envelope)
        await dead_events.bury_unclaimed(connection, CONSUMER, ONE, ValueError("given up"))
        assert [one.envelope.key for one in await dead_events.listed(connection)] == [ONE.key]
        await dead_events.bury_unclaimed(connection, CONSUMER, replace(ONE, version=4), ValueError("given up"))
        assert len(await dead_events.listed(connection)) == 1


async def test_what_is_held_is_taken_at_its_own_turn(consuming: Database) -> None:
    async with consuming.begin() as connection:
        for consumer, envelope in NEIGHBOURS:
            await sequence_of(consumer, envelope).hold(connection, envelope)
        assert await next_of(sequence_of(CONSUMER, ONE), connection) is None
        await sequence_of(CONSUMER, ONE).hold(connection, ONE)
        await sequence_of(CONSUMER, ONE).hold(connection, ONE)
        assert await next_of(sequence_of(CONSUMER, ONE), connection) == ONE
        assert await next_of(sequence_of(CONSUMER, ONE), connection) is None
    left = await rows(consuming, "SELECT consumer, source, epoch, aggregate_id, version FROM held_notice")
    assert sorted(left, key=str) == sorted(((consumer, *envelope.key) for consumer, envelope in NEIGHBOURS), key=str)


async def test_only_what_was_waived_itself_is_stepped_over(consuming: Database) -> None:
    async with consuming.begin() as connection:
        await buried(connection, (CONSUMER, ONE), *NEIGHBOURS)
        for consumer, envelope in NEIGHBOURS:
            await dead_events.decide(connection, consumer, envelope.key, "waived", by="operator", reason="Trùng")
        sequence = sequence_of(CONSUMER, ONE)
        assert await next_of(sequence, connection) is None
        assert sequence.reached == 2
        await dead_events.decide(connection, CONSUMER, ONE.key, "waived", by="operator", reason="Trùng")
        assert await next_of(sequence, connection) is None
        assert sequence.reached == 4, "the next version was waived as well"


async def test_a_sequence_knows_whether_something_waits_for_it(consuming: Database) -> None:
    async def waits(connection: AsyncConnection) -> bool:
        (sequence,) = (await lock_sequences(connection, CONSUMER, [ONE])).values()
        return sequence.something_waits

    async with consuming.begin() as connection:
        await buried(connection, (CONSUMER, ONE))
        for consumer, envelope in STREAMS:
            await sequence_of(consumer, envelope).hold(connection, envelope)
            await buried(connection, (consumer, envelope))
            await dead_events.decide(connection, consumer, envelope.key, "waived", by="operator", reason="Trùng")
        assert not await waits(connection), "what nobody has decided about is not stepped over"
        await dead_events.decide(connection, CONSUMER, ONE.key, "waived", by="operator", reason="Trùng")
        assert await waits(connection)
        await connection.execute(text("DELETE FROM dead_event"))
        assert not await waits(connection)
        await sequence_of(CONSUMER, ONE).hold(connection, ONE)
        assert await waits(connection)


async def test_how_far_a_sequence_has_come_is_kept_for_it_alone(consuming: Database) -> None:
    async with consuming.begin() as connection:
        for consumer, envelope in STREAMS:
            await lock_sequences(connection, consumer, [envelope])
            await store_sequences(connection, [sequence_of(consumer, envelope, reached=7)])
        (sequence,) = (await lock_sequences(connection, CONSUMER, [ONE])).values()
        assert sequence.reached == 0
        await store_sequences(connection, [sequence_of(CONSUMER, ONE, reached=3)])
        (sequence,) = (await lock_sequences(connection, CONSUMER, [ONE])).values()
        assert sequence.reached == 3
    kept = await rows(consuming, "SELECT consumer, source, epoch, aggregate_id, version FROM sequence_position WHERE version <> 3")
    assert sorted(kept, key=str) == sorted(((consumer, *envelope.stream, 7) for consumer, envelope in STREAMS), key=str)


async def test_a_position_is_that_of_one_consumer_in_one_source(consuming: Database) -> None:
    runner = ConsumerRunner(Effects().consumer(sequential=False), consuming)
    for source, position in ((SOURCE, Position(1, 5, 9)), ("another", Position(1, 6, 2))):
        await runner.apply([], source=source, position=position)
    async with consuming.begin() as connection:
        await connection.execute(text(f"INSERT INTO feed_position (consumer, source, epoch) VALUES ('another-consumer', '{SOURCE}', 4)"))
    assert await runner.position(SOURCE) == Position(1, 5, 9)
    assert await runner.position("another") == Position(1, 6, 2)
    assert await runner.position("a third") == Position()
