"""Hints to open pages: what got lost with a process or a line is made good by whoever begins to speak or to listen."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from sqlalchemy import text

from libs.common import live
from libs.common.db import Database
from libs.common.live import ChangedLists, Hints
from libs.common.supervise import running
from tests.conftest import ServiceDatabase

pytestmark = pytest.mark.asyncio

_CUT = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%-direct'"
)


@pytest_asyncio.fixture
async def tasks(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    opened = Database(database("tasks").app_url, application="chidao-tasks")
    yield opened
    await opened.dispose()


async def heard(following: AsyncIterator[set[str]], *, until: str) -> None:
    async with asyncio.timeout(20):
        async for lists in following:
            if until in lists:
                return


async def test_what_was_to_be_said_while_the_line_was_away_is_made_good(tasks: Database) -> None:
    hints, changed = Hints(tasks), ChangedLists(tasks)
    following = changed.follow()
    async with running(("hints", hints.run), ("changed-lists", changed.run)):
        await heard(following, until="*")
        hints.lists_changed("tasks")
        await heard(following, until="tasks")
        async with tasks.read() as connection:
            assert (await connection.execute(_CUT)).scalars().all() == [True, True]
        hints.lists_changed("tasks")
        await heard(following, until="*")


async def test_a_process_that_begins_says_that_everything_may_have_changed(tasks: Database) -> None:
    """The one before it may have been killed between its commit and its word."""
    changed = ChangedLists(tasks)
    following = changed.follow()
    async with running(("changed-lists", changed.run)):
        await heard(following, until="*")
        async with running(("hints", Hints(tasks).run)):
            await heard(following, until="*")


async def test_a_line_that_is_silent_is_asked_and_speaks_all_the_same(tasks: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.2)
    changed = ChangedLists(tasks)
    following = changed.follow()
    async with running(("changed-lists", changed.run)):
        await heard(following, until="*")
        async with asyncio.timeout(20):
            assert await anext(following) == set()
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT 1'"
        async with tasks.read() as connection, asyncio.timeout(20):
            while (await connection.execute(text(asked))).scalar_one() != 1:
                await asyncio.sleep(0.05)
