"""Plans are read from the server's log, without what differs from run to run."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bench.scale import plans
from bench.scale.plans import LOADED, Statement, statements_in
from bench.scale.system import plans_written
from embedded.postgres import start_cluster


def test_statements_are_read_from_the_log_of_a_real_server(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    start_cluster(folder).stop()
    with (folder / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write(LOADED)
    cluster = start_cluster(folder)

    async def ask() -> None:
        session = await asyncpg.connect(cluster.dsn("postgres", driver="postgresql"))
        await session.execute(
            "CREATE TABLE thing (number int PRIMARY KEY, word text); INSERT INTO thing SELECT n, n FROM generate_series(1, 5000) n"
        )
        await session.execute("ANALYZE thing")
        async with plans_written(cluster):
            await session.fetch("SELECT word\n  FROM thing WHERE number = $1", 7)
            await session.fetch("SELECT word FROM thing WHERE word = '12' ORDER BY number LIMIT 3")
        await session.fetch("SELECT count(*) FROM thing")
        await session.close()

    try:
        asyncio.run(ask())
    finally:
        cluster.stop()
    log = (folder / "postgres.log").read_text("utf-8")
    by_key, by_word = [one for one in statements_in(log) if "thing WHERE" in one.words]
    assert (by_key.database, by_key.words, by_key.rows) == ("postgres", "SELECT word FROM thing WHERE number = $1", 1)
    assert by_key.plan == "Index Scan on thing by thing_pkey\n    Index Cond: (number = ?)"
    assert 0 < by_key.buffers < 10 < by_word.buffers
    assert by_word.plan.startswith("Limit\n  ")
    assert "Filter: (word = ?)" in by_word.plan
    assert not [one for one in statements_in(log) if "count(*) FROM thing" in one.words]


def test_the_same_plans_make_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "PLANS", tmp_path)
    one, other = Statement("a", "SELECT 1", "Result", 0, 1), Statement("b", "SELECT 2", "Result", 3, 9)
    plans.write("tasks GET /tasks · all", 10_000, [one, other, one])
    first = (tmp_path / "tasks-get-tasks-all.txt").read_text("utf-8")
    plans.write("tasks GET /tasks · all", 10_000, [other, one])
    assert (tmp_path / "tasks-get-tasks-all.txt").read_text("utf-8") == first
    assert first == "tasks GET /tasks · all, over 10,000 assignments\n\n-- a\nSELECT 1\n\n    Result\n\n-- b\nSELECT 2\n\n    Result\n"
