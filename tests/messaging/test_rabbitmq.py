"""What only a broker can do to us: refuse, return, give up, close, forget, block and die. On a real RabbitMQ."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aio_pika import DeliveryMode
from aio_pika.exceptions import AMQPError
from aio_pika.queue import Queue
from structlog.testing import capture_logs

from embedded.processes import free_port
from embedded.rabbitmq import SETTINGS, start_broker
from libs.common.db import Database
from libs.common.messaging import rabbitmq
from libs.common.messaging.bus import Message, NotTaken
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.opening import UnknownBus, open_bus
from libs.common.messaging.rabbitmq import BusBlocked, BusLost
from libs.common.messaging.relay import Relay
from libs.common.messaging.topology import Party, dead_queue_of, queue_of, topology_of
from libs.common.supervise import running
from tests.messaging.conftest import TOY, VirtualHost
from tests.messaging.test_messages import consuming, publish, publisher, until  # noqa: F401 - fixtures as well
from tests.messaging.toy import CONSUMER, SOURCE, Effects, feed_of, rows

QUEUE = queue_of(CONSUMER, SOURCE)
DEAD_QUEUE = dead_queue_of(CONSUMER)
# RabbitMQ 3.10 writes the name of a new queue to the disk only after three seconds. One that is killed before has no queue there, for ever.
NAMES_ARE_WRITTEN_AFTER = 4.0
DELIVERIES = 50


def message(number: int = 0) -> Message:
    return Message(str(uuid4()), "chidao.toy.counter-moved.v1", 3, f"message {number}".encode())


async def in_thread(function: Callable[..., object], *arguments: object) -> object:
    return await asyncio.to_thread(function, *arguments)


async def settled(database: Database, statement: str, expected: list[tuple[object, ...]], *, seconds: float = 30) -> None:
    async def is_so() -> bool:
        return await rows(database, statement) == expected

    await until(is_so, seconds=seconds)


async def taken_from(host: VirtualHost, number: int) -> list[bytes]:
    """At least so many messages from the toy's queue, and whatever comes with them."""
    taken: list[bytes] = []
    async with asyncio.timeout(20), open_bus(host.url()).subscribe(CONSUMER, SOURCE) as subscription:
        while len(taken) < number:
            taken += (await subscription.receive(1000)).bodies
    return taken


@asynccontextmanager
async def followed(host: VirtualHost, database: Database) -> AsyncIterator[ConsumerRunner]:
    """The toy consumer at work on the bus alone: no sweep heals behind its back."""
    bus = open_bus(host.url())
    runner = ConsumerRunner(Effects().consumer(sequential=False), database)
    works = [("consumer", lambda: runner.follow(bus, SOURCE)), ("dead letters", lambda: runner.bury_dead_letters(bus))]
    async with running(*works):
        yield runner


async def test_messages_are_kept_on_disk_and_named_by_event_and_attempt(virtual_host: VirtualHost) -> None:
    sent = message()
    async with open_bus(virtual_host.url()).publisher(SOURCE) as publishing:
        assert list(await publishing.publish([sent])) == [None]
    async with asyncio.timeout(20), open_bus(virtual_host.url()).subscribe(CONSUMER, SOURCE) as subscription:
        (found,) = (await subscription.receive(100)).messages  # type: ignore[attr-defined]
    assert found.delivery_mode == DeliveryMode.PERSISTENT
    assert found.message_id == f"{sent.event_id}:3"
    assert found.type == found.routing_key == sent.type


async def test_what_has_no_queue_is_not_taken_its_row_stays_and_an_alarm_is_given(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
) -> None:
    place = f"/api/bindings/{virtual_host.name}/e/ev.{SOURCE}/q/{QUEUE}/%23"
    virtual_host.api.delete(place).raise_for_status()
    await publish(publisher, uuid4(), range(1, 2))
    with capture_logs() as said:
        async with running(("relay", Relay(SOURCE, publisher, open_bus(virtual_host.url())).run)):
            await settled(
                publisher, "SELECT count(*) FROM outbox WHERE attempts > 0 AND last_error LIKE 'no queue is bound to ev.toy%'", [(1,)]
            )
            assert "message-unroutable" in {line["event"] for line in said}
            changed, left = await in_thread(virtual_host.apply)  # type: ignore[misc]
            assert changed == [f"binding ev.{SOURCE} -> {QUEUE} (#): missing"]
            assert left == []
            await settled(publisher, "SELECT count(*) FROM outbox", [(0,)])
    assert len(await taken_from(virtual_host, 1)) == 1


