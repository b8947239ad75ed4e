"""Two routes of the tasks service beside the same statements on bare FastAPI and asyncpg, turn and turn about in one run."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from bench.compared import Compared
from bench.load import Request, closed_loop
from embedded.postgres import Cluster
from embedded.processes import free_port
from faults.bodies import today
from libs.common.migrate import migrate
from tests.conftest import ServiceDatabase
from tests.issuer import ISSUER, Issuer
from tests.signed_in import HEALTH_CLERK, Client, running_service
from tests.tasks.released import instruction, release

CONNECTIONS = 8
SECONDS = 4.0
ROUNDS = 3
TASKS = 64


async def measure_routes(cluster: Cluster, issuer: Issuer, folder: Path) -> tuple[float, list[Compared]]:
    """What the generator does on an empty route, and two routes beside the bare ones: one worker each, the same database."""
    await migrate("services.tasks", cluster.dsn("chidao_tasks", "chidao_tasks_owner"))
    database = ServiceDatabase(
        "chidao_tasks",
        cluster.dsn("chidao_tasks", "chidao_tasks_app"),
        cluster.dsn("chidao_tasks", "chidao_tasks_owner"),
        cluster.dsn("chidao_tasks"),
    )
    async with running_service("tasks", database, issuer, folder) as client:
        ours_tasks, bare_tasks = await _accepted_tasks(client), await _accepted_tasks(client)
    with _ours(cluster, issuer, folder) as ours, _bare(cluster) as bare:
        generator = await closed_loop(bare.url, _empty, connections=CONNECTIONS, seconds=SECONDS)
        headers = issuer.headers(HEALTH_CLERK)
        reads = Compared("`GET /tasks/{id}`")
        writes = Compared("`POST /tasks/{id}/progress`")
        versions = dict.fromkeys([*ours_tasks, *bare_tasks], 2)
        for _ in range(ROUNDS):
            reads.ours.append(await closed_loop(ours.url, _reading(ours_tasks, headers), connections=CONNECTIONS, seconds=SECONDS))
            reads.bare.append(await closed_loop(bare.url, _reading(bare_tasks, {}), connections=CONNECTIONS, seconds=SECONDS))
            writes.ours.append(
                await closed_loop(ours.url, _reporting(ours_tasks, headers, versions), connections=CONNECTIONS, seconds=SECONDS)
            )
            writes.bare.append(await closed_loop(bare.url, _reporting(bare_tasks, {}, versions), connections=CONNECTIONS, seconds=SECONDS))
    return generator, [reads, writes]


async def _accepted_tasks(client: Client) -> list[str]:
    tasks = [await release(client, instruction(due=today() + timedelta(days=20))) for _ in range(TASKS)]
    for task in tasks:
        answer = await client.post(HEALTH_CLERK, f"/tasks/{task}/accept", version=1, key=str(uuid4()))
        assert answer.status_code == 200, answer.text
    return tasks


def _empty(_: int) -> Iterator[Request]:
    while True:
        yield Request("GET", "/empty", {})


def _reading(tasks: list[str], headers: dict[str, str]) -> Callable[[int], Iterator[Request]]:
    def requests(number: int) -> Iterator[Request]:
        while True:
            for task in tasks[number::CONNECTIONS]:
                yield Request("GET", f"/tasks/{task}", headers)

    return requests


def _reporting(tasks: list[str], headers: dict[str, str], versions: dict[str, int]) -> Callable[[int], Iterator[Request]]:
    """Each connection has tasks of its own, so that nobody waits for a row of another."""
    body = json.dumps({"percent": 40, "content": "Đã rà soát 40 cơ sở, còn 12 cơ sở ở các xã miền núi."}).encode()

    def requests(number: int) -> Iterator[Request]:
        while True:
            for task in tasks[number::CONNECTIONS]:
                whose = {"Idempotency-Key": uuid4().hex, "If-Match": f'"{versions[task]}"'}
                versions[task] += 1
                yield Request("POST", f"/tasks/{task}/progress", headers | whose, body)

    return requests


@dataclass
class Server:
    """A server as its own process, which ends with the block."""

    url: str
    process: subprocess.Popen[bytes]

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def _ours(cluster: Cluster, issuer: Issuer, folder: Path) -> Server:
    port = free_port()
    settings = {
        "NAME": "tasks",
        "DATABASE_URL": cluster.dsn("chidao_tasks", "chidao_tasks_app"),
        "ISSUER": ISSUER,
        "JWKS_URL": issuer.jwks_url,
        "TOKEN_URL": "http://127.0.0.1:1/token",
        "CLIENT_ID": "service-tasks",
        "PRIVATE_KEY_FILE": str(folder / "tasks.pem"),
        "FILES_FOLDER": str(folder / "files"),
        "PORT": str(port),
        # Nobody feeds this replica here; in a whole system the sweep of the directory keeps it fresh.
        "MEMBERSHIP_MAX_AGE_SECONDS": "100000",
    }
    return _started(port, [sys.executable, "-m", "bench.ours"], {f"CHIDAO_{name}": value for name, value in settings.items()})


def _bare(cluster: Cluster) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    return _started(port, command, {"BENCH_DSN": cluster.dsn("chidao_tasks", "chidao_tasks_app", driver="postgresql")})


def _started(port: int, command: list[str], environment: dict[str, str]) -> Server:
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    _wait(port, process)
    return Server(f"http://127.0.0.1:{port}", process)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert process.poll() is None, "a server ended while starting"
        with socket.socket() as asked:
            asked.settimeout(0.2)
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("a server did not start within a minute")
