"""`chidao`: backup while it runs and a restore that is tried, dead events decided, migrations."""

import asyncio
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from chidao.dead import databases_of
from chidao.reach import postgres_of
from embedded.data_folder import hold
from embedded.postgres import Address, running_in, start_cluster
from libs.common.db import Database
from libs.common.messaging import dead_events
from libs.common.messaging.envelope import Envelope
from libs.contracts.directory import AgencyChange, AgencyChanged, AgencyState
from system.databases import DATABASES
from tests.embedded.runs import ROOT, running
from tests.embedded.visitor import Visitor
from tests.signed_in import directory_event


def chidao(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from chidao.main import app; app()", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "250", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def ask(address: Address, database: str, statement: str, *arguments: object) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(address.dsn(database, driver="postgresql"))
    try:
        return [tuple(row) for row in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


async def contents(address: Address) -> dict[str, object]:
    """Every row of every table of the six databases, in few words."""
    found: dict[str, object] = {}
    for database in DATABASES:
        for (table,) in await ask(address, database, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"):
            # Where a sweep heard from is told anew every few seconds.
            columns = "consumer, source, epoch, tx_id::text, seq" if table == "feed_position" else "*"
            statement = (
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM (SELECT {columns} FROM {table}) t"
            )
            found[f"{database}.{table}"] = await ask(address, database, statement)
    return found


def present(data: Path) -> Address:
    address = running_in(data)
    assert address is not None
    return address


def test_a_backup_of_the_running_system_is_restored_whole(tmp_path: Path) -> None:
    data, saved, elsewhere = tmp_path / "data", tmp_path / "saved", tmp_path / "elsewhere"
    with running(data) as run:
        stored = data / "files" / "tasks" / "ab" / ("ab" * 32)
        stored.parent.mkdir(parents=True)
        stored.write_bytes(b"%PDF-1.7 a result")
        with Visitor(run.url) as visitor:
            visitor.sign_in("chanh van phong ubnd tinh")
        before = asyncio.run(contents(present(data)))
        done = chidao("backup", str(saved), "--data", str(data))
        assert done.returncode == 0, done.stderr
        assert asyncio.run(contents(present(data))) == before, "the system was not quiet; compare nothing then"
    assert before["chidao_directory.event_log"] != [(0, "")]
    assert saved.stat().st_mode & 0o077 == 0

    done = chidao("restore", str(saved), "--data", str(elsewhere))
    assert done.returncode == 0, done.stderr
    cluster = start_cluster(elsewhere)
    try:
        assert asyncio.run(contents(cluster)) == before
    finally:
        cluster.stop()
    assert (elsewhere / stored.relative_to(data)).read_bytes() == b"%PDF-1.7 a result"
    with running(elsewhere) as run:
        assert httpx2.get(f"{run.url}/api/directory/health/ready").status_code == 200
        with Visitor(run.url) as visitor:
            assert visitor.sign_in("chanh van phong ubnd tinh").status_code == 200


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all schemas and nothing in them, where nothing runs."""
    data = tmp_path_factory.mktemp("quiet") / "data"
    with hold(data) as folder:
        start_cluster(folder.path).stop()
    done = chidao("migrate", "--data", str(data))
    assert done.returncode == 0, done.stderr
    return data


def test_migrate_brings_all_six_databases_to_the_newest_schema(quiet: Path) -> None:
    with postgres_of(quiet) as address:
        for database in DATABASES:
            assert asyncio.run(ask(address, database, "SELECT count(*) FROM alembic_version")) == [(1,)]


def test_migrate_takes_one_database_of_a_split_system(quiet: Path) -> None:
    with postgres_of(quiet) as address:
        url = address.dsn("chidao_tasks", "chidao_tasks_owner")
        assert chidao("migrate", "tasks", CHIDAO_OWNER_DATABASE_URL=url).returncode == 0
        assert chidao("migrate", CHIDAO_OWNER_DATABASE_URL=url).returncode == 1
        assert chidao("migrate", "nobody", CHIDAO_OWNER_DATABASE_URL=url).returncode == 1


def put(file: Path, content: bytes | None) -> None:
    """None takes it away."""
    file.unlink(missing_ok=True)
    if content is not None:
        file.write_bytes(content)


async def keep_row_of_file(address: Address, sha256: str) -> None:
    """A report's file as the tasks service would have noted it, as far as the backup asks."""
    connection = await asyncpg.connect(address.dsn("chidao_tasks", driver="postgresql"))
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "INSERT INTO file (id, task_id, agency_id, sha256, name, media_type, size, uploaded_by, uploaded_at) "
            "VALUES ($1, $1, $1, $2, 'bao-cao.pdf', 'application/pdf', 1, $1, now())",
            uuid4(),
            sha256,
        )
    finally:
        await connection.close()


def test_a_file_that_was_damaged_before_it_was_saved_is_told_by_the_restore(quiet: Path, tmp_path: Path) -> None:
    data, saved, elsewhere = tmp_path / "data", tmp_path / "saved", tmp_path / "elsewhere"
    copytree(quiet, data)
    gone, altered = (hashlib.sha256(content).hexdigest() for content in (b"gone", b"altered"))
    paths = [data / "files" / "tasks" / sha256[:2] / sha256 for sha256 in (gone, altered)]
    for path in paths:
        path.parent.mkdir(parents=True)
    paths[1].write_bytes(b"other bytes")
    with postgres_of(data) as address:
        for sha256 in (gone, altered):
            asyncio.run(keep_row_of_file(address, sha256))
    assert chidao("backup", str(saved), "--data", str(data)).returncode == 0
    refused = chidao("restore", str(saved), "--data", str(elsewhere))
    assert (refused.returncode, gone in refused.stderr, altered in refused.stderr) == (1, True, True), refused.stderr
    assert not (elsewhere / "postgres").exists()
    for path, content in zip(paths, (b"gone", b"altered"), strict=True):
        path.write_bytes(content)
    rmtree(saved)
    assert chidao("backup", str(saved), "--data", str(data)).returncode == 0
    assert chidao("restore", str(saved), "--data", str(elsewhere)).returncode == 0


def test_a_damaged_backup_is_refused_and_nothing_is_touched(quiet: Path, tmp_path: Path) -> None:
    saved, elsewhere = tmp_path / "saved", tmp_path / "elsewhere"
    with hold(quiet) as folder:
        folder.session_key.touch()
        folder.signing_key("tasks")
        other = folder.files / "tasks" / "ab" / "other"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"kept")
    assert chidao("backup", str(saved), "--data", str(quiet)).returncode == 0
    taken = chidao("backup", str(saved), "--data", str(quiet))
    assert (taken.returncode, taken.stderr.count("\n")) == (1, 1)
    assert chidao("restore", str(saved), "--data", str(quiet)).returncode == 1, "that folder holds data"

    some_table = next(path for path in (saved / "postgres" / "base").rglob("*") if path.is_file() and path.stat().st_size >= 8192)
    content = bytearray(some_table.read_bytes())
    content[100] ^= 1
    some_table.write_bytes(content)
    refused = chidao("restore", str(saved), "--data", str(elsewhere))
    assert refused.returncode == 1
    assert "pg_verifybackup" in refused.stderr
    assert not (elsewhere / "postgres").exists()
    content[100] ^= 1
    some_table.write_bytes(content)
    for name, damaged in (("keys/session.key", None), ("files/tasks/ab/other", b"altered"), ("keys/another.pem", b"not of this backup")):
        file = saved / name
        kept = file.read_bytes() if file.exists() else None
        put(file, damaged)
        refused = chidao("restore", str(saved), "--data", str(elsewhere))
        assert (refused.returncode, name in refused.stderr) == (1, True), refused.stderr
        assert not (elsewhere / "files").exists()
        put(file, kept)
    assert not (elsewhere / "postgres").exists()
    assert chidao("restore", str(tmp_path / "nothing"), "--data", str(elsewhere)).returncode == 1


def agency_event() -> Envelope:
    agency = uuid4()
    state = AgencyState(
        id=agency,
        key=str(agency),
        name="Sở Y tế",
        short_name="Sở Y tế",
        kind="DEPARTMENT",
        scope="test",
        parent_id=None,
        valid_from=None,
        valid_to=None,
        sort_key="1",
    )
    return directory_event(AgencyChanged(occurred_at=datetime.now(UTC), state=state, change=AgencyChange(reason="test")), agency)


def broken(event: Envelope) -> Envelope:
    return replace(event, data={**event.data, "state": {}})


async def bury(address: Address, *events: Envelope) -> None:
    database = Database(address.dsn("chidao_tasks", "chidao_tasks_app"))
    try:
        async with database.begin() as connection:
            for event in events:
                await dead_events.bury(connection, "tasks", event, ValueError("as it was then"))
    finally:
        await database.dispose()


def test_dead_events_are_listed_redriven_and_waived(quiet: Path) -> None:
    repaired, hopeless = agency_event(), broken(agency_event())
    with postgres_of(quiet) as address:
        asyncio.run(bury(address, repaired, hopeless))
    folder = ("--data", str(quiet))

    listed = chidao("dead", "list", *folder)
    assert str(repaired.id) in listed.stdout
    assert str(hopeless.id) in listed.stdout
    assert "as it was then" in listed.stdout
    with postgres_of(quiet) as address:
        of_tasks, of_notify = (("--service", name, "--database-url", databases_of(address)[name]) for name in ("tasks", "notify"))
        assert str(hopeless.id) in chidao("dead", "list", *of_tasks).stdout
        assert str(hopeless.id) not in chidao("dead", "list", *of_notify).stdout
        assert chidao("dead", "list", *of_tasks[:2]).returncode == 1, "a service without its database"

    redriven = chidao("dead", "redrive", "--all", *folder, "--by", "operator")
    assert redriven.returncode == 1, "one of them still fails"
    listed = chidao("dead", "list", *folder)
    assert str(repaired.id) not in listed.stdout
    assert str(hopeless.id) in listed.stdout

    assert chidao("dead", "waive", str(hopeless.id), *folder).returncode == 2, "a reason is asked for"
    assert chidao("dead", "waive", str(hopeless.id), *folder, "--reason", " ").returncode == 1
    assert chidao("dead", "waive", str(uuid4()), *folder, "--reason", "unknown").returncode == 1
    assert chidao("dead", "waive", str(hopeless.id), *folder, "--reason", "cannot be read", "--by", "operator").returncode == 0
    assert str(hopeless.id) not in chidao("dead", "list", *folder).stdout
    assert str(hopeless.id) in chidao("dead", "list", "--decided", *folder).stdout

    with postgres_of(quiet) as address:
        agencies = asyncio.run(ask(address, "chidao_tasks", "SELECT id FROM agency_replica WHERE id = $1", repaired.subject))
        assert len(agencies) == 1
        decided = asyncio.run(ask(address, "chidao_tasks", "SELECT state, decided_by, reason FROM dead_event ORDER BY state"))
        assert decided == [("redriven", "operator", "redriven"), ("waived", "operator", "cannot be read")]
        applied = asyncio.run(ask(address, "chidao_tasks", "SELECT count(*) FROM inbox WHERE consumer = 'tasks'"))
        assert applied == [(2,)], "a waived event counts as applied"
