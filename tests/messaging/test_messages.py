"""The promise of libs/common/messaging/README.md, piece by piece, on real PostgreSQL and the in-process bus."""

import asyncio
import random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.common.db import Database
from libs.common.messaging import dead_events
from libs.common.messaging.bus import Message, NotTaken
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.envelope import Envelope, EventTooLarge
from libs.common.messaging.feed import Position
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.relay import Relay
from libs.common.messaging.sweep import Sweep
from libs.common.supervise import running
from tests.messaging.toy import SOURCE, Effects, feed_of, make_consumer, make_publisher, reader, record, rows


@pytest.fixture
async def publisher(new_database) -> Database:
    database = await new_database("toy_publisher")
    await make_publisher(database)
    return database


@pytest.fixture
async def consuming(new_database) -> Database:
    database = await new_database("toy_consumer")
    await make_consumer(database)
    return database


async def publish(publisher: Database, aggregate: UUID, versions: range, **more: object) -> None:
    for version in versions:
        async with publisher.begin() as connection:
            await record(connection, aggregate, version, **more)  # type: ignore[arg-type]


async def until(condition, *, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


def runner_of(consuming: Database, effects: Effects, *, sequential: bool = False) -> ConsumerRunner:
    return ConsumerRunner(effects.consumer(sequential=sequential), consuming)


async def test_an_envelope_survives_the_way(publisher: Database) -> None:
    await publish(publisher, uuid4(), range(1, 2))
    (envelope,) = (await feed_of(publisher)).envelopes
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope
    assert envelope.to_bytes() == Envelope.from_bytes(envelope.to_bytes()).to_bytes()


async def test_an_event_above_64_kib_is_refused_in_the_transaction(publisher: Database) -> None:
    from libs.common.actor import Actor
    from libs.common.messaging import event_log
    from libs.common.messaging.event_log import Cause
    from libs.contracts.contract import Contract
    from tests.messaging.toy import NOON

    class Long(Contract):
        type = "chidao.toy.long.v1"
        state: str
        change: str

    contract = Long(occurred_at=NOON, state="ệ" * 30_000, change="")
    with pytest.raises(EventTooLarge):
        async with publisher.begin() as connection:
            await event_log.append(
                connection,
                [event_log.Recorded("counter", uuid4(), 1, contract)],
                actor=Actor.of_service(SOURCE),
                cause=Cause("test"),
            )
    assert await rows(publisher, "SELECT * FROM event_log") == []


async def test_the_event_log_is_only_added_to(publisher: Database) -> None:
    await publish(publisher, uuid4(), range(1, 2))
    for statement in ("UPDATE event_log SET version = 7", "DELETE FROM event_log", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with pytest.raises(DBAPIError, match="only ever added to"):
            async with publisher.begin() as connection:
                await connection.execute(text(statement))


async def test_the_same_version_twice_is_impossible(publisher: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 2))
    with pytest.raises(DBAPIError, match="event_log_pkey"):
        await publish(publisher, aggregate, range(1, 2))


async def test_a_late_commit_is_not_skipped(publisher: Database) -> None:
    slow, quick = uuid4(), uuid4()
    async with publisher.begin() as late:
        await record(late, slow, 1)
        await publish(publisher, quick, range(1, 2))
        assert (await feed_of(publisher)).envelopes == [], "the feed stops below the transaction that is still open"
    page = await feed_of(publisher)
    assert {envelope.subject for envelope in page.envelopes} == {slow, quick}
    assert (await feed_of(publisher, page.position)).envelopes == []


async def test_a_position_reads_back_and_nonsense_is_refused() -> None:
    assert Position.parse(str(Position(1, 734, 12))) == Position(1, 734, 12)
    for words in ("x", "1.2", "1.2.3.4", "1..3"):
        with pytest.raises(ValueError):
            Position.parse(words)


async def test_the_relay_deletes_only_what_was_taken(publisher: Database) -> None:
    class Choosy(InMemoryBus):
        refusing = True

        async def publish(self, source: str, messages: list[Message]) -> list[NotTaken | None]:  # type: ignore[override]
            outcomes = [NotTaken("no") if self.refusing and b'"version":2' in message.body else None for message in messages]
            taken = [message for message, outcome in zip(messages, outcomes, strict=True) if outcome is None]
            if taken:
                await super().publish(source, taken)
            return outcomes

    bus = Choosy()
    aggregate, other = uuid4(), uuid4()
    async with bus.subscribe("reader", SOURCE) as queue:
        await publish(publisher, aggregate, range(1, 3))
        async with running(("relay", Relay(SOURCE, publisher, bus).run)):
            await until(lambda: _outbox_is(publisher, 1))
            await publish(publisher, aggregate, range(3, 4))
            await publish(publisher, other, range(1, 2))
            await until(lambda: _arrived(queue, other))
            versions = [(Envelope.from_bytes(body).subject, Envelope.from_bytes(body).version) for body in queue.waiting]
            assert (aggregate, 3) not in versions, "a later event of the same aggregate waits for the refused one"
            bus.refusing = False
            await until(lambda: _outbox_is(publisher, 0))
    versions = [(Envelope.from_bytes(body).subject, Envelope.from_bytes(body).version) for body in queue.waiting]
    assert [version for subject, version in versions if subject == aggregate] == [1, 2, 3]


async def _outbox_is(database: Database, count: int) -> bool:
    return (await rows(database, "SELECT count(*) FROM outbox")) == [(count,)]


async def _arrived(queue, aggregate: UUID) -> bool:
    return any(Envelope.from_bytes(body).subject == aggregate for body in queue.waiting)


async def test_only_one_relay_is_active(publisher: Database) -> None:
    bus = InMemoryBus()
    async with bus.subscribe("reader", SOURCE):
        first, second = Relay(SOURCE, publisher, bus), Relay(SOURCE, publisher, bus)
        async with running(("first", first.run)):
            await publish(publisher, uuid4(), range(1, 2))
            await until(lambda: _outbox_is(publisher, 0))
            async with running(("second", second.run)):
                await asyncio.sleep(0.2)
                held = await rows(
                    publisher,
                    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                    "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()",
                )
                assert held == [(1,)]


async def test_a_second_delivery_changes_nothing(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 6))
    envelopes = (await feed_of(publisher)).envelopes
    runner = runner_of(consuming, Effects())
    for _ in range(3):
        await runner.apply(envelopes)
    assert await rows(consuming, "SELECT version, value FROM replica") == [(5, 5)]
    assert await rows(consuming, "SELECT count(*) FROM fact") == [(5,)]
    assert await rows(consuming, "SELECT count(*) FROM notice") == [(5,)]


