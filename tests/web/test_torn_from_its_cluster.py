"""A database that was restored without its cluster: new events would come before old ones in every feed, so nobody starts over it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from libs.common.db import Database
from libs.common.service import CounterTooLow
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import running_service

# Of the present epoch, or of one that a restore has ended: what is read before the present one was written by another counter.
LOGGED = """
INSERT INTO event_log (epoch, event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id, occurred_at, tx_id)
SELECT :epoch, gen_random_uuid(), 'test', gen_random_uuid(), 1, 'test', '{}', 'test', 'test', now(),
  CAST(CAST(CAST(CAST(pg_current_xact_id() AS text) AS bigint) + :ahead AS text) AS xid8)
"""
BEGUN = "INSERT INTO stream_meta (source, epoch, system_id, reason) VALUES ('tasks', :epoch, 'test', 'test')"
# So far ahead that nothing which runs meanwhile catches up.
FAR = 1_000_000


async def write(found: ServiceDatabase, statement: str, **values: int) -> None:
    admin = Database(found.admin_url)
    async with admin.begin() as connection:
        await connection.execute(text(statement), values)
    await admin.dispose()


async def test_nobody_starts_over_events_above_the_counter(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path
) -> None:
    torn = database("tasks")
    await write(torn, BEGUN, epoch=7)
    await write(torn, LOGGED, epoch=7, ahead=FAR)
    with pytest.raises(CounterTooLow, match="restore the whole cluster"):
        async with running_service("tasks", torn, issuer, tmp_path):
            pass


async def test_events_below_the_counter_and_those_of_an_ended_epoch_stop_nobody(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path
) -> None:
    whole = database("tasks")
    for epoch, ahead in ((7, FAR), (8, 0)):
        await write(whole, BEGUN, epoch=epoch)
        await write(whole, LOGGED, epoch=epoch, ahead=ahead)
    async with running_service("tasks", whole, issuer, tmp_path) as tasks:
        assert (await tasks.http.get("/health/live")).status_code == 200