async def test_one_of_many_is_returned_and_the_others_are_confirmed(virtual_host: VirtualHost) -> None:
    virtual_host.api.delete(f"/api/bindings/{virtual_host.name}/e/ev.{SOURCE}/q/{QUEUE}/%23").raise_for_status()
    between = f"/api/bindings/{virtual_host.name}/e/ev.{SOURCE}/q/{QUEUE}"
    virtual_host.api.post(between, json={"routing_key": "chidao.toy.counter-moved.v1"}).raise_for_status()
    stray = replace(message(), type="chidao.toy.unknown.v1")
    messages = [message(number) for number in range(120)]
    async with open_bus(virtual_host.url()).publisher(SOURCE) as publishing:
        outcomes = await publishing.publish([*messages[:60], stray, *messages[60:]])
        assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [60]
        assert isinstance(outcomes[60], NotTaken)
        assert list(await publishing.publish([message()])) == [None], "on a channel of its own"
    assert len(await taken_from(virtual_host, 121)) == 121


async def test_no_exchange_is_not_taken(virtual_host: VirtualHost) -> None:
    virtual_host.api.delete(f"/api/exchanges/{virtual_host.place(f'ev.{SOURCE}')}").raise_for_status()
    async with open_bus(virtual_host.url()).publisher(SOURCE) as publishing:
        assert all(isinstance(outcome, NotTaken) for outcome in await publishing.publish([message(), message()]))
        virtual_host.apply()
        assert list(await publishing.publish([message()])) == [None]


async def test_over_a_line_that_has_ended_nothing_is_taken_and_soon_nothing_tried(virtual_host: VirtualHost) -> None:
    async with open_bus(virtual_host.url()).publisher(SOURCE) as publishing:
        assert list(await publishing.publish([message()])) == [None]
        await until(lambda: asyncio.to_thread(virtual_host.close_connections, "publisher"))
        await until(lambda: asyncio.to_thread(lambda: publishing.connection.transport.connection.is_closed))  # type: ignore[attr-defined]
        with pytest.raises((AMQPError, ConnectionError, RuntimeError)):
            await publishing.publish([message()])


