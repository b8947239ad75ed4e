"""How soon a click is in the figures: results are confirmed at a steady rate, whether or not the ones before were answered."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
from joserfc.jwk import ECKey

from bench.load import Connection, Request, closed_loop, open_loop
from bench.whole import Run
from faults.bodies import PDF
from services.directory.demo import demo_members
from services.directory.domain.agency import agency_id
from services.directory.domain.membership import Role
from services.directory.province import Province
from tests.directives.documents import document, instruction, lead, today
from tests.issuer import Issuer, Person

LOOKED_EVERY = 0.005
CONNECTIONS = 64
# As many as ask at once when the most that the system does is looked for.
PRESSING = 16
# A directive has at most so many instructions.
OF_ONE_DIRECTIVE = 100
AGENCY = agency_id("quang-ngai-so-y-te")


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

    def __init__(self, run: Run) -> None:
        self.run = run
        key = ECKey.import_key((run.data / "keys" / "sign-in.pem").read_bytes())
        key.ensure_kid()
        self.issuer = Issuer("", key)
        self.tracker, self.clerk = member(Role.OFFICE_TRACKER), member(Role.AGENCY_CLERK, AGENCY)

    def headers(self, person: Person) -> dict[str, str]:
        token = self.issuer.person_token(person, iss=f"{self.run.url}/realms/chidao")
        return {"Authorization": f"Bearer {token}", "Chidao-Membership": str(person.membership)}

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.run.url, verify=self.run.trust or True, timeout=60)

    async def prepare(self, directives: int) -> list[str]:
        """The tasks of so many directives."""
        async with self.http() as http:
            for number in range(directives):
                due = (today() + timedelta(days=30)).isoformat()
                instructions = [instruction(assignments=[lead(AGENCY)], due=due) for _ in range(OF_ONE_DIRECTIVE)]
                draft = await self._send(
                    http, self.tracker, "/api/directives/directives", document(*instructions, number=str(9000 + number))
                )
                await self._send(http, self.tracker, f"/api/directives/directives/{draft['id']}/release", {}, version=1)
            tasks: list[str] = []
            while len(tasks) < directives * OF_ONE_DIRECTIVE:
                await asyncio.sleep(0.5)
                tasks = [task async for task in self._tasks(http)]
            limit = asyncio.Semaphore(4)
            await asyncio.gather(*(self._submit(http, task, limit) for task in tasks))
        return tasks

    def confirming(self, task: str, headers: dict[str, str]) -> Request:
        change = {"Idempotency-Key": uuid4().hex, "If-Match": '"3"'}
        return Request("POST", f"/api/tasks/tasks/{task}/results/confirm", headers | change, b"{}")

    async def completed(self) -> int:
        """As the figures say it."""
        async with self.http() as http:
            figures = (await http.get("/api/reporting/figures", headers=self.headers(self.tracker))).raise_for_status()
        return int(figures.json()["assignments_total"]["C"])

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

    per_second: float
    answered: list[float]
    in_figures: list[float]
    generator: list[float]


async def measure_freshness(office: AwaitingOffice, tasks: Sequence[str], *, per_second: float) -> Freshness:
    """Confirm the results of `tasks`; the generator is proved before, at the same rate, on a route without work."""
    run, headers = office.run, office.headers(office.tracker)
    keys = Request("GET", "/realms/chidao/protocol/openid-connect/certs", {})
    _, generator = await _steady(run, len(tasks), per_second, lambda _: keys)
    seen: dict[str, float] = {}
    sent: set[str] = set()
    watching = asyncio.create_task(_watch(run.data, sent, seen, len(tasks)))
    await asyncio.sleep(0.5)

    def confirming(number: int) -> Request:
        sent.add(tasks[number])
        return office.confirming(tasks[number], headers)

    intended, answered = await _steady(run, len(tasks), per_second, confirming)
    async with asyncio.timeout(60):
        await watching
    return Freshness(per_second, answered, [seen[task] - at for task, at in zip(tasks, intended, strict=True)], generator)


async def measure_most(office: AwaitingOffice, tasks: Sequence[str]) -> float:
    """Confirmations a second when each of some clients sends the next as soon as the last is answered."""
    headers = office.headers(office.tracker)

    def requests(number: int) -> Iterator[Request]:
        return (office.confirming(task, headers) for task in tasks[number::PRESSING])

    return await closed_loop(office.run.url, requests, connections=PRESSING, seconds=60, trust=office.run.trust)


async def _steady(run: Run, count: int, per_second: float, request: Callable[[int], Request]) -> tuple[list[float], list[float]]:
    # Taken in turn: a connection that nobody uses for five seconds is hung up on.
    idle = deque([await Connection.open(run.url, run.trust) for _ in range(CONNECTIONS)])

    async def send(number: int) -> None:
        connection = idle.popleft() if idle else await Connection.open(run.url, run.trust)
        await connection.ask(request(number))
        idle.append(connection)

    return await open_loop(count, per_second=per_second, send=send)


def postgres_of(data: Path) -> dict[str, Any]:
    port = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[3])
    return {
        "host": "127.0.0.1",
        "port": port,
        "user": "postgres",
        "password": json.loads((data / "passwords.json").read_text())["postgres"],
    }


async def _watch(data: Path, sent: set[str], seen: dict[str, float], count: int) -> None:
    """When each task became completed in the rows of reporting. Only those on their way are looked for, so that looking costs little."""
    line = await asyncpg.connect(**postgres_of(data), database="chidao_reporting")
    while len(seen) < count:
        if waiting := sent - seen.keys():
            rows = await line.fetch(
                "SELECT id::text AS id FROM task_now WHERE id = ANY($1::text[]::uuid[]) AND state = 'COMPLETED'", list(waiting)
            )
            now = time.perf_counter()
            seen |= {row["id"]: now for row in rows}
        await asyncio.sleep(LOOKED_EVERY)
    await line.close()
