"""Rows into the true tables, by COPY. Only into databases that nobody uses meanwhile."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

import asyncpg

from libs.common.db import Database
from seed.rows.batch import Batch
from seed.rows.messages import followers
from services.reporting.projections.sheets import count_sheets

SERVICES = ("directives", "tasks", "notify", "reporting")
"""Whose databases are filled."""
Addresses = Mapping[str, str]
"""Service → where the superuser reaches its database, for asyncpg."""

# References need no second look: both sides come out of one played life, and the tests compare them with what the services write.
_TRUSTED = {"session_replication_role": "replica", "synchronous_commit": "off", "maintenance_work_mem": "512MB", "jit": "off"}

_MOVE = """
INSERT INTO feed_position (consumer, source, epoch, tx_id, seq) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (consumer, source) DO UPDATE SET epoch = excluded.epoch, tx_id = excluded.tx_id, seq = excluded.seq
"""
# The end of a word, and that nothing is told of its places.
NO_PLACES = b"\0" + struct.pack("!H", 0)
_END_OF_FEED = "SELECT epoch, tx_id::text::numeric AS tx_id, seq FROM event_log ORDER BY epoch DESC, tx_id DESC, seq DESC LIMIT 1"


def _search_vector(words: Sequence[str]) -> bytes:
    """Words without places, as `array_to_tsvector` makes them, in the bytes that COPY sends."""
    return struct.pack("!I", len(words)) + b"".join(word.encode() + NO_PLACES for word in words)


@asynccontextmanager
async def opened(addresses: Addresses) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """A session of the superuser in each database."""
    connections: dict[str, asyncpg.Connection] = {}
    try:
        for service, address in addresses.items():
            connections[service] = await asyncpg.connect(address, server_settings=_TRUSTED)
            await connections[service].set_type_codec(
                "tsvector", schema="pg_catalog", format="binary", encoder=_search_vector, decoder=bytes
            )
        yield connections
    finally:
        for connection in connections.values():
            await connection.close()


async def load(connections: Mapping[str, asyncpg.Connection], batch: Batch) -> None:
    """All rows of a batch: one transaction in each database, and all of them committed when every one has its rows."""
    transactions = [connections[service].transaction() for service in SERVICES]
    for transaction in transactions:
        await transaction.start()
    try:
        await asyncio.gather(*(_copy(connections[service], service, batch) for service in SERVICES))
    except BaseException:
        for transaction in transactions:
            await transaction.rollback()
        raise
    for transaction in transactions:
        await transaction.commit()


async def _copy(connection: asyncpg.Connection, service: str, batch: Batch) -> None:
    for table, sheet in batch.of(service).items():
        await connection.copy_records_to_table(table, records=sheet.rows, columns=sheet.columns)


async def settle(connections: Mapping[str, asyncpg.Connection]) -> None:
    """As after a quiet night: every consumer has read every feed to its end, and numbers go on behind what is there."""
    await connections["tasks"].execute("SELECT setval('task_number', max(number)) FROM task HAVING max(number) IS NOT NULL")
    for source in ("directives", "tasks"):
        end = await connections[source].fetchrow(_END_OF_FEED)
        if end is not None:
            for service, consumer in followers(source):
                await connections[service].execute(_MOVE, consumer.name, source, end["epoch"], end["tx_id"], end["seq"])


async def close_months(addresses: Addresses, today: date) -> None:
    """The sheets of the months that are over on `today`, as the reporting service counts them."""
    database = Database(addresses["reporting"].replace("postgresql:", "postgresql+asyncpg:", 1))
    try:
        await count_sheets(database, today)
    finally:
        await database.dispose()


async def look_over(connections: Mapping[str, asyncpg.Connection], services: Sequence[str] = SERVICES) -> None:
    """What PostgreSQL knows of its tables is made anew, and which pages everybody may see."""
    for service in services:
        await connections[service].execute("VACUUM (ANALYZE)")
