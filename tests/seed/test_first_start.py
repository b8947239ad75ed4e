"""A first start begins with a small province that is alive; whatever was killed while it was written is forgotten."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from embedded.data_folder import DataFolder, hold
from embedded.kept import copy_of, kept
from embedded.postgres import running_in, start_cluster
from embedded.seeded import UNFINISHED, SmallProvince, fill_folder
from seed.filling import quietly
from seed.scale import of_assignments
from services.directives.domain.vocabulary import DirectiveState
from services.tasks.domain.lifecycle import State
from system.databases import database_of
from system.refusals import CannotRun
from tests.embedded.runs import running
from tests.embedded.visitor import Visitor
from tests.seed.test_both_ways import in_a_thread

TODAY = date(2026, 10, 14)
NOW = datetime(2026, 10, 14, 3, tzinfo=UTC)


async def column(address: str, query: str) -> set[Any]:
    connection = await asyncpg.connect(address)
    try:
        return {row[0] for row in await connection.fetch(query)}
    finally:
        await connection.close()


def test_a_first_start_shows_a_province_at_work(tmp_path: Path) -> None:
    with running(tmp_path, "--at", TODAY.isoformat(), "--demo", "small") as run:
        postgres = running_in(tmp_path)
        assert postgres is not None

        async def states() -> tuple[set[Any], set[Any]]:
            tasks = postgres.dsn(database_of("tasks"), driver="postgresql")
            directives = postgres.dsn(database_of("directives"), driver="postgresql")
            return await column(tasks, "SELECT state FROM task WHERE NOT is_group"), await column(directives, "SELECT state FROM directive")

        assert in_a_thread(states) == ({state.value for state in State}, {state.value for state in DirectiveState})
        with Visitor(run.url) as leader:
            leader.sign_in("chủ tịch ubnd tỉnh quảng ngãi")
            home = leader.get("/home").text
    assert "Bệnh viện Sản – Nhi" in home or "quá hạn" in home
    # A second start finds what is there.
    with running(tmp_path, "--at", TODAY.isoformat(), "--demo", "small") as run, Visitor(run.url) as leader:
        leader.sign_in("chủ tịch ubnd tỉnh quảng ngãi")
        assert leader.get("/home").status_code == 200


async def filled_tasks(folder: Path) -> int:
    cluster = await asyncio.to_thread(start_cluster, folder)
    try:
        (count,) = await column(cluster.dsn(database_of("tasks"), driver="postgresql"), "SELECT count(*) FROM task")
    finally:
        await asyncio.to_thread(cluster.stop)
    return int(count)


def test_what_a_kill_left_unfinished_is_forgotten(tmp_path: Path) -> None:
    unfinished = tmp_path / UNFINISHED / "postgres"
    unfinished.mkdir(parents=True)
    (unfinished / "half").write_text("written")

    async def work() -> int:
        await fill_folder(tmp_path, SmallProvince(NOW, TODAY), seed=1, progress=quietly)
        return await filled_tasks(tmp_path)

    assert in_a_thread(work) > 100
    assert not (tmp_path / UNFINISHED).exists()


def test_a_folder_that_holds_something_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(CannotRun, match="đã có dữ liệu"):
        in_a_thread(lambda: fill_folder(tmp_path, SmallProvince(NOW, TODAY), seed=1, progress=quietly))


def test_a_filled_folder_is_kept_and_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIDAO_CACHE", str(tmp_path / "cache"))
    scale = of_assignments(200, TODAY)
    once = kept(scale, seed=1, progress=quietly)
    filled = (once / "postgres" / "PG_VERSION").stat().st_mtime_ns
    assert (kept(scale, seed=1, progress=quietly), (once / "postgres" / "PG_VERSION").stat().st_mtime_ns) == (once, filled)
    copy_of(once, tmp_path / "copy")
    with hold(tmp_path / "copy") as folder:
        assert in_a_thread(lambda: filled_tasks(folder.path)) > 200
    assert DataFolder(tmp_path / "copy").has_databases