async def test_effect_claim_and_position_are_one_transaction(publisher: Database, consuming: Database) -> None:
    await publish(publisher, uuid4(), range(1, 2))
    runner = runner_of(consuming, Effects())
    page = await feed_of(publisher)
    async with consuming.begin() as connection:
        await connection.execute(text("ALTER TABLE notice ADD CONSTRAINT never CHECK (version < 0)"))
    await runner.apply(page.envelopes, source=SOURCE, position=page.position)
    assert await rows(consuming, "SELECT * FROM fact") == [], "a failed effect leaves nothing behind"
    assert await rows(consuming, "SELECT * FROM inbox") == []
    assert await rows(consuming, "SELECT state, attempts FROM dead_event") == [("open", 1)]
    assert await runner.position(SOURCE) == page.position, "the position moves on over a dead event"


async def test_any_order_ends_in_the_same_rows(publisher: Database, consuming: Database) -> None:
    aggregates = [uuid4() for _ in range(4)]
    for aggregate in aggregates:
        await publish(publisher, aggregate, range(1, 6))
    envelopes = (await feed_of(publisher)).envelopes
    for seed in range(10):
        random.Random(seed).shuffle(envelopes)
        runner = runner_of(consuming, Effects())
        for start in range(0, len(envelopes), 3):
            await runner.apply(envelopes[start : start + 3])
        assert await rows(consuming, "SELECT DISTINCT version, value FROM replica") == [(5, 5)]
        assert await rows(consuming, "SELECT count(*) FROM fact") == [(20,)]
        async with consuming.begin() as connection:
            await connection.execute(text("TRUNCATE inbox, replica, fact, notice"))


