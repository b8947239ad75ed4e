"""Rows that have had their time go, and no others; what must never go is still there."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from libs.common.db import Database
from libs.common.housekeeping import BATCH, COMMAND_KEYS, DECIDED_DEAD_EVENTS, Housekeeping
from services.notify.notices.retention import MARKS_OF_READING
from tests.conftest import ServiceDatabase


@pytest.fixture
async def tasks(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    """As the role that runs the service."""
    opened = Database(database("tasks").app_url, application="chidao-tasks")
    yield opened
    await opened.dispose()


@pytest.fixture
async def notify(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    opened = Database(database("notify").app_url, application="chidao-notify")
    yield opened
    await opened.dispose()


async def execute(database: Database, *statements: str) -> None:
    async with database.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def texts(database: Database, statement: str) -> list[str]:
    async with database.read() as connection:
        return [str(one) for one in (await connection.execute(text(statement))).scalars()]


async def test_an_idempotency_key_is_remembered_for_thirty_days(tasks: Database) -> None:
    many = 2 * BATCH + 500
    await execute(
        tasks,
        f"""
        INSERT INTO command_key (principal, key, method_path, body_sha256, status, created_at)
        SELECT 'person ' || number % 7, 'old ' || number, 'POST /x', '', 200, now() - interval '30 days 1 minute'
        FROM generate_series(1, {many}) AS number
        """,
        """
        INSERT INTO command_key (principal, key, method_path, body_sha256, status, created_at)
        SELECT 'person ' || number % 7, 'young ' || number, 'POST /x', '', 200, now() - interval '29 days 23 hours'
        FROM generate_series(1, 10) AS number
        """,
    )
    housekeeping = Housekeeping(tasks, COMMAND_KEYS)
    assert await housekeeping.once() == {"command_key": many}
    assert sorted(await texts(tasks, "SELECT DISTINCT left(key, 5) FROM command_key")) == ["young"]
    assert len(await texts(tasks, "SELECT key FROM command_key")) == 10
    assert await housekeeping.once() == {"command_key": 0}


async def test_no_transaction_of_it_is_as_large_as_the_table(tasks: Database) -> None:
    """Each batch commits by itself: what one of them removed is gone although the next one fails."""
    await execute(
        tasks,
        f"""
        INSERT INTO command_key (principal, key, method_path, body_sha256, status, created_at)
        SELECT 'person', 'key ' || to_char(number, 'FM000000'), 'POST /x', '', 200, now() - interval '1 year'
        FROM generate_series(1, {2 * BATCH}) AS number
        """,
    )
    async with tasks.undecided() as somebody:
        await somebody.execute(text(f"SELECT 1 FROM command_key WHERE key = 'key {BATCH + 1:06}' FOR UPDATE"))
        with pytest.raises(Exception, match="lock timeout"):
            await Housekeeping(tasks, COMMAND_KEYS).once()
        assert len(await texts(tasks, "SELECT key FROM command_key")) == BATCH


async def test_a_decision_about_a_dead_event_is_known_for_a_year_and_an_open_one_for_ever(tasks: Database) -> None:
    await execute(
        tasks,
        """
        INSERT INTO dead_event (consumer, source, epoch, aggregate_id, version, event, error, state, died_at, decided_at)
        SELECT 'tasks', kind, 1, gen_random_uuid(), 1, '{}', 'Error', state, now() - interval '3 years', now() - since
        FROM (VALUES ('open', 'open', NULL), ('waived long ago', 'waived', interval '366 days'),
                     ('redriven long ago', 'redriven', interval '2 years'), ('waived lately', 'waived', interval '364 days'))
          AS had (kind, state, since)
        """,
    )
    assert await Housekeeping(tasks, DECIDED_DEAD_EVENTS).once() == {"dead_event": 2}
    assert sorted(await texts(tasks, "SELECT source FROM dead_event")) == ["open", "waived lately"]


async def test_marks_of_reading_go_when_their_notice_is_no_longer_shown(notify: Database) -> None:
    await execute(
        notify,
        """
        INSERT INTO notice (id, source, aggregate_id, version, agency_id, roles, kind, task_id, task_code, directive_label, content, detail,
                            created_at, recorded_at)
        SELECT gen_random_uuid(), 'tasks', gen_random_uuid(), 1, NULL, '{}', 'released', gen_random_uuid(), label, '', '', '{}',
               now() - created, now() - recorded
        FROM (VALUES ('old', interval '400 days', interval '400 days'), ('shown', interval '365 days', interval '365 days'),
                     ('told late', interval '400 days', interval '2 days')) AS told (label, created, recorded)
        """,
        "INSERT INTO notice_read (person_id, notice_id) SELECT gen_random_uuid(), id FROM notice, generate_series(1, 3)",
    )
    assert await Housekeeping(notify, MARKS_OF_READING).once() == {"notice_read": 3}
    marked = await texts(notify, "SELECT DISTINCT task_code FROM notice JOIN notice_read ON notice_id = id")
    assert sorted(marked) == ["shown", "told late"]
    assert len(await texts(notify, "SELECT id FROM notice")) == 3, "notices are only ever added to"