async def test_what_is_not_confirmed_in_time_is_not_known_and_its_channel_is_thrown_away(
    virtual_host: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bus(virtual_host.url()).publisher(SOURCE) as publishing:
        assert list(await publishing.publish([message()])) == [None]
        with monkeypatch.context() as hasty:
            hasty.setattr(rabbitmq, "LONGEST_BATCH", 0.05)
            outcomes = await publishing.publish([message(number) for number in range(3000)])
        assert any(outcomes)
        assert all(outcome is None or "not known" in str(outcome) for outcome in outcomes)
        assert list(await publishing.publish([message()])) == [None]


async def test_one_consumer_at_a_time(virtual_host: VirtualHost) -> None:
    bus = open_bus(virtual_host.url())
    async with bus.publisher(SOURCE) as publishing, bus.subscribe(CONSUMER, SOURCE) as second, bus.subscribe(CONSUMER, SOURCE) as first:
        assert not any(await publishing.publish([message(number) for number in range(10)]))
        taken: list[bytes] = []
        async with asyncio.timeout(20):
            while len(taken) < 10:
                taken += (await second.receive(100)).bodies
        waiting = asyncio.create_task(first.receive(100))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done, "the later one stands by"
        waiting.cancel()
    assert taken == [f"message {number}".encode() for number in range(10)]


async def test_the_one_that_stands_by_takes_over_what_was_not_acknowledged(virtual_host: VirtualHost) -> None:
    bus = open_bus(virtual_host.url())
    async with bus.publisher(SOURCE) as publishing:
        assert not any(await publishing.publish([message(number) for number in range(5)]))
    async with asyncio.timeout(20):
        async with bus.subscribe(CONSUMER, SOURCE) as first:
            delivery = await first.receive(2)
            await delivery.acknowledge()
            assert len(delivery.bodies) == 2
            await first.receive(2)
        async with bus.subscribe(CONSUMER, SOURCE) as second:
            taken: list[bytes] = []
            while len(taken) < 3:
                taken += (await second.receive(100)).bodies
    assert taken == [b"message 2", b"message 3", b"message 4"], "acknowledged is exactly what was"


async def test_a_consumer_comes_back_after_its_connection_was_closed(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    consuming: Database,  # noqa: F811
) -> None:
    async with followed(virtual_host, consuming), running(("relay", Relay(SOURCE, publisher, open_bus(virtual_host.url())).run)):
        await publish(publisher, uuid4(), range(1, 3))
        await settled(consuming, "SELECT count(*) FROM fact", [(2,)])
        # The consumer, the reader of dead letters and the relay.
        await until(lambda: _closed(virtual_host, 3))
        await publish(publisher, uuid4(), range(1, 4))
        await settled(consuming, "SELECT count(*) FROM fact", [(5,)])


async def _closed(host: VirtualHost, wanted: int) -> bool:
    known = await asyncio.to_thread(host.get, "connections")
    if len([connection for connection in known if connection["vhost"] == host.name]) < wanted:
        return False
    return bool(await asyncio.to_thread(host.close_connections))


async def test_a_queue_deleted_under_its_consumer_is_healed_by_apply(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    consuming: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So that nothing but the broker's own word can tell of it.
    monkeypatch.setattr(rabbitmq, "LOOK_AFTER_SILENCE", 3600)
    async with followed(virtual_host, consuming):
        await until(lambda: _has_consumer(virtual_host))
        with capture_logs() as said:
            virtual_host.api.delete(f"/api/queues/{virtual_host.place(QUEUE)}").raise_for_status()
            await until(lambda: _restarted(said))
        await in_thread(virtual_host.apply)
        async with running(("relay", Relay(SOURCE, publisher, open_bus(virtual_host.url())).run)):
            await publish(publisher, uuid4(), range(1, 3))
            await settled(consuming, "SELECT count(*) FROM fact", [(2,)])


async def _has_consumer(host: VirtualHost) -> bool:
    return bool(await asyncio.to_thread(host.get, f"consumers/{host.name}"))


async def _restarted(said: list[dict[str, object]]) -> bool:
    return any(line["event"] == "restarted" for line in said)


async def test_whoever_hears_nothing_looks_whether_his_queue_still_knows_him(
    virtual_host: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "LOOK_AFTER_SILENCE", 0.2)
    looks: list[int] = []
    declare = Queue.declare

    async def seen(queue: Queue, timeout: float | None = None) -> object:
        found = await declare(queue, timeout)
        looks.append(found.consumer_count or 0)
        return found

    monkeypatch.setattr(Queue, "declare", seen)
    async with open_bus(virtual_host.url()).subscribe(CONSUMER, SOURCE) as subscription:
        waiting = asyncio.create_task(subscription.receive(100))
        await until(lambda: _is_long(looks, 3))
        # Of the queue's end as such the broker tells; what is tried here is that we look by ourselves.
        await until(lambda: _has_consumer(virtual_host))
        (consumer,) = virtual_host.get(f"consumers/{virtual_host.name}")
        await subscription.queue.cancel(consumer["consumer_tag"])  # type: ignore[attr-defined]
        with pytest.raises(BusLost, match="no consumer"):
            async with asyncio.timeout(20):
                await waiting
    assert looks == [0, *[1] * (len(looks) - 2), 0]


async def _is_long(looks: list[int], length: int) -> bool:
    return len(looks) >= length


async def test_a_line_that_breaks_while_it_is_asked_is_a_failure_and_no_cancellation() -> None:
    broken = asyncio.get_running_loop().create_future()
    broken.cancel()
    with pytest.raises(BusLost):
        await rabbitmq._answered(broken)
    cancelled = asyncio.create_task(rabbitmq._answered(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_what_is_delivered_too_often_becomes_a_dead_event(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    consuming: Database,  # noqa: F811
) -> None:
    first, *others = TOY.policies
    await in_thread(
        virtual_host.apply, replace(TOY, policies=(replace(first, definition={**first.definition, "delivery-limit": 2}), *others))
    )
    applied, given_up = uuid4(), uuid4()
    await publish(publisher, applied, range(1, 2))
    await publish(publisher, given_up, range(1, 2))
    envelopes = (await feed_of(publisher)).envelopes
    bus = open_bus(virtual_host.url())
    async with bus.publisher(SOURCE) as publishing:
        assert not any(await publishing.publish([Message(str(one.id), one.type, 0, one.to_bytes()) for one in envelopes]))
    for _ in range(3):
        async with asyncio.timeout(20), bus.subscribe(CONSUMER, SOURCE) as subscription:
            await subscription.receive(100)
    runner = ConsumerRunner(Effects().consumer(sequential=False), consuming)
    # One of them has come by the sweep meanwhile, and is not dead.
    await runner.apply([envelope for envelope in envelopes if envelope.subject == applied])
    async with running(("dead letters", lambda: runner.bury_dead_letters(bus))):
        await settled(consuming, "SELECT aggregate_id, state FROM dead_event", [(given_up, "open")])
        await until(lambda: _is_set(runner.sweep_wanted))
        await until(lambda: _is_empty(virtual_host, DEAD_QUEUE))
    assert await rows(consuming, "SELECT aggregate_id FROM dead_event") == [(given_up,)]
    assert await rows(consuming, "SELECT error FROM dead_event") == [("DeliveredTooOften: given up by the bus",)]
    await runner.apply(envelopes)
    assert await rows(consuming, "SELECT state, decided_by FROM dead_event") == [("redriven", "delivery")], "the sweep healed it"


async def _is_set(event: asyncio.Event) -> bool:
    return event.is_set()


async def _is_empty(host: VirtualHost, queue: str) -> bool:
    """Nothing in it and nothing on its way to an acknowledgement."""
    found = await asyncio.to_thread(host.get, f"queues/{host.place(queue)}")
    return found.get("messages") == 0


async def test_a_service_may_write_only_to_its_exchange_and_read_only_its_queues(virtual_host: VirtualHost) -> None:
    effects = Effects().consumer(sequential=False)
    others = topology_of([Party(SOURCE, publishes=True), Party("follower", publishes=False, consumers=[effects]), Party("stranger", True)])
    await in_thread(virtual_host.apply, others)
    toy, follower, stranger = (open_bus(virtual_host.url(user)) for user in (SOURCE, "follower", "stranger"))
    async with toy.publisher(SOURCE) as own, stranger.publisher(SOURCE) as foreign, follower.publisher(SOURCE) as reading:
        assert list(await own.publish([message()])) == [None]
        for publishing in (foreign, reading):
            (outcome,) = await publishing.publish([message()])
            assert "ACCESS_REFUSED" in str(outcome)
    async with asyncio.timeout(20), follower.subscribe(CONSUMER, SOURCE) as subscription:
        assert len((await subscription.receive(100)).bodies) == 1
    for bus in (toy, stranger):
        with pytest.raises(AMQPError, match="ACCESS_REFUSED"):
            async with bus.subscribe(CONSUMER, SOURCE):
                pytest.fail("another's queue was read")
        with pytest.raises(AMQPError, match="ACCESS_REFUSED"):
            async with bus.dead_letters(CONSUMER):
                pytest.fail("another's dead queue was read")


async def test_a_broker_short_of_memory_puts_no_row_off_and_goes_on_when_it_is_over(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rabbitmq, "LONGEST_BATCH", 1.0)
    bus = open_bus(virtual_host.url())
    memory = virtual_host.broker.control
    await publish(publisher, uuid4(), range(1, 4))
    await in_thread(memory, "set_vm_memory_high_watermark", "absolute", "1MB")
    try:
        async with bus.publisher(SOURCE) as publishing:
            for _ in range(2):
                with pytest.raises(BusBlocked):
                    await publishing.publish([message()])
        with capture_logs() as said:
            async with running(("relay", Relay(SOURCE, publisher, bus).run)):
                await until(lambda: _is_blocked(said))
        assert await rows(publisher, "SELECT count(*), max(attempts) FROM outbox") == [(3, 0)]
    finally:
        await in_thread(memory, "set_vm_memory_high_watermark", "absolute", SETTINGS["vm_memory_high_watermark.absolute"])
    async with running(("relay", Relay(SOURCE, publisher, bus).run)):
        await settled(publisher, "SELECT count(*) FROM outbox", [(0,)])


async def _is_blocked(said: list[dict[str, object]]) -> bool:
    return any(line["event"] == "restarted" and line["error"] == "BusBlocked" for line in said)


async def test_a_broker_killed_and_started_again_loses_nothing(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    consuming: Database,  # noqa: F811
) -> None:
    broker = virtual_host.broker
    async with running(("relay", Relay(SOURCE, publisher, open_bus(virtual_host.url())).run)):
        await publish(publisher, uuid4(), range(1, 3))
        await settled(publisher, "SELECT count(*) FROM outbox", [(0,)])
        await asyncio.sleep(NAMES_ARE_WRITTEN_AFTER)
        os.kill(broker.pid, signal.SIGKILL)
        await publish(publisher, uuid4(), range(1, 3))
        async with followed(virtual_host, consuming):
            again = await asyncio.to_thread(start_broker, broker.folder, port=broker.port, management_port=broker.management_port)
            # The tests after this one go on with the broker that runs now.
            vars(broker).update(vars(again))
            await settled(consuming, "SELECT count(*) FROM fact", [(4,)], seconds=60)


class NoBus:
    """Whoever asks it for anything has asked too early."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked of the bus while the database was away")


async def test_a_database_that_is_away_through_fifty_deliveries_buries_nothing(
    virtual_host: VirtualHost,
    publisher: Database,  # noqa: F811
    consuming: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish(publisher, uuid4(), range(1, 4))
    bus = open_bus(virtual_host.url())
    envelopes = (await feed_of(publisher)).envelopes
    async with bus.publisher(SOURCE) as publishing:
        assert not any(await publishing.publish([Message(str(one.id), one.type, 0, one.to_bytes()) for one in envelopes]))
    nobody = Database(consuming.url.replace(urlsplit(consuming.url).netloc.rpartition(":")[2], str(free_port()), 1))
    runner = ConsumerRunner(Effects().consumer(sequential=False), nobody)
    with pytest.raises(OSError):
        await runner.follow(NoBus(), SOURCE)

    async def answers(_: ConsumerRunner) -> None:
        """And is gone a moment later."""

    with monkeypatch.context() as each_time:
        each_time.setattr(ConsumerRunner, "_database_answers", answers)
        for _ in range(DELIVERIES):
            async with asyncio.timeout(20):
                # As the supervisor does it, but without its pauses.
                with pytest.raises(OSError):
                    await runner.follow(bus, SOURCE)
    async with followed(virtual_host, consuming):
        await settled(consuming, "SELECT count(*) FROM fact", [(3,)])
        await until(lambda: _is_empty(virtual_host, QUEUE))
    assert await _is_empty(virtual_host, DEAD_QUEUE)
    assert await rows(consuming, "SELECT count(*) FROM dead_event") == [(0,)]


def test_an_address_of_no_bus_is_refused() -> None:
    for address in ("http://127.0.0.1", "rabbit", ""):
        with pytest.raises(UnknownBus):
            open_bus(address)