async def test_sequential_effects_wait_for_the_version_before(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 6))
    envelopes = (await feed_of(publisher)).envelopes
    runner = runner_of(consuming, Effects(), sequential=True)
    for index in (4, 2, 1):
        await runner.apply([envelopes[index]])
    assert await rows(consuming, "SELECT * FROM notice") == []
    assert await rows(consuming, "SELECT count(*) FROM held_notice") == [(3,)]
    await runner.apply([envelopes[0]])
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), (2,), (3,)]
    await runner.apply([envelopes[3]])
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), (2,), (3,), (4,), (5,)]
    assert await rows(consuming, "SELECT * FROM held_notice") == []


async def test_what_waits_behind_a_dead_event_goes_on_when_it_is_waived(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 2))
    await publish(publisher, aggregate, range(2, 3), poison=True)
    await publish(publisher, aggregate, range(3, 4))
    runner = runner_of(consuming, Effects(), sequential=True)
    await runner.apply((await feed_of(publisher)).envelopes)
    assert await rows(consuming, "SELECT version FROM notice") == [(1,)]
    async with consuming.read() as connection:
        (dead,) = await dead_events.listed(connection)
    assert "poisoned" in dead.error
    await runner.waive(dead.envelope, by="operator", reason="Sự kiện thử")
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), (3,)]
    assert await rows(consuming, "SELECT state, decided_by, reason FROM dead_event") == [("waived", "operator", "Sự kiện thử")]


async def test_two_dead_events_waived_in_the_wrong_order(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 3), poison=True)
    await publish(publisher, aggregate, range(3, 4))
    runner = runner_of(consuming, Effects(), sequential=True)
    envelopes = (await feed_of(publisher)).envelopes
    for envelope in envelopes:
        await runner.apply([envelope])
    async with consuming.begin() as connection:
        await dead_events.unclaim(connection, "toy-consumer", envelopes[1])
        await dead_events.bury(connection, "toy-consumer", envelopes[1], ValueError("poisoned"))
        await connection.execute(text("DELETE FROM held_notice WHERE version = 2"))
    await runner.waive(envelopes[1], by="operator", reason="second first")
    assert await rows(consuming, "SELECT * FROM notice") == []
    await runner.waive(envelopes[0], by="operator", reason="then the first")
    assert await rows(consuming, "SELECT version FROM notice") == [(3,)]


async def test_a_dead_event_is_redriven_through_the_same_handler(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 2), poison=True)
    await publish(publisher, aggregate, range(2, 3))
    effects = Effects()
    runner = runner_of(consuming, effects, sequential=True)
    await runner.apply((await feed_of(publisher)).envelopes)
    async with consuming.read() as connection:
        (dead,) = await dead_events.listed(connection)
    with pytest.raises(ValueError, match="poisoned"):
        await runner.redrive(dead.envelope, by="operator")
    effects.cured = True
    await runner.redrive(dead.envelope, by="operator")
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), (2,)]
    assert await rows(consuming, "SELECT state FROM dead_event") == [("redriven",)]


