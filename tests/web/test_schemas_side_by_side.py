"""An old and a new version of one service over one database: beside each other after a migration that adds only, else refused by name."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from embedded.postgres import Address, run_sql
from libs.common import migrate as migrating
from libs.common.db import Database
from libs.common.migrate import SchemaTooNew, SchemaTooOld, migrate, require_known_schema
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import running_service

TOY = """
from alembic import op

revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None
{promise}

def upgrade():
    op.execute("{statement}")
"""
FIRST = TOY.format(revision="0001", before=None, promise="", statement="CREATE TABLE toy (id int PRIMARY KEY, name text NOT NULL)")
EXPANDING = TOY.format(
    revision="0002", before="0001", promise="only_adds = True", statement="ALTER TABLE toy ADD COLUMN note text NOT NULL DEFAULT ''"
)
CONTRACTING = TOY.format(revision="0003", before="0002", promise="", statement="ALTER TABLE toy RENAME COLUMN name TO title")
ANOTHER = TOY.format(revision="0002b", before="0001", promise="only_adds = True", statement="ALTER TABLE toy ADD COLUMN other text")

VERSIONS = {
    "old": [FIRST],
    "expanding": [FIRST, EXPANDING],
    "contracting": [FIRST, EXPANDING, CONTRACTING],
    "another": [FIRST, ANOTHER],
}


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions of one toy, as packages of the names above."""
    for name, migrations in VERSIONS.items():
        folder = tmp_path / name / "persistence" / "migrations"
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text("from libs.common.migrate import run_environment\n\nrun_environment()\n")
        for number, words in enumerate(migrations):
            (folder / "versions" / f"{number}.py").write_text(words)
    monkeypatch.setattr(migrating, "ROOT", tmp_path)


@pytest.fixture
async def toy(cluster: Address) -> AsyncIterator[Database]:
    """An empty database of which a role of its own may be the running one."""
    name = f"toy_{uuid4().hex[:12]}"
    await asyncio.to_thread(run_sql, cluster, "postgres", f"CREATE DATABASE {name}; CREATE ROLE {name}_app;")
    database = Database(cluster.dsn(name))
    yield database
    await database.dispose()
    await asyncio.to_thread(run_sql, cluster, "postgres", f"DROP DATABASE {name} WITH (FORCE); DROP ROLE {name}_app;")


async def starts(version: str, database: Database) -> None:
    async with database.read() as connection:
        await require_known_schema(version, connection)


async def writes(database: Database, statement: str) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement))


async def test_an_older_schema_is_refused(toy: Database) -> None:
    with pytest.raises(SchemaTooOld, match="None is not 0001"):
        await starts("old", toy)
    await migrate("old", toy.url)
    await starts("old", toy)
    with pytest.raises(SchemaTooOld, match="0001 is not 0002"):
        await starts("expanding", toy)


async def test_old_and_new_work_side_by_side_when_the_new_only_adds(toy: Database) -> None:
    await migrate("old", toy.url)
    await writes(toy, "INSERT INTO toy (id, name) VALUES (1, 'old')")
    await migrate("expanding", toy.url)
    for version in ("old", "expanding"):
        await starts(version, toy)
    await asyncio.gather(
        *(writes(toy, f"INSERT INTO toy (id, name) VALUES ({number}, 'old')") for number in range(2, 6)),
        *(writes(toy, f"INSERT INTO toy (id, name, note) VALUES ({number}, 'new', 'added')") for number in range(6, 10)),
    )
    async with toy.read() as connection:
        found = [(row.name, row.note) for row in await connection.execute(text("SELECT * FROM toy ORDER BY id"))]
    assert found == [("old", "")] * 5 + [("new", "added")] * 4
    # The old program is started anew, and migrates as every start does: nothing goes back.
    await migrate("old", toy.url)
    await starts("expanding", toy)


async def test_a_newer_schema_that_does_more_than_add_is_refused_by_name(toy: Database) -> None:
    await migrate("contracting", toy.url)
    await starts("contracting", toy)
    for version, knows in (("old", "0001"), ("expanding", "0002")):
        with pytest.raises(SchemaTooNew, match=f"{version}: schema 0003 is newer than {knows}, and 0003 does not only add"):
            await starts(version, toy)
        with pytest.raises(SchemaTooNew):
            await migrate(version, toy.url)


async def test_a_schema_of_another_line_is_refused(toy: Database) -> None:
    await migrate("another", toy.url)
    with pytest.raises(SchemaTooNew, match="schema 0002b is none that comes after 0002"):
        await starts("expanding", toy)
    await starts("old", toy)


async def test_a_newer_schema_of_which_nothing_is_promised_is_refused(toy: Database) -> None:
    await migrate("expanding", toy.url)
    await writes(toy, "DROP TABLE schema_promise")
    with pytest.raises(SchemaTooNew):
        await starts("old", toy)


async def test_the_running_role_makes_no_promises(toy: Database) -> None:
    await migrate("old", toy.url)
    role = toy.url.rsplit("/", 1)[1] + "_app"
    statement = """
        SELECT right_name, has_table_privilege(:role, 'schema_promise', right_name)
        FROM unnest(CAST(:rights AS text[])) AS t (right_name)
    """
    async with toy.read() as connection:
        rights = await connection.execute(text(statement), {"role": role, "rights": ["SELECT", "INSERT", "UPDATE", "DELETE"]})
        assert [tuple(row) for row in rights] == [("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)]


async def test_readiness_says_so_of_a_schema_that_was_changed_under_it(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    of_tasks = database("tasks")
    async with running_service("tasks", of_tasks, issuer, tmp_path) as tasks:
        async with tasks.admin.begin() as connection:
            await connection.execute(text("INSERT INTO schema_promise VALUES ('9999', false)"))
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        answer = await tasks.http.get("/health/ready")
    assert answer.status_code == 503
    assert "9999 does not only add" in answer.json()["detail"]
