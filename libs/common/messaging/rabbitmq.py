"""The bus of the split system: RabbitMQ. What must stand in the broker is said in `topology.py`, and nothing is declared here.

Plain connections, never the library's robust ones: those restore less than they promise. Each publisher and each subscription has its own
connection, everything it awaits has a deadline, and whatever fails is raised, so that the supervisor builds it anew from nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

import aio_pika
import structlog
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq import spec

from libs.common.messaging.bus import Message, NotTaken
from libs.common.messaging.topology import dead_queue_of, exchange_of, queue_of

log = structlog.get_logger()

# At the library's 60 s a line that goes nowhere is noticed after three minutes.
HEARTBEAT = 5
LONGEST_ANSWER = 8.0
# For all of a batch, together with a farewell below the relay's own: what was confirmed within it is not published again.
LONGEST_BATCH = 6.0
LONGEST_FAREWELL = 2.0
WINDOW = 100
# Each death of a consumer counts as a delivery of everything prefetched, so no more than the next batch is.
PREFETCH = 200
# A queue that was deleted and made again gives no sign; whoever hears nothing looks whether he is still its consumer.
LOOK_AFTER_SILENCE = 15.0

Answer = TypeVar("Answer")


class BusLost(ConnectionError):
    """The line, the queue or our place at it is gone; build it anew."""


class BusBlocked(ConnectionError):
    """The broker takes nothing at present: it is short of memory or disk."""


class RabbitMqBus:
    """`url` is `amqp://user:password@host:port/virtual-host`. Nothing is connected before somebody publishes or subscribes."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def publisher(self, source: str) -> AsyncIterator["_Publisher"]:
        async with _connected(self._url, f"publisher {source}") as connection:
            yield _Publisher(source, connection)

    @asynccontextmanager
    async def subscribe(self, consumer: str, source: str) -> AsyncIterator["_Subscription"]:
        async with _consuming(self._url, queue_of(consumer, source)) as subscription:
            yield subscription

    @asynccontextmanager
    async def dead_letters(self, consumer: str) -> AsyncIterator["_Subscription"]:
        async with _consuming(self._url, dead_queue_of(consumer)) as subscription:
            yield subscription


