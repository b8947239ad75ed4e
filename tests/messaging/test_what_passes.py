"""Only what will pass is waited for: what fails for good or is always too slow becomes a dead event, a full disk buries nothing."""

import asyncio
import errno
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from libs.common.messaging import consumer
from libs.common.messaging.consumer import Consumer, ConsumerRunner
from libs.common.messaging.envelope import Envelope
from tests.messaging.toy import CONSUMER, SOURCE, CounterMoved, feed_of, make_consumer, make_publisher, record, rows

pytestmark = pytest.mark.asyncio


class Handling:
    """`trouble` happens to the events of one aggregate; `tried` counts how often."""

    def __init__(self, guilty: UUID, trouble: object) -> None:
        self.guilty = guilty
        self.trouble = trouble
        self.tried = 0

    def consumer(self) -> Consumer:
        async def on_counter_moved(event: CounterMoved, envelope: Envelope, connection: AsyncConnection) -> None:
            if envelope.subject == self.guilty:
                self.tried += 1
                if isinstance(self.trouble, Exception):
                    raise self.trouble
                if self.trouble is not None:
                    for statement in str(self.trouble).split(";"):
                        await connection.execute(text(statement))
            place = {"id": envelope.subject, "version": envelope.version, "value": event.state.value}
            await connection.execute(text("INSERT INTO fact VALUES (:id, :version, :value)"), place)

        return Consumer(CONSUMER, (SOURCE,), {CounterMoved: on_counter_moved})


async def three_events(new_database) -> tuple[Database, list[Envelope]]:  # type: ignore[no-untyped-def]
    publisher, consuming = await new_database("toy_publisher"), await new_database("toy_consumer")
    await make_publisher(publisher)
    await make_consumer(consuming)
    for _ in range(3):
        async with publisher.begin() as connection:
            await record(connection, uuid4(), 1)
    return consuming, (await feed_of(publisher)).envelopes


# The last is what the database itself says when a statement takes longer than it may.
FOR_GOOD = {
    "missing file": (FileNotFoundError(errno.ENOENT, "no such file"), "FileNotFoundError"),
    "own deadline": (TimeoutError("too slow"), "TimeoutError"),
    "statement timeout": ("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(5)", "canceling statement due to statement timeout"),
}


@pytest.mark.parametrize(("trouble", "words"), FOR_GOOD.values(), ids=FOR_GOOD.keys())
async def test_what_does_not_pass_becomes_a_dead_event_and_the_others_go_on(new_database, trouble: object, words: str) -> None:  # type: ignore[no-untyped-def]
    consuming, envelopes = await three_events(new_database)
    handling = Handling(envelopes[0].subject, trouble)
    await ConsumerRunner(handling.consumer(), consuming).apply(envelopes)
    ((guilty, state, error),) = await rows(consuming, "SELECT aggregate_id, state, error FROM dead_event")
    assert (guilty, state) == (handling.guilty, "open")
    assert words in str(error)
    assert await rows(consuming, "SELECT count(*) FROM fact") == [(2,)]
    assert handling.tried == 1 + consumer.TRIES


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "no space left"), ConnectionResetError("gone")], ids=["disk full", "line lost"])
async def test_what_passes_buries_nothing(new_database, trouble: Exception) -> None:  # type: ignore[no-untyped-def]
    consuming, envelopes = await three_events(new_database)
    handling = Handling(envelopes[0].subject, trouble)
    runner = ConsumerRunner(handling.consumer(), consuming)
    with pytest.raises(OSError, match=str(trouble.args[-1])):
        await runner.apply(envelopes)
    assert await rows(consuming, "SELECT * FROM dead_event") == []
    handling.trouble = None
    await runner.apply(envelopes)
    assert await rows(consuming, "SELECT count(*) FROM fact") == [(3,)]


async def test_time_runs_out_while_the_database_does_not_answer(new_database, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Then the database was the slow one, and nothing is buried for it."""
    consuming, envelopes = await three_events(new_database)
    handling = Handling(envelopes[0].subject, TimeoutError("too slow"))
    runner = ConsumerRunner(handling.consumer(), consuming)
    away = DBAPIError("SELECT 1", {}, Exception("away"), connection_invalidated=True)

    async def silent() -> None:
        await asyncio.sleep(0)
        raise away

    monkeypatch.setattr(runner, "_database_answers", silent)
    with pytest.raises(DBAPIError):
        await runner.apply(envelopes)
    assert handling.tried == 1
    assert await rows(consuming, "SELECT * FROM dead_event") == []
