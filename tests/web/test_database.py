"""What the pool of a service makes of a database that was restarted under it."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from libs.common.db import Database
from tests.conftest import ServiceDatabase

pytestmark = pytest.mark.asyncio

_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'chidao-tasks'"
)


async def answers(of: Database) -> int:
    async with of.read() as connection:
        # Long enough that those who ask at once need a connection each.
        return int((await connection.execute(text("SELECT 1 FROM pg_sleep(0.1)"))).scalar_one())


async def test_lines_that_the_server_has_cut_are_nobody_s_error(database: Callable[[str], ServiceDatabase]) -> None:
    url = database("tasks").app_url
    tasks, looking = Database(url, application="chidao-tasks"), Database(url, application="looking")
    try:
        assert await asyncio.gather(*(answers(tasks) for _ in range(3))) == [1, 1, 1]
        async with looking.read() as connection:
            assert (await connection.execute(_OTHERS)).scalars().all() == [True, True, True]
        await asyncio.sleep(0.1)
        assert await asyncio.gather(*(answers(tasks) for _ in range(3))) == [1, 1, 1]
        async with tasks.begin() as changing:
            assert (await changing.execute(text("SELECT 1"))).scalar_one() == 1
    finally:
        await tasks.dispose()
        await looking.dispose()
