"""What has landed is never edited, and from each landed schema the way leads to the one of today."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory

from embedded.postgres import Address, run_sql
from libs.common.messaging import tables
from libs.common.migrate import migrate, migrations_of
from system.databases import runner_of
from tests.schemas.landed import PACKAGES, Step, changed, each_step, gone, landed, schema_text, text_of

TASKS = "services.tasks"
EmptyDatabase = Callable[[], str]
LANDED = tuple((package, revision) for package, revisions in landed().items() for revision in revisions)


@pytest.fixture
def empty_database(cluster: Address) -> Iterator[EmptyDatabase]:
    """Each call makes one, and the role that `migrate` gives its rights to."""
    made: list[str] = []

    def make() -> str:
        name = f"schema_{uuid4().hex[:12]}"
        run_sql(cluster, "postgres", f"CREATE DATABASE {name}; CREATE ROLE {runner_of(name)};")
        made.append(name)
        return name

    yield make
    for name in made:
        run_sql(cluster, "postgres", f"DROP DATABASE {name} WITH (FORCE); DROP ROLE {runner_of(name)};")


async def steps_of(package: str, cluster: Address, database: str, folder: Path | None = None) -> list[Step]:
    return [step async for step in each_step(package, cluster.dsn(database), folder=folder)]


def told_of(package: str, steps: list[Step]) -> list[str]:
    return [*(sentence for step in steps for sentence in changed(step, landed())), *gone(package, steps, landed())]


async def migrated_from(cluster: Address, database: str, package: str, revision: str, text: str) -> str:
    """The schema of today, reached from the landed one in `text`."""
    run_sql(cluster, database, text)
    run_sql(cluster, database, f"INSERT INTO public.alembic_version VALUES ('{revision}');")
    await migrate(package, cluster.dsn(database))
    return schema_text(cluster, database)


async def fresh(cluster: Address, database: str, package: str) -> str:
    await migrate(package, cluster.dsn(database))
    return schema_text(cluster, database)


def test_every_service_has_landed() -> None:
    assert set(landed()) == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
async def test_every_migration_is_kept_and_as_it_was(cluster: Address, empty_database: EmptyDatabase, package: str) -> None:
    assert told_of(package, await steps_of(package, cluster, empty_database())) == []


@pytest.mark.parametrize(("package", "revision"), LANDED)
async def test_from_every_landed_schema_one_comes_to_todays(
    cluster: Address, empty_database: EmptyDatabase, package: str, revision: str
) -> None:
    text = text_of(package, revision).read_text("utf-8")
    assert await migrated_from(cluster, empty_database(), package, revision, text) == await fresh(cluster, empty_database(), package)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The migrations of tasks, to be edited."""
    return Path(shutil.copytree(migrations_of(TASKS), tmp_path / "migrations"))


def edit(file: Path, was: str, now: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(was) == 1
    file.write_text(text.replace(was, now), "utf-8")


async def test_an_edited_migration_is_refused_by_name(cluster: Address, empty_database: EmptyDatabase, copied: Path) -> None:
    edit(copied / "versions" / "0001_tasks.py", "down_revision = None", "down_revision = None  # the first")
    told = told_of(TASKS, await steps_of(TASKS, cluster, empty_database(), copied))
    assert "services.tasks 0001_tasks.py has landed and was edited; write a new migration instead" in told


async def test_an_edited_constant_is_refused_by_the_name_of_who_imports_it(
    cluster: Address, empty_database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "CONSUMING", tuple(text.replace("error text NOT NULL", "error text") for text in tables.CONSUMING))
    told = told_of(TASKS, await steps_of(TASKS, cluster, empty_database()))
    assert (
        "services.tasks 0001_tasks.py has landed and executes something else than it did; the constants it imports have landed with it"
    ) in told


async def test_a_migration_that_nobody_keeps_is_told(cluster: Address, empty_database: EmptyDatabase, copied: Path) -> None:
    newest = ScriptDirectory(str(copied)).get_current_head()
    (copied / "versions" / "9999_planted.py").write_text(
        f'revision, down_revision = "9999", "{newest}"\nbranch_labels = depends_on = None\n\n\ndef upgrade() -> None:\n    pass\n'
    )
    told = told_of(TASKS, await steps_of(TASKS, cluster, empty_database(), copied))
    assert "services.tasks 9999_planted.py is not kept yet: python -m tests.schemas keep" in told


def test_a_migration_that_is_gone_is_told() -> None:
    assert "services.tasks 0001 has landed and is gone" in gone(TASKS, [], landed())


async def test_another_schema_does_not_lead_to_todays(cluster: Address, empty_database: EmptyDatabase) -> None:
    text = text_of(TASKS, "0001").read_text("utf-8")
    other = text.replace("last_error text,", "last_error text NOT NULL,")
    assert other != text
    assert await migrated_from(cluster, empty_database(), TASKS, "0001", other) != await fresh(cluster, empty_database(), TASKS)
