"""The whole system as a person runs it: how long a start takes, how soon a confirmed result is in the figures, how much memory it holds."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
from joserfc.jwk import ECKey

from bench.load import Connection, Request, open_loop
from chidao.fault.bodies import PDF
from services.directory.demo import demo_members
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from services.directory.province import Province
from tests.directives.documents import document, instruction, lead, today
from tests.issuer import Issuer, Person

ROOT = Path(__file__).resolve().parents[1]
PER_SECOND = 50
CONFIRMED = 500
LOOKED_EVERY = 0.005
AGENCY = agency_id("quang-ngai-so-y-te")


@dataclass
class Run:
    """An embedded run of the benchmark's own."""

    url: str
    process: subprocess.Popen[str]
    started_in: float


def start(data: Path) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "embedded", "--data", str(data), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[\w.:]+", line)
        if found:
            return Run(found.group(), process, time.perf_counter() - began)
    raise RuntimeError("the system did not start")


def stop(run: Run) -> None:
    run.process.send_signal(signal.SIGINT)
    run.process.wait(60)


def memory_of_tree(process: int) -> int:
    """Bytes, as proportional set size: shared pages are counted once over all processes."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and process in _ancestors(int(entry.name)):
            total += sum(int(size) * 1024 for size in re.findall(r"^Pss:\s+(\d+)", (entry / "smaps_rollup").read_text(), re.MULTILINE))
    return total


def _ancestors(process: int) -> set[int]:
    found: set[int] = set()
    while process > 1:
        found.add(process)
        try:
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except FileNotFoundError:
            break
    return found


@dataclass(frozen=True)
class Member(Person):
    """A demo person in one membership."""

    person_id: UUID
    membership_id: UUID

    @property
    def id(self) -> UUID:
        return self.person_id

    @property
    def membership(self) -> UUID:
        return self.membership_id


def member(role: Role, agency: UUID | None = None) -> Member:
    for one in demo_members(Province("quang-ngai"), today()):
        for membership, place in one.memberships:
            if place.role is role and agency in (None, place.agency_id):
                return Member(one.person.username, place.agency_id, role, one.person.id, membership)
    raise LookupError(role)


class AwaitingOffice:
    """Tasks of one department whose results await the Office."""

    def __init__(self, url: str, data: Path) -> None:
        self.url, self.data = url, data
        key = ECKey.import_key((data / "keys" / "sign-in.pem").read_bytes())
        key.ensure_kid()
        self.issuer = Issuer("", key)
        self.tracker, self.clerk = member(Role.OFFICE_TRACKER), member(Role.AGENCY_CLERK, AGENCY)

    def headers(self, person: Person) -> dict[str, str]:
        token = self.issuer.person_token(person, iss=f"{self.url}/realms/chidao")
        return {"Authorization": f"Bearer {token}", "Chidao-Membership": str(person.membership)}

    async def prepare(self) -> list[str]:
        async with httpx2.AsyncClient(base_url=self.url, timeout=60) as http:
            for number in range(CONFIRMED // 100):
                body = document(
                    *(instruction(assignments=[lead(AGENCY)], due=(today() + timedelta(days=30)).isoformat()) for _ in range(100)),
                    number=str(9000 + number),
                )
                draft = await self._send(http, self.tracker, "/api/directives/directives", body)
                await self._send(http, self.tracker, f"/api/directives/directives/{draft['id']}/release", {}, version=1)
            tasks: list[str] = []
            while len(tasks) < CONFIRMED:
                tasks = [task async for task in self._tasks(http)]
            limit = asyncio.Semaphore(4)
            await asyncio.gather(*(self._submit(http, task, limit) for task in tasks))
        return tasks

    async def _tasks(self, http: httpx2.AsyncClient) -> AsyncIterator[str]:
        cursor: dict[str, str] = {}
        while True:
            answer = await http.get("/api/tasks/tasks", params={"limit": 200, **cursor}, headers=self.headers(self.clerk))
            page = answer.json()
            for one in page["items"]:
                yield one["id"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    async def _submit(self, http: httpx2.AsyncClient, task: str, limit: asyncio.Semaphore) -> None:
        async with limit:
            await self._send(http, self.clerk, f"/api/tasks/tasks/{task}/accept", {}, version=1)
            headers = self.headers(self.clerk) | {"Idempotency-Key": uuid4().hex}
            file = await http.post(f"/api/tasks/tasks/{task}/files", files={"file": ("bc.pdf", PDF, "application/pdf")}, headers=headers)
            body = {"report_number": "1/BC", "report_date": today().isoformat(), "summary": "Xong", "file_id": file.json()["id"]}
            await self._send(http, self.clerk, f"/api/tasks/tasks/{task}/results", body, version=2)

    async def _send(
        self, http: httpx2.AsyncClient, person: Person, path: str, body: object, *, version: int | None = None
    ) -> dict[str, Any]:
        headers = self.headers(person) | {"Idempotency-Key": uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made


@dataclass(frozen=True)
class Freshness:
    """Seconds from the intended send time: until the answer, and until the row that the figures count says so."""

    answered: list[float]
    in_figures: list[float]
    generator: list[float]
    completed: int


async def measure_freshness(run: Run, data: Path) -> Freshness:
    """Confirm results at a steady rate, whether or not the ones before were answered."""
    province = AwaitingOffice(run.url, data)
    tasks = await province.prepare()
    headers = province.headers(province.tracker)
    generator = await _steady(run.url, len(tasks), lambda _: Request("GET", "/realms/chidao/protocol/openid-connect/certs", {}))
    seen: dict[str, float] = {}
    sent: set[str] = set()
    watching = asyncio.create_task(_watch(data, sent, seen, len(tasks)))
    await asyncio.sleep(0.5)

    def confirming(number: int) -> Request:
        sent.add(tasks[number])
        change = {"Idempotency-Key": uuid4().hex, "If-Match": '"3"'}
        return Request("POST", f"/api/tasks/tasks/{tasks[number]}/results/confirm", headers | change, b"{}")

    intended, answered = await _steady(run.url, len(tasks), confirming)
    async with asyncio.timeout(60):
        await watching
    async with httpx2.AsyncClient(base_url=run.url, timeout=60) as http:
        figures = (await http.get("/api/reporting/figures", headers=headers)).json()
    return Freshness(
        answered, [seen[task] - at for task, at in zip(tasks, intended, strict=True)], generator[1], figures["assignments_total"]["C"]
    )


async def _steady(url: str, count: int, request: Callable[[int], Request]) -> tuple[list[float], list[float]]:
    # Taken in turn: a connection that nobody uses for five seconds is hung up on.
    idle = deque([await Connection.open(url) for _ in range(64)])

    async def send(number: int) -> None:
        connection = idle.popleft() if idle else await Connection.open(url)
        await connection.ask(request(number))
        idle.append(connection)

    return await open_loop(count, per_second=PER_SECOND, send=send)


def _postgres_of(data: Path) -> dict[str, Any]:
    port = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[3])
    return {
        "host": "127.0.0.1",
        "port": port,
        "user": "postgres",
        "password": json.loads((data / "passwords.json").read_text())["postgres"],
    }


async def _watch(data: Path, sent: set[str], seen: dict[str, float], count: int) -> None:
    """When each task became completed in the rows of reporting. Only those on their way are looked for, so that looking costs little."""
    line = await asyncpg.connect(**_postgres_of(data), database="chidao_reporting")
    while len(seen) < count:
        if waiting := sent - seen.keys():
            rows = await line.fetch(
                "SELECT id::text AS id FROM task_now WHERE id = ANY($1::text[]::uuid[]) AND state = 'COMPLETED'", list(waiting)
            )
            now = time.perf_counter()
            seen |= {row["id"]: now for row in rows}
        await asyncio.sleep(LOOKED_EVERY)
    await line.close()
