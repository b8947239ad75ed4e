"""What is written with an event belongs to it and to nothing else: its audit, the key of the command that caused it."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.db import Database
from libs.common.messaging.event_log import Cause, Recorded, append
from tests.conftest import NewDatabase
from tests.messaging.toy import NOON, CounterChange, CounterMoved, CounterState, make_publisher, rows

CLERK = Actor.of_person(uuid4(), uuid4(), uuid4(), "AGENCY_CLERK")
SOMEBODY_ELSE = Actor.of_person(uuid4(), uuid4(), uuid4(), "AGENCY_CLERK")
ONE, ANOTHER = uuid4(), uuid4()


@pytest.fixture
async def publisher(new_database: NewDatabase) -> Database:
    database = await new_database("toy_publisher")
    await make_publisher(database)
    return database


async def happen(connection: AsyncConnection, aggregate: UUID, *versions: int, actor: Actor = CLERK, key: str | None = None) -> None:
    moved = [
        Recorded("counter", aggregate, version, CounterMoved(occurred_at=NOON, state=CounterState(value=version), change=CounterChange()))
        for version in versions
    ]
    await append(connection, moved, actor=actor, cause=Cause("request", command_key=key))


async def new_epoch(connection: AsyncConnection) -> None:
    await connection.execute(
        text("INSERT INTO stream_meta (source, epoch, system_id, reason) SELECT source, 2, system_id, 'restored' FROM stream_meta")
    )


async def test_what_happens_belongs_to_the_newest_epoch(publisher: Database) -> None:
    async with publisher.begin() as connection:
        await new_epoch(connection)
        await happen(connection, ONE, 1)
    assert await rows(publisher, "SELECT e.epoch, a.epoch FROM event_log e JOIN audit_entry a USING (event_id)") == [(2, 2)]


async def test_the_key_of_a_command_remembers_what_came_of_it(publisher: Database) -> None:
    keys = [(CLERK.name, "key", None), (CLERK.name, "another", None), (SOMEBODY_ELSE.name, "key", None), (CLERK.name, "bound", ANOTHER)]
    async with publisher.begin() as connection:
        for principal, key, bound in keys:
            await connection.execute(
                text(
                    "INSERT INTO command_key (principal, key, method_path, body_sha256, status, aggregate_id, version) "
                    "VALUES (:principal, :key, 'POST /', '', 200, :bound, CASE WHEN CAST(:bound AS uuid) IS NOT NULL THEN 9 END)"
                ),
                {"principal": principal, "key": key, "bound": bound},
            )
        await happen(connection, ONE, 1, key="key")
        await happen(connection, ONE, 2, key="key")
        await happen(connection, ONE, 3, key="bound")
        await happen(connection, ONE, 4)
    kept = await rows(publisher, "SELECT principal, key, aggregate_id, version FROM command_key")
    found = {(principal, key): tuple(of) for principal, key, *of in kept}
    assert found == {
        (CLERK.name, "key"): (ONE, 2),
        (CLERK.name, "another"): (None, None),
        (SOMEBODY_ELSE.name, "key"): (None, None),
        (CLERK.name, "bound"): (ANOTHER, 9),
    }