@dataclass
class _Publisher:
    source: str
    connection: AbstractConnection
    _channel: AbstractChannel | None = None

    async def publish(self, messages: Sequence[Message]) -> Sequence[NotTaken | None]:
        await self._require_unblocked()
        exchange = await self._exchange()
        window = asyncio.Semaphore(WINDOW)
        tasks = [asyncio.create_task(_publish(exchange, message, window)) for message in messages]
        try:
            await asyncio.wait(tasks, timeout=LONGEST_BATCH)
            outcomes = [_outcome(task) for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
        if any(outcomes):
            await self._throw_channel_away()
            await self._require_unblocked()
        return outcomes

    async def _require_unblocked(self) -> None:
        """Refused as a whole: a row that waits for the broker's memory or disk has not failed, and is not put off further each time."""
        if await _is_blocked(self.connection):
            raise BusBlocked("the broker takes nothing from publishers: it is short of memory or disk")

    async def _exchange(self) -> AbstractExchange:
        if self._channel is None or self._channel.is_closed:
            self._channel = await _answered(self.connection.channel(on_return_raises=True))
        return await self._channel.get_exchange(exchange_of(self.source), ensure=False)

    async def _throw_channel_away(self) -> None:
        """What is still under way on it could be taken for an answer to something else."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await _let_go("channel", channel.close())


async def _publish(exchange: AbstractExchange, message: Message, window: asyncio.Semaphore) -> NotTaken | None:
    travelling = aio_pika.Message(
        message.body,
        content_type="application/cloudevents+json",
        type=message.type,
        delivery_mode=DeliveryMode.PERSISTENT,
        # Two tries of one event under one id, and the library reports the fate of the one for the other.
        message_id=f"{message.event_id}:{message.attempt}",
    )
    async with window:
        try:
            answer = await exchange.publish(travelling, routing_key=message.type, mandatory=True)
        except PublishError as returned:
            log.error("message-unroutable", exchange=exchange.name, type=message.type, event_id=message.event_id)
            return NotTaken(f"no queue is bound to {exchange.name}: {returned}")
        except DeliveryError as refused:
            return NotTaken(f"the broker refused: {refused}")
    return None if isinstance(answer, spec.Basic.Ack) else NotTaken(f"no confirmation but {answer!r}")


def _outcome(task: asyncio.Task[NotTaken | None]) -> NotTaken | None:
    if not task.done() or task.cancelled():
        return NotTaken("it is not known whether the broker has it: no answer in time")
    error = task.exception()
    return task.result() if error is None else NotTaken(f"it is not known whether the broker has it: {type(error).__name__}: {error}")


@dataclass
class _Delivery:
    messages: Sequence[AbstractIncomingMessage]

    @property
    def bodies(self) -> Sequence[bytes]:
        return [message.body for message in self.messages]

    async def acknowledge(self) -> None:
        # Everything before was acknowledged with the delivery before, so "up to the last" is exactly these.
        await _answered(self.messages[-1].ack(multiple=True))


@dataclass
class _Subscription:
    queue: AbstractQueue
    _arrived: deque[AbstractIncomingMessage] = field(default_factory=deque)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _lost: str | None = None

    async def take(self, message: AbstractIncomingMessage) -> None:
        self._arrived.append(message)
        self._something.set()

    def lose(self, reason: str) -> None:
        self._lost = self._lost or reason
        self._something.set()

    async def receive(self, limit: int) -> _Delivery:
        while not self._arrived and self._lost is None:
            self._something.clear()
            try:
                async with asyncio.timeout(LOOK_AFTER_SILENCE):
                    await self._something.wait()
            except TimeoutError:
                await self._look()
        if self._lost is not None:
            raise BusLost(f"{self.queue.name}: {self._lost}")
        return _Delivery([self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))])

    async def _look(self) -> None:
        found = await _answered(self.queue.declare())
        if found.consumer_count == 0:
            self.lose("the queue has no consumer")


@asynccontextmanager
async def _consuming(url: str, name: str) -> AsyncIterator[_Subscription]:
    async with _connected(url, f"consumer {name}") as connection:
        channel = await _answered(connection.channel(publisher_confirms=False))
        await _answered(channel.set_qos(prefetch_count=PREFETCH))
        # Passive: it must be there, and stays as it is.
        subscription = _Subscription(await _answered(channel.get_queue(name)))
        channel.close_callbacks.add(lambda _channel, error: subscription.lose(f"the channel was closed: {error!r}"))
        below = await channel.get_underlay_channel()
        below.on_consumer_cancel_callbacks.add(lambda _cancel: subscription.lose("the broker has ended our place at the queue"))
        # A fresh tag each time: under one used before, older brokers keep deliveries back.
        await _answered(subscription.queue.consume(subscription.take, consumer_tag=f"{name} {uuid4()}"))
        yield subscription


@asynccontextmanager
async def _connected(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    connecting = aio_pika.connect(url, heartbeat=HEARTBEAT, client_properties={"connection_name": name})
    connection = await _answered(connecting)
    try:
        yield connection
    finally:
        await _let_go("connection", connection.close())


async def _answered(asking: Awaitable[Answer], *, within: float = LONGEST_ANSWER) -> Answer:
    """The answer, in time. The library may tell of a broken line by a cancellation; only one that was meant for us is one."""
    try:
        async with asyncio.timeout(within):
            return await asking
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BusLost("the line broke while an answer was awaited") from None


async def _let_go(what: str, closing: Awaitable[None]) -> None:
    """Whoever closes has failed already or is done; how the end goes is worth a line in the log and nothing else."""
    try:
        await _answered(closing, within=LONGEST_FAREWELL)
    except Exception as error:  # noqa: BLE001 - a broken line may break in any way while it is closed
        log.info("bus-not-closed", what=what, error=type(error).__name__, detail=str(error)[:300])


async def _is_blocked(connection: AbstractConnection) -> bool:
    if connection.transport is None:
        raise BusLost("the line is closed")
    try:
        async with asyncio.timeout(0):
            await connection.transport.ready()
    except TimeoutError:
        return True
    return False
