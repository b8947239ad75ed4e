"""What every suite stands on: a real PostgreSQL of its own for each worker, and databases that are gone after the test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from embedded import postgres
from libs.common.db import Database
from libs.common.migrate import migrate

NewDatabase = Callable[[str], Awaitable[Database]]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    folder: Path = tmp_path_factory.mktemp("postgres")
    running = postgres.start(folder)
    yield running
    postgres.stop(folder, immediately=True)


async def _execute(cluster: postgres.Cluster, *statements: str) -> None:
    admin = await asyncpg.connect(cluster.admin_url())
    try:
        for statement in statements:
            await admin.execute(statement)
    finally:
        await admin.close()


@pytest.fixture
async def new_database(cluster: postgres.Cluster) -> AsyncIterator[NewDatabase]:
    """Makes empty databases whose name begins as asked."""
    made: list[tuple[str, Database]] = []

    async def make(prefix: str) -> Database:
        name = f"{prefix}_{uuid4().hex[:12]}"
        await _execute(cluster, f"CREATE DATABASE {name}")
        made.append((name, Database(cluster.url(name, postgres.ADMIN))))
        return made[-1][1]

    yield make
    for name, database in made:
        await database.dispose()
        await _execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")


_MIGRATED: set[str] = set()


@pytest.fixture
async def service_database(cluster: postgres.Cluster) -> AsyncIterator[NewDatabase]:
    """Makes a migrated database for a service (`tasks` …), opened as the role that runs it. Migrated once, then copied."""
    made: list[tuple[str, Database]] = []

    async def make(service: str) -> Database:
        if not _MIGRATED:
            await postgres.prepare_databases(cluster)
        if service not in _MIGRATED:
            package = "portal" if service == "portal" else f"services.{service}"
            await migrate(package, cluster.owner_url(service))
            _MIGRATED.add(service)
        name = f"{service}_{uuid4().hex[:12]}"
        await _execute(cluster, f"CREATE DATABASE {name} TEMPLATE chidao_{service} OWNER chidao_{service}_owner")
        made.append((name, Database(cluster.url(name, f"chidao_{service}_app"))))
        return made[-1][1]

    yield make
    for name, database in made:
        await database.dispose()
        await _execute(cluster, f"DROP DATABASE {name} WITH (FORCE)")
