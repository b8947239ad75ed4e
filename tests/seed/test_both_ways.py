"""A short story through the API and in bulk leaves the same rows in all databases; whatever the bulk way forgets is found."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

import seed.filling
import seed.playing
import seed.rows.batch
from embedded.data_folder import hold
from embedded.postgres import Cluster, start_cluster
from libs.common.actor import Actor
from libs.common.clock import vietnam_date
from libs.common.db import Database
from libs.common.migrate import migrate
from seed.filling import batch_of, fill_with
from seed.loading import SERVICES
from services.reporting.projections.sheets import count_sheets
from system.databases import SCHEMAS, owner_of
from tests.seed.rows import OF_THE_SCHEMA, Rows, addresses_in, all_rows, differences, everybody_has_followed
from tests.seed.story import CAST, END, STORY, on
from tests.seed.through_the_api import Living, live, living

SEED = 7
Result = TypeVar("Result")
Bulk = Callable[[], Rows]
Plant = Callable[[pytest.MonkeyPatch], None]

# What no story fills that went well and ended in its month, or what belongs to a role that the service does not have.
STAYS_EMPTY = {
    *(f"{service}.{table}" for service in SERVICES for table in ("dead_event", "held_notice")),
    *(f"{service}.sequence_position" for service in SERVICES if service != "notify"),
    *(f"{service}.outbox" for service in ("directives", "tasks")),
    "tasks.overdue_put_aside",
    # The story decides without a hold.
    *(f"{service}.{table}" for service in ("directives", "tasks") for table in ("held_act", "held_act_audit")),
    # Nobody was reorganised.
    *(f"{service}.succession" for service in ("tasks", "notify")),
    "reporting.awaited_instruction",
    "notify.read_through",
    "directives.inbox",
    "directives.feed_position",
}


def in_a_thread(work: Callable[[], Awaitable[Result]]) -> Result:
    """A test's event loop may be running in this one."""

    async def wait() -> Result:
        return await work()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(wait())).result()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Every row at the end of the story, when people have lived it."""
    path = tmp_path_factory.mktemp("lived")

    async def work() -> Rows:
        async with living(path, on(-1, 12)) as system:
            await live(system, STORY, until=END)
            await read_notices(system)
            await close_days(system.cluster)
            return await all_rows(addresses_in(system.cluster))

    return in_a_thread(work)


async def close_days(cluster: Cluster) -> None:
    """The job does so within seconds; whoever compares does not wait for it."""
    database = Database(cluster.dsn("chidao_reporting"))
    await count_sheets(database, vietnam_date(END))
    await database.dispose()


async def read_notices(system: Living) -> None:
    """By those who read them in the bulk story: which notices these are, the same chance says."""
    sheets = batch_of(STORY, CAST, until=END, seed=SEED).sheets
    notices = [dict(zip(sheets["notify", "notice"].columns, row, strict=True)) for row in sheets["notify", "notice"].rows]
    by_id = {row["id"]: row for row in notices}
    connection = await asyncpg.connect(addresses_in(system.cluster)["notify"])
    for person, notice, *_ in sheets["notify", "notice_read"].rows:
        told = by_id[notice]
        here = await connection.fetchval(
            "SELECT id FROM notice WHERE task_code = $1 AND version = $2 AND agency_id IS NOT DISTINCT FROM $3 AND kind = $4",
            *(told[column] for column in ("task_code", "version", "agency_id", "kind")),
        )
        await system.change(READERS[person], f"/api/notify/notices/{here}/read")
    await connection.close()


READERS: Mapping[Any, Actor] = {
    actor.person_id: actor for actor in (*CAST.trackers, *CAST.office_leads, *(CAST.staff(one).clerk for one in CAST.leading))
}


@pytest.fixture(scope="module")
def bulk(cluster: Cluster, migrated: Callable[[str], str]) -> Iterator[Bulk]:
    """Every row of the same story when it is written in bulk; each time into databases that were emptied before."""
    made = {service: cluster.dsn(migrated(service), driver="postgresql") for service in SERVICES}

    async def work() -> Rows:
        await empty(made)
        await fill_with(STORY, CAST, made, until=END, seed=SEED)
        return await all_rows(made)

    yield lambda: in_a_thread(work)
    in_a_thread(lambda: empty(made))


async def empty(addresses: Mapping[str, str]) -> None:
    for address in addresses.values():
        connection = await asyncpg.connect(address, server_settings={"session_replication_role": "replica"})
        tables = [row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        await connection.execute(f"TRUNCATE {', '.join(set(tables) - OF_THE_SCHEMA)} RESTART IDENTITY")
        await connection.close()


def test_both_ways_leave_the_same_rows(bulk: Bulk, lived: Rows) -> None:
    found = differences(lived, bulk())
    assert found == [], "\n".join(found)


def test_the_story_leaves_no_table_empty(lived: Rows) -> None:
    assert {table for table, rows in lived.items() if not rows} == STAYS_EMPTY


def without(service: str, table: str) -> Plant:
    def plant(patched: pytest.MonkeyPatch) -> None:
        add = seed.rows.batch.Batch.add

        def forgetful(batch: seed.rows.batch.Batch, owner: str, name: str, row: Mapping[str, Any]) -> None:
            if (owner, name) != (service, table):
                add(batch, owner, name, row)

        patched.setattr(seed.rows.batch.Batch, "add", forgetful)

    return plant


def nothing_overdue(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(seed.playing._Stage, "_tell_overdue", lambda *_: None)


def told_a_day_late(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(seed.playing, "TOLD_AFTER_MIDNIGHT", timedelta(days=1))


def nobody_has_read_a_feed(patched: pytest.MonkeyPatch) -> None:
    async def stay(*_: object, **__: object) -> None:
        """Where everybody began."""

    patched.setattr(seed.filling, "settle", stay)


@pytest.mark.parametrize(
    "plant",
    [nothing_overdue, told_a_day_late, nobody_has_read_a_feed, without("reporting", "inbox"), without("tasks", "audit_entry")],
)
def test_what_the_bulk_way_forgets_is_found(bulk: Bulk, lived: Rows, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    assert differences(lived, bulk())


def test_a_start_upon_it_finds_nothing_to_do(tmp_path: Path) -> None:
    """Nothing is applied again, told again or missing."""

    async def work() -> list[str]:
        with hold(tmp_path) as folder:
            cluster = await asyncio.to_thread(start_cluster, folder.postgres)
            try:
                for database, package in SCHEMAS.items():
                    await migrate(package, cluster.dsn(database, owner_of(database)))
                await fill_with(STORY, CAST, addresses_in(cluster), until=END, seed=SEED)
                before = await all_rows(addresses_in(cluster))
            finally:
                await asyncio.to_thread(cluster.stop)
        async with living(tmp_path, END) as system:
            await system.turn(END)
            await everybody_has_followed(system.cluster)
            after = await all_rows(addresses_in(system.cluster))
        return differences(before, after)

    assert in_a_thread(work) == []
