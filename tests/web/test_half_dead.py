"""A process of which a part has ended for good says so and ends, so that it is started again; a full disk under the log ends nothing."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from libs.common.web.process import WORK_ENDED
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.signed_in import Client, running_service

# What a process does between its start and its end; `work` is a long-running work of it.
PROGRAM = """
import asyncio
import sys
from contextlib import asynccontextmanager
import structlog
from fastapi import FastAPI
from embedded.servers import listen
from libs.common import supervise
from libs.common.telemetry import log_lines_lost
from libs.common.web.process import run

supervise.SHORTEST_PAUSE = 0.001
begun = 0

{work}

@asynccontextmanager
async def lifespan(app):
    async with supervise.running(("work", work)):
        yield

door = listen()
port = door.getsockname()[1]
door.close()
run(FastAPI(lifespan=lifespan), name="half", host="127.0.0.1", port=port)
"""
CANCELLED_FROM_OUTSIDE = """
async def work():
    task = asyncio.current_task()
    asyncio.get_running_loop().call_later(0.2, task.cancel)
    await asyncio.Event().wait()
"""
FAILING_WHILE_NO_LINE_CAN_BE_WRITTEN = """
async def work():
    global begun
    begun += 1
    structlog.get_logger().warning("about to fail")
    if begun < 5:
        raise ConnectionError("away")
    print(f"still at work after {begun - 1} failures and {log_lines_lost()} lost lines", file=sys.stderr, flush=True)
    asyncio.get_running_loop().call_later(0.2, asyncio.current_task().cancel)
    await asyncio.Event().wait()
"""


def ended(work: str, *, stdout: Path) -> subprocess.CompletedProcess[str]:
    with stdout.open("wb") as opened:
        command = [sys.executable, "-c", PROGRAM.format(work=work)]
        return subprocess.run(command, stdout=opened, stderr=subprocess.PIPE, text=True, timeout=60)


@pytest.fixture
async def tasks(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    async with running_service("tasks", database("tasks"), issuer, tmp_path) as client:
        yield client


def test_a_work_that_ends_takes_its_process_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert ended(CANCELLED_FROM_OUTSIDE, stdout=log).returncode == WORK_ENDED
    assert "ended-for-good" in log.read_text()


def test_a_full_disk_under_the_log_ends_nothing() -> None:
    """/dev/full refuses every line with ENOSPC. That the work is cancelled in the end is how this process ends."""
    half = ended(FAILING_WHILE_NO_LINE_CAN_BE_WRITTEN, stdout=Path("/dev/full"))
    assert "still at work after 4 failures and 9 lost lines" in half.stderr
    # The interpreter's own farewell to a stdout that takes nothing has another code than ours; neither is a success.
    assert half.returncode in (WORK_ENDED, 120)


async def test_readiness_names_what_has_ended(tasks: Client) -> None:
    async with asyncio.timeout(20):
        while (await tasks.http.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.05)
    next(task for task in asyncio.all_tasks() if task.get_name() == "hints").cancel()
    await asyncio.sleep(0.05)
    answer = await tasks.http.get("/health/ready")
    assert answer.status_code == 503
    assert (answer.json()["code"], answer.json()["ended"]) == ("unavailable", {"hints": "Cancelled"})
