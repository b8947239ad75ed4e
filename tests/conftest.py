"""A real PostgreSQL for every test that asks: one cluster for each worker, one fresh database for each call."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from embedded.demo import HOLD_SECONDS
from embedded.postgres import SETTINGS, Address, run_sql, running_in, start_cluster
from libs.common import telemetry
from libs.common.db import Database
from libs.common.migrate import migrate
from libs.common.telemetry import configure_traces
from tests.issuer import Issuer, running_issuer

# What is decided in the systems that tests start takes effect at once.
os.environ.setdefault(HOLD_SECONDS, "0")

# Every test makes anew what these databases hold. What the disk keeps is tried over systems of their own (tests/flow, tests/embedded).
OF_ONE_TEST = SETTINGS | {"fsync": "off", "full_page_writes": "off"}

# The folder in which somebody else runs a PostgreSQL for one run of tests after the other (tests/mutants).
LENT_CLUSTER = "CHIDAO_LENT_CLUSTER"

NewDatabase = Callable[[str], Awaitable[Database]]
Spans = Callable[[], Sequence[ReadableSpan]]


@dataclass(frozen=True)
class ServiceDatabase:
    """A database of one service at the newest schema: `app_url` runs it, `owner_url` may change the schema, `admin_url` may do all."""

    name: str
    app_url: str
    owner_url: str
    admin_url: str


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A PostgreSQL with the six databases and their roles, as the embedded run has it. Its six databases serve as templates."""
    if lent := os.environ.get(LENT_CLUSTER):
        found = running_in(Path(lent))
        assert found is not None, f"no PostgreSQL runs in {lent}"
        yield found
        return
    running = start_cluster(tmp_path_factory.mktemp("cluster"), settings=OF_ONE_TEST)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def migrated(cluster: Address) -> Callable[[str], str]:
    """`migrated("tasks")` migrates that service's database once and tells its name: a template for `database`."""
    done: set[str] = set()

    def template_of(service: str) -> str:
        template = f"chidao_{service}"
        if service not in done:
            package = service if service == "portal" else f"services.{service}"
            # In a thread of its own: a test's event loop may be running in this one.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, migrate(package, cluster.dsn(template, f"{template}_owner"))).result()
            done.add(service)
        return template

    return template_of


@pytest.fixture
def database(cluster: Address, migrated: Callable[[str], str]) -> Iterator[Callable[[str], ServiceDatabase]]:
    """`database("tasks")` gives a fresh, migrated database of that service, dropped when the test ends."""
    with databases(cluster, migrated) as make:
        yield make


@pytest.fixture(scope="module")
def lasting_database(cluster: Address, migrated: Callable[[str], str]) -> Iterator[Callable[[str], ServiceDatabase]]:
    """The same for all tests of a module."""
    with databases(cluster, migrated) as make:
        yield make


@contextmanager
def databases(cluster: Address, migrated: Callable[[str], str]) -> Iterator[Callable[[str], ServiceDatabase]]:
    made: list[str] = []

    def make(service: str) -> ServiceDatabase:
        template = migrated(service)
        name = f"{template}_{uuid4().hex[:12]}"
        run_sql(
            cluster,
            "postgres",
            f"CREATE DATABASE {name} TEMPLATE {template} OWNER {template}_owner STRATEGY FILE_COPY;"
            f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {template}_app;",
        )
        made.append(name)
        return ServiceDatabase(name, cluster.dsn(name, f"{template}_app"), cluster.dsn(name, f"{template}_owner"), cluster.dsn(name))

    yield make
    for name in made:
        run_sql(cluster, "postgres", f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture
async def service_database(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[NewDatabase]:
    """`await service_database("tasks")` gives a fresh, migrated database of that service, opened as the role that runs it."""
    opened: list[Database] = []

    async def make(service: str) -> Database:
        opened.append(Database(database(service).app_url))
        return opened[-1]

    yield make
    for one in opened:
        await one.dispose()


@pytest.fixture
async def new_database(cluster: Address) -> AsyncIterator[NewDatabase]:
    """`await new_database("toy")` gives an empty database without a schema, opened by its superuser."""
    made: dict[str, Database] = {}

    async def make(prefix: str) -> Database:
        name = f"{prefix}_{uuid4().hex[:12]}"
        await asyncio.to_thread(run_sql, cluster, "postgres", f"CREATE DATABASE {name};")
        made[name] = Database(cluster.dsn(name))
        return made[name]

    yield make
    for name, opened in made.items():
        await opened.dispose()
        await asyncio.to_thread(run_sql, cluster, "postgres", f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    """`spans()` gives the spans that have ended since the test began; the process's own provider of traces stays as it is."""
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(telemetry.trace, "set_tracer_provider", lambda _: None)
    provider = configure_traces(exporter, service="test")
    monkeypatch.setattr(telemetry, "tracer", provider.get_tracer("chidao"))

    def ended() -> Sequence[ReadableSpan]:
        provider.force_flush()
        return exporter.get_finished_spans()

    yield ended
    provider.shutdown()
