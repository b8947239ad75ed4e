"""The embedded PostgreSQL: started again after every kind of end, durable, Vietnamese letters."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from embedded.ordinary_user import IN_A_NAMESPACE, Way, as_system_user, way_to_ordinary_user
from embedded.postgres import Cluster, start_cluster
from tests.processes import alive


async def ask(cluster: Cluster, statement: str, database: str = "chidao_tasks", role: str = "postgres") -> object:
    connection = await asyncpg.connect(cluster.dsn(database, role, driver="postgresql"))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_letters_of_vietnamese_have_a_lower_case(cluster: Cluster) -> None:
    assert await ask(cluster, "SELECT lower('ẤP ĐĂK BLA')") == "ấp đăk bla"
    assert await ask(cluster, "SHOW server_encoding") == "UTF8"


async def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    """Of a cluster that a run has, not of one that holds the databases of tests."""
    cluster = start_cluster(tmp_path)
    try:
        assert [await ask(cluster, f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit")] == ["on"] * 3
    finally:
        cluster.stop()


async def test_nobody_enters_without_a_password(cluster: Cluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(host=cluster.host, port=cluster.port, user="postgres", database="postgres", password="guess")


def test_passwords_are_for_our_eyes_only(cluster: Cluster) -> None:
    assert stat.S_IMODE((cluster.folder / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


async def test_after_a_kill_all_that_was_committed_is_there(tmp_path: Path) -> None:
    first = start_cluster(tmp_path)
    await ask(first, "CREATE TABLE kept AS SELECT 1 AS one")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    second = start_cluster(tmp_path)
    try:
        assert await ask(second, "SELECT one FROM kept") == 1
    finally:
        second.stop()
    assert not second.running()


async def test_a_server_left_behind_is_ended_and_replaced(tmp_path: Path) -> None:
    left = start_cluster(tmp_path)
    second = start_cluster(tmp_path)
    try:
        assert not alive(left.pid)
        assert await ask(second, "SELECT 1") == 1
    finally:
        second.stop()


async def test_backends_without_their_server_do_not_keep_the_next_from_starting(tmp_path: Path) -> None:
    first = start_cluster(tmp_path)
    connection = await asyncpg.connect(first.dsn("chidao_tasks", driver="postgresql"))
    backend = await connection.fetchval("SELECT pg_backend_pid()")
    # A stopped backend does not notice that its server is gone, as one deep in a computation would not.
    os.kill(backend, signal.SIGSTOP)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    assert alive(backend)
    second = start_cluster(tmp_path)
    try:
        assert not alive(backend)
        assert await ask(second, "SELECT 1") == 1
    finally:
        second.stop()
        connection.terminate()


async def test_a_pid_that_belongs_to_somebody_else_now_is_left_alone(tmp_path: Path) -> None:
    start_cluster(tmp_path).stop()
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        (tmp_path / "postgres" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{tmp_path / 'postgres'}\n{int(time.time())}\n5432\n\n127.0.0.1\n  1234567  7654321\nready   \n"
        )
        second = start_cluster(tmp_path)
        try:
            assert stranger.poll() is None
            assert second.pid != stranger.pid
            assert await ask(second, "SELECT 1") == 1
        finally:
            second.stop()
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_start_cut_off_in_initdb_begins_anew(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    cluster = start_cluster(tmp_path)
    try:
        assert await ask(cluster, "SELECT 1") == 1
        assert not half_made.exists()
    finally:
        cluster.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
@pytest.mark.parametrize("choose", [lambda: IN_A_NAMESPACE, as_system_user], ids=["namespace", "system-user"])
async def test_root_has_two_ways_and_may_change_between_them(tmp_path: Path, choose: Callable[[], Way]) -> None:
    before = start_cluster(tmp_path, way=choose())
    await ask(before, "CREATE TABLE kept AS SELECT 1 AS one")
    before.stop()
    after = start_cluster(tmp_path, way=way_to_ordinary_user())
    try:
        assert await ask(after, "SELECT one FROM kept") == 1
    finally:
        after.stop()