async def test_a_held_event_that_fails_when_its_turn_comes_is_buried_alone(publisher: Database, consuming: Database) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 2))
    await publish(publisher, aggregate, range(2, 3), poison=True)
    first, second = (await feed_of(publisher)).envelopes
    effects = Effects()
    runner = runner_of(consuming, effects, sequential=True)
    await runner.apply([second])
    await runner.apply([first])
    assert await rows(consuming, "SELECT version FROM notice") == [(1,)]
    assert await rows(consuming, "SELECT version, state FROM dead_event") == [(2, "open")]
    effects.cured = True
    await runner.redrive(second, by="operator")
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), (2,)]


async def test_an_unknown_type_dies_and_a_known_one_without_handler_does_not(publisher: Database, consuming: Database) -> None:
    await publish(publisher, uuid4(), range(1, 2), forgotten=True)
    (forgotten,) = (await feed_of(publisher)).envelopes
    foreign = Envelope.from_json({**forgotten.to_json(), "type": "chidao.toy.counter-moved.v9", "subject": str(uuid4())})
    runner = runner_of(consuming, Effects())
    await runner.apply([forgotten, foreign])
    assert await rows(consuming, "SELECT count(*) FROM inbox") == [(1,)]
    (dead,) = await rows(consuming, "SELECT event->>'type', error FROM dead_event")
    assert dead[0] == "chidao.toy.counter-moved.v9"
    assert "UnknownContract" in str(dead[1])


async def test_an_event_that_died_and_comes_again_healthy_settles_itself(publisher: Database, consuming: Database) -> None:
    await publish(publisher, uuid4(), range(1, 2), poison=True)
    envelopes = (await feed_of(publisher)).envelopes
    effects = Effects()
    runner = runner_of(consuming, effects)
    await runner.apply(envelopes)
    effects.cured = True
    await runner.apply(envelopes)
    assert await rows(consuming, "SELECT state, decided_by FROM dead_event") == [("redriven", "delivery")]


@pytest.mark.parametrize("sequential", [False, True])
async def test_bus_that_loses_everything_is_healed_by_the_sweep(publisher: Database, consuming: Database, sequential: bool) -> None:
    bus = InMemoryBus(distort=lambda _bodies: [])
    runner = runner_of(consuming, Effects(), sequential=sequential)
    sweep = Sweep(runner, SOURCE, reader(publisher), every=0.2)

    async def follow() -> None:
        await runner.follow(bus, SOURCE)

    aggregate = uuid4()
    async with running(("consumer", follow), ("relay", Relay(SOURCE, publisher, bus).run)):
        await publish(publisher, aggregate, range(1, 8))
        await until(lambda: _outbox_is(publisher, 0))
        assert await rows(consuming, "SELECT * FROM fact") == [], "the bus lost them all"
        async with running(("sweep", sweep.run)):
            await until(lambda: _facts_are(consuming, 7))
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(version,) for version in range(1, 8)]


async def _facts_are(database: Database, count: int) -> bool:
    return (await rows(database, "SELECT count(*) FROM fact")) == [(count,)]


async def test_a_database_that_goes_away_for_a_moment_buries_nothing(publisher: Database, consuming: Database) -> None:
    bus = InMemoryBus()
    runner = runner_of(consuming, Effects())

    async def follow() -> None:
        await runner.follow(bus, SOURCE)

    sweep = Sweep(runner, SOURCE, reader(publisher), every=0.2)
    aggregate = uuid4()
    # Looked at over a line of the test's own: what is ended are the lines of the consumer.
    looking = Database(consuming.url, application="looking")
    async with running(("consumer", follow), ("relay", Relay(SOURCE, publisher, bus).run), ("sweep", sweep.run)):
        for version in range(1, 21):
            await publish(publisher, aggregate, range(version, version + 1))
            if version % 5 == 0:
                await until(lambda: _lines_ended(looking))
        await until(lambda: _facts_are(looking, 20))
    assert await rows(looking, "SELECT * FROM dead_event") == []
    await looking.dispose()


async def _lines_ended(looking: Database) -> bool:
    """Whether there was a line but ours to this database, and it was cut."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'looking'"
    return await rows(looking, others) != []
