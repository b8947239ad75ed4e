"""Relay and consumer of ours beside bare aio-pika on the same broker: the same bodies, persistent, mandatory, window 100.

The bare publisher reads no outbox and deletes no row. The bare consumer runs the statements of ours, event by event, on asyncpg.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import aio_pika
import asyncpg
import httpx2
from aio_pika import DeliveryMode
from aio_pika.abc import AbstractIncomingMessage

from bench.bare import positional
from bench.compared import Compared
from embedded.postgres import Cluster
from embedded.rabbitmq import Broker, apply_topology, start_broker
from libs.common.clock import vietnam_date
from libs.common.db import Database
from libs.common.messaging import consumer as consuming
from libs.common.messaging import dead_events
from libs.common.messaging.consumer import BATCH, ConsumerRunner
from libs.common.messaging.feed import COLUMNS, envelope_of
from libs.common.messaging.opening import open_bus
from libs.common.messaging.rabbitmq import PREFETCH, WINDOW
from libs.common.messaging.relay import Relay
from libs.common.messaging.topology import exchange_of, queue_of
from libs.common.migrate import migrate
from services.reporting.projections import tasks as projection
from services.reporting.subscriptions import CONSUMERS
from system.parties import OPERATOR, VIRTUAL_HOST

SOURCE = "tasks"
EVENTS = 6_000
ROUNDS = 3
# A quorum queue that was made a moment ago may still be electing its leader.
QUEUES_SETTLE = 5.0
LOOKED_EVERY = 0.05

# Tasks that differ from one that the service wrote in their ids only.
_FILL = f"""
WITH example AS (SELECT * FROM event_log WHERE type = 'chidao.tasks.task-accepted.v1' ORDER BY seq LIMIT 1),
made AS (SELECT gen_random_uuid() AS id FROM generate_series(1, {EVENTS})),
logged AS (
  INSERT INTO event_log (epoch, event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id,
                         causation_id, traceparent, occurred_at)
  SELECT e.epoch, gen_random_uuid(), e.aggregate_type, m.id, 1, e.type, jsonb_set(e.payload, '{{state,id}}', to_jsonb(m.id::text)),
         e.actor, e.correlation_id, e.causation_id, e.traceparent, e.occurred_at
  FROM example e, made m RETURNING seq)
