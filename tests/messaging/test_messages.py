"""The promise of libs/common/messaging/README.md, piece by piece, on real PostgreSQL and over both buses."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.common.db import Database
from libs.common.messaging import dead_events
from libs.common.messaging.bus import Bus, Message, NotTaken, Publisher
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.envelope import Envelope, EventTooLarge
from libs.common.messaging.feed import Position
from libs.common.messaging.relay import Relay
from libs.common.messaging.sweep import Sweep
from libs.common.supervise import running
from libs.common.telemetry import span
from tests.conftest import Spans
from tests.messaging.conftest import Tried
from tests.messaging.toy import CONSUMER, SOURCE, Effects, feed_of, make_consumer, make_publisher, reader, record, rows


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


@dataclass
class Choosy:
    """A bus that takes no version 2 as long as it is `refusing`."""

    bus: Bus
    refusing: bool = True

    @asynccontextmanager
    async def publisher(self, source: str) -> AsyncIterator["ChoosyPublisher"]:
        async with self.bus.publisher(source) as publisher:
            yield ChoosyPublisher(self, publisher)


@dataclass
class ChoosyPublisher:
    choosy: Choosy
    publisher: Publisher

    async def publish(self, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        refused = [self.choosy.refusing and b'"version":2' in message.body for message in messages]
        outcomes = iter(await self.publisher.publish([message for message, no in zip(messages, refused, strict=True) if not no]))
        return [NotTaken("no") if no else next(outcomes) for no in refused]


@asynccontextmanager
async def arriving(bus: Bus) -> AsyncIterator[list[tuple[UUID, int]]]:
    """Aggregate and version of everything that arrives, as it arrives."""
    arrived: list[tuple[UUID, int]] = []

    async with bus.subscribe(CONSUMER, SOURCE) as subscription:

        async def read() -> None:
            while True:
                delivery = await subscription.receive(100)
                arrived.extend((envelope.subject, envelope.version) for envelope in map(Envelope.from_bytes, delivery.bodies))
                await delivery.acknowledge()

        reading = asyncio.create_task(read())
        yield arrived
        reading.cancel()


async def test_the_relay_deletes_only_what_was_taken(publisher: Database, bus: Bus) -> None:
    choosy = Choosy(bus)
    aggregate, other = uuid4(), uuid4()
    async with arriving(bus) as arrived:
        await publish(publisher, aggregate, range(1, 3))
        async with running(("relay", Relay(SOURCE, publisher, choosy).run)):  # type: ignore[arg-type]
            await until(lambda: _outbox_is(publisher, 1))
            await publish(publisher, aggregate, range(3, 4))
            await publish(publisher, other, range(1, 2))
            await until(lambda: _has(arrived, (other, 1)))
            assert (aggregate, 3) not in arrived, "a later event of the same aggregate waits for the refused one"
            choosy.refusing = False
            await until(lambda: _outbox_is(publisher, 0))
            await until(lambda: _has(arrived, (aggregate, 3)))
    assert [version for subject, version in arrived if subject == aggregate] == [1, 2, 3]


async def _outbox_is(database: Database, count: int) -> bool:
    return (await rows(database, "SELECT count(*) FROM outbox")) == [(count,)]


async def _has(arrived: list[tuple[UUID, int]], event: tuple[UUID, int]) -> bool:
    return event in arrived


async def test_only_one_relay_is_active(publisher: Database, bus: Bus) -> None:
    aggregates = [uuid4() for _ in range(10)]
    async with arriving(bus) as arrived:
        first, second = Relay(SOURCE, publisher, bus), Relay(SOURCE, publisher, bus)
        async with running(("first", first.run), ("second", second.run)):
            for aggregate in aggregates:
                await publish(publisher, aggregate, range(1, 6))
            await until(lambda: _outbox_is(publisher, 0))
            held = await rows(
                publisher,
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()",
            )
            assert held == [(1,)]
            await until(lambda: _has(arrived, (aggregates[-1], 5)))
    assert arrived == [(aggregate, version) for aggregate in aggregates for version in range(1, 6)], "once each, and in order"


async def test_the_next_relay_goes_on_where_the_first_was_ended(publisher: Database, bus: Bus) -> None:
    aggregate = uuid4()
    async with arriving(bus) as arrived:
        for version in range(1, 4):
            await publish(publisher, aggregate, range(version, version + 1))
            async with running(("relay", Relay(SOURCE, publisher, bus).run)):
                await until(lambda: _outbox_is(publisher, 0))
        await until(lambda: _has(arrived, (aggregate, 3)))
    assert arrived == [(aggregate, 1), (aggregate, 2), (aggregate, 3)]


async def test_batches_are_of_what_has_arrived_and_no_larger_than_asked_for(bus: Bus) -> None:
    messages = [Message(str(uuid4()), "chidao.toy.counter-moved.v1", 0, str(number).encode()) for number in range(250)]
    async with bus.subscribe(CONSUMER, SOURCE) as subscription, bus.publisher(SOURCE) as publishing:
        assert list(await publishing.publish(messages)) == [None] * 250
        sizes, bodies = [], []
        while len(bodies) < 250:
            delivery = await subscription.receive(100)
            sizes.append(len(delivery.bodies))
            bodies += delivery.bodies
            await delivery.acknowledge()
    assert bodies == [message.body for message in messages]
    assert max(sizes) == 100, sizes


async def test_an_event_goes_from_the_outbox_to_its_effect(publisher: Database, consuming: Database, bus: Bus) -> None:
    runner = runner_of(consuming, Effects(), sequential=True)
    aggregates = [uuid4() for _ in range(5)]
    async with running(
        ("consumer", lambda: runner.follow(bus, SOURCE)),
        ("dead letters", lambda: runner.bury_dead_letters(bus)),
        ("relay", Relay(SOURCE, publisher, bus).run),
    ):
        for aggregate in aggregates:
            await publish(publisher, aggregate, range(1, 5))
        await until(lambda: _facts_are(consuming, 20))
    assert await rows(consuming, "SELECT DISTINCT version FROM replica") == [(4,)]
    assert await rows(consuming, "SELECT * FROM dead_event") == []


async def test_what_is_no_envelope_holds_nothing_up(consuming: Database, publisher: Database, bus: Bus) -> None:
    runner = runner_of(consuming, Effects())
    await publish(publisher, uuid4(), range(1, 2))
    (envelope,) = (await feed_of(publisher)).envelopes
    bodies = [b"", b"\xff", b"[]", b"{}", b"null", envelope.to_bytes()]
    async with running(("consumer", lambda: runner.follow(bus, SOURCE))), bus.publisher(SOURCE) as publishing:

        async def taken() -> bool:
            # The bus within this process takes nothing before somebody listens.
            return not any(await publishing.publish([Message(str(uuid4()), envelope.type, 0, body) for body in bodies]))

        await until(taken)
        await until(lambda: _facts_are(consuming, 1))
    assert await rows(consuming, "SELECT * FROM dead_event") == []


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
    assert await rows(consuming, "SELECT * FROM dead_event") == [], "nor does it try to have an effect"


async def test_the_position_never_moves_back(publisher: Database, consuming: Database) -> None:
    """A page that was read before another may be done after it."""
    await publish(publisher, uuid4(), range(1, 4))
    early, late = await feed_of(publisher, limit=1), await feed_of(publisher)
    assert early.position != late.position
    runner = runner_of(consuming, Effects())
    for page in (late, early):
        await runner.apply(page.envelopes, source=SOURCE, position=page.position)
    assert await runner.position(SOURCE) == late.position


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


@pytest.mark.parametrize("comes_again", [False, True], ids=["alone", "beside the one before it"])
async def test_a_held_event_that_fails_when_its_turn_comes_is_buried(publisher: Database, consuming: Database, comes_again: bool) -> None:
    aggregate = uuid4()
    await publish(publisher, aggregate, range(1, 2))
    await publish(publisher, aggregate, range(2, 3), poison=True)
    first, second = (await feed_of(publisher)).envelopes
    effects = Effects()
    runner = runner_of(consuming, effects, sequential=True)
    await runner.apply([second])
    await runner.apply([first, second] if comes_again else [first])
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


async def test_the_trace_goes_on_behind_the_bus(publisher: Database, consuming: Database, tried: Tried, spans: Spans) -> None:
    runner = runner_of(consuming, Effects())
    async with running(("consumer", lambda: runner.follow(tried.bus, SOURCE)), ("relay", Relay(SOURCE, publisher, tried.bus).run)):
        with span("the click"):
            await publish(publisher, uuid4(), range(1, 2))
        await until(lambda: _facts_are(consuming, 1))
    by_name = {ended.name: ended for ended in spans()}
    click, effect = by_name["the click"], by_name[f"{CONSUMER} on_counter_moved"]
    assert click.context is not None
    assert effect.parent is not None
    assert (effect.parent.trace_id, effect.parent.span_id) == (click.context.trace_id, click.context.span_id)


@pytest.mark.parametrize("sequential", [False, True])
async def test_bus_that_loses_everything_is_healed_by_the_sweep(
    publisher: Database, consuming: Database, tried: Tried, sequential: bool
) -> None:
    runner = runner_of(consuming, Effects(), sequential=sequential)
    sweep = Sweep(runner, SOURCE, reader(publisher), every=0.2)
    async with tried.bus.subscribe(CONSUMER, SOURCE):
        pass
    async with running(("relay", Relay(SOURCE, publisher, tried.bus).run)):
        await publish(publisher, uuid4(), range(1, 8))
        await until(lambda: _outbox_is(publisher, 0))
        tried.purge()
        async with running(("consumer", lambda: runner.follow(tried.bus, SOURCE))):
            await publish(publisher, uuid4(), range(1, 2))
            await until(lambda: _facts_are(consuming, 1))
            assert await rows(consuming, "SELECT version FROM fact") == [(1,)], "the bus lost those before"
            async with running(("sweep", sweep.run)):
                await until(lambda: _facts_are(consuming, 8))
    assert await rows(consuming, "SELECT version FROM notice ORDER BY id") == [(1,), *((version,) for version in range(1, 8))]


async def _facts_are(database: Database, count: int) -> bool:
    return (await rows(database, "SELECT count(*) FROM fact")) == [(count,)]


async def test_a_database_that_goes_away_for_a_moment_buries_nothing(publisher: Database, consuming: Database, bus: Bus) -> None:
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