INSERT INTO outbox (seq) SELECT seq FROM logged
"""
_WAITING = f"SELECT {COLUMNS} FROM outbox o JOIN event_log e USING (seq) ORDER BY o.seq"
_KEPT = ("task_fact", "task_now", "inbox")

_CLAIM_FIELDS = ("consumer", "sources", "epochs", "aggregates", "versions")
_CLAIM = positional(str(consuming._CLAIM.text), *_CLAIM_FIELDS)
_SETTLE = positional(str(dead_events._SETTLE.text), *_CLAIM_FIELDS)
_KEEP_FIELDS = (
    "source",
    "id",
    "version",
    "known_on",
    "is_group",
    "parent_id",
    "lead_agency_id",
    "state",
    "assigned_on",
    "due",
    "submitted_on",
    "completed_on",
    "occurred_at",
    "type",
    "code",
    "directive_id",
    "directive_label",
    "content",
    "coordinating_agency_ids",
)
_KEEP = positional(str(projection._KEEP.text), *_KEEP_FIELDS)


async def measure_messages(cluster: Cluster, folder: Path) -> list[Compared]:
    """`cluster` has a database of the tasks service in which a task was accepted."""
    await migrate("services.reporting", cluster.dsn("chidao_reporting", "chidao_reporting_owner"))
    broker = await asyncio.to_thread(start_broker, folder / "rabbitmq")
    try:
        await asyncio.to_thread(apply_topology, broker)
        await asyncio.sleep(QUEUES_SETTLE)
        async with _stage(cluster, broker) as stage:
            relay, consumer = Compared("relay, beside a publisher"), Compared("consumer, beside a consumer")
            for _ in range(ROUNDS):
                bodies = await stage.fill_outbox()
                relay.ours.append(await stage.relayed())
                await stage.empty()
                relay.bare.append(await stage.published(bodies))
                consumer.ours.append(await stage.consumed())
                await stage.empty()
                await stage.published(bodies)
                consumer.bare.append(await stage.consumed_barely())
                await stage.empty()
            return [relay, consumer]
    finally:
        await asyncio.to_thread(broker.stop)


@dataclass
class _Stage:
    """One broker and two databases, on which both sides play in turn."""

    broker: Broker
    tasks: asyncpg.Connection
    reporting: asyncpg.Connection
    tasks_database: Database
    reporting_database: Database
    bare_dsn: str

    async def fill_outbox(self) -> list[tuple[str, bytes]]:
        """As many events as a round takes; type and body of each."""
        await self.tasks.execute("DELETE FROM outbox")
        await self.tasks.execute(_FILL)
        rows = await self.tasks.fetch(_WAITING)
        return [(row["type"], envelope_of(SOURCE, row).to_bytes()) for row in rows]

    async def relayed(self) -> float:
        """From the first row taken to the outbox empty."""
        relay = asyncio.create_task(Relay(SOURCE, self.tasks_database, open_bus(self.broker.url(SOURCE))).run())
        try:
            while (left := await self.tasks.fetchval("SELECT count(*) FROM outbox")) == EVENTS:
                await asyncio.sleep(LOOKED_EVERY)
            began, first = time.perf_counter(), EVENTS - left
            while await self.tasks.fetchval("SELECT count(*) FROM outbox"):
                await asyncio.sleep(LOOKED_EVERY)
            return float((EVENTS - first) / (time.perf_counter() - began))
        finally:
            await _cancelled(relay)

    async def published(self, bodies: Sequence[tuple[str, bytes]]) -> float:
        connection = await aio_pika.connect(self.broker.url(SOURCE))
        async with connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.get_exchange(exchange_of(SOURCE), ensure=False)
            window = asyncio.Semaphore(WINDOW)

            async def publish(kind: str, body: bytes) -> None:
                async with window:
                    message = aio_pika.Message(body, delivery_mode=DeliveryMode.PERSISTENT)
                    await exchange.publish(message, routing_key=kind, mandatory=True)

            began = time.perf_counter()
            await asyncio.gather(*(publish(kind, body) for kind, body in bodies))
            return len(bodies) / (time.perf_counter() - began)

    async def consumed(self) -> float:
        """From the first batch that has taken effect to the last."""
        runner = ConsumerRunner(CONSUMERS[0], self.reporting_database)
        following = asyncio.create_task(runner.follow(open_bus(self.broker.url("reporting")), SOURCE))
        try:
            return await self._until_all_kept()
        finally:
            await _cancelled(following)

    async def consumed_barely(self) -> float:
        following = asyncio.create_task(self._follow_barely())
        try:
            return await self._until_all_kept()
        finally:
            await _cancelled(following)

    async def _until_all_kept(self) -> float:
        while not (first := await self.reporting.fetchval("SELECT count(*) FROM inbox")):
            await asyncio.sleep(LOOKED_EVERY)
        began = time.perf_counter()
        while (kept := await self.reporting.fetchval("SELECT count(*) FROM inbox")) < EVENTS:
            await asyncio.sleep(LOOKED_EVERY)
        assert kept == EVENTS == await self.reporting.fetchval("SELECT count(*) FROM task_now"), "not every event took its effect once"
        return float((EVENTS - first) / (time.perf_counter() - began))

    async def _follow_barely(self) -> None:
        line = await asyncpg.connect(self.bare_dsn)
        connection = await aio_pika.connect(self.broker.url("reporting"))
        async with connection:
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(queue_of("reporting", SOURCE))
            arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
            await queue.consume(arrived.put)
            while True:
                batch = [await arrived.get()]
                while len(batch) < BATCH and not arrived.empty():
                    batch.append(arrived.get_nowait())
                events = [json.loads(message.body) for message in batch]
                keys = (
                    "reporting",
                    [SOURCE] * len(events),
                    [event["epoch"] for event in events],
                    [UUID(event["subject"]) for event in events],
                    [event["version"] for event in events],
                )
                async with line.transaction():
                    claimed = {row["aggregate_id"] for row in await line.fetch(_CLAIM, *keys)}
                    for event in events:
                        if UUID(event["subject"]) in claimed:
                            await line.execute(_KEEP, *_row_of(event))
                    await line.execute(_SETTLE, *keys)
                await batch[-1].ack(multiple=True)

    async def empty(self) -> None:
        """No message waits, and nothing is known."""
        for table in _KEPT:
            await self.reporting.execute(f"TRUNCATE {table}")
        operator = (OPERATOR, self.broker.password(OPERATOR))
        async with httpx2.AsyncClient(base_url=self.broker.management_url, auth=operator, trust_env=False) as management:
            for consumer in ("reporting", "notify"):
                place = f"{quote(VIRTUAL_HOST, safe='')}/{queue_of(consumer, SOURCE)}"
                (await management.delete(f"/api/queues/{place}/contents")).raise_for_status()


def _row_of(event: Mapping[str, Any]) -> tuple[Any, ...]:
    state = event["data"]["state"]
    occurred_at = datetime.fromisoformat(event["data"]["occurred_at"])

    def day(name: str) -> date | None:
        return date.fromisoformat(state[name]) if state[name] else None

    return (
        SOURCE,
        UUID(state["id"]),
        event["version"],
        vietnam_date(occurred_at),
        state["is_group"],
        state["parent_id"] and UUID(state["parent_id"]),
        state["lead_agency_id"] and UUID(state["lead_agency_id"]),
        state["state"],
        day("assigned_on"),
        day("due"),
        day("submitted_on"),
        day("completed_on"),
        occurred_at,
        event["type"],
        state["code"],
        UUID(state["directive"]["id"]),
        state["directive"]["number"],
        state["content"],
        [UUID(one["agency_id"]) for one in state["assignments"] if one["role"] == "COORDINATING"],
    )


@asynccontextmanager
async def _stage(cluster: Cluster, broker: Broker) -> AsyncIterator[_Stage]:
    tasks = await asyncpg.connect(cluster.dsn("chidao_tasks", driver="postgresql"))
    reporting = await asyncpg.connect(cluster.dsn("chidao_reporting", driver="postgresql"))
    tasks_database = Database(cluster.dsn("chidao_tasks", "chidao_tasks_app"))
    reporting_database = Database(cluster.dsn("chidao_reporting", "chidao_reporting_app"))
    bare = cluster.dsn("chidao_reporting", "chidao_reporting_app", driver="postgresql")
    # Facts are never taken away; here they are, by somebody whom no trigger stops.
    await reporting.execute("SET session_replication_role = replica")
    try:
        yield _Stage(broker, tasks, reporting, tasks_database, reporting_database, bare)
    finally:
        await tasks.close()
        await reporting.close()
        await tasks_database.dispose()
        await reporting_database.dispose()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
