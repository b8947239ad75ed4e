"""`python -m bench homes`: many homes open while changes come in: how soon each is drawn anew, what it costs, and how soon all is well.

Each home does what a browser does: it holds the live stream, and when it is told of figures or notices it asks for the part that shows
them, a moment later that differs from browser to browser; after a failure it waits longer each time. Changes are progress reports, sent at
their intended times whether or not the ones before are answered. Loopback only; it ends by itself.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
from joserfc.jwk import ECKey

from bench.freshness import Member, postgres_of
from bench.load import Connection, Request, Unexpected, open_loop, percentile
from bench.whole import Run, memory_of, start, start_split, stop
from libs.common.db import Database
from libs.common.signed_claims import LONGEST_LIFE_SECONDS
from portal.devices import Device
from portal.oidc import Tokens
from portal.session import Membership, SealedBox, Sessions
from services.directory.demo import demo_members
from services.directory.domain.membership import Role
from services.directory.province import Province
from tests.directives.documents import document, instruction, lead, today
from tests.issuer import Issuer

HOMES = 500
PER_SECOND = 50.0
SECONDS = 60.0
QUIET_SECONDS = 5.0
GATHERED_SECONDS = 0.12
SPREAD_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
# A directive has at most so many instructions.
DIRECTIVES = 3
OF_ONE_DIRECTIVE = 100
SENDERS = 16
AIM_SECONDS = 1.0
# None lives longer; a run takes some minutes.
TOKEN_SECONDS = LONGEST_LIFE_SECONDS


@dataclass
class Seen:
    """What all homes saw together: when each answer came, after how long, and what went wrong."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    told: int = 0

    def between(self, start: float, end: float) -> list[float]:
        return [took for at, took in self.answers if start <= at < end]


class Home:
    """One open page of one browser."""

    def __init__(self, run: Run, cookie: str, seen: Seen) -> None:
        self._run = run
        self._headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
        self._seen = seen
        self._connection: Connection | None = None
        self._wanted: set[str] = set()
        self._something = asyncio.Event()

    async def stay_open(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._listen())
            both.create_task(self._look())

    async def _listen(self) -> None:
        while True:
            try:
                stream = await Connection.open(self._run.url, self._run.trust)
                async for line in stream.lines(Request("GET", "/live", self._headers)):
                    if line.startswith(b"data: "):
                        told = json.loads(line.removeprefix(b"data: "))
                        self._seen.told += 1
                        self._want(told["lists"])
            except (OSError, EOFError, asyncio.IncompleteReadError) as error:
                self._seen.failures.append(f"stream {type(error).__name__}")
            await asyncio.sleep(1 + random.random())

    def _want(self, lists: Sequence[str]) -> None:
        if "figures" in lists:
            self._wanted.add("/home?part=figures")
        if "notices" in lists:
            self._wanted.add("/notices/badge")
        self._something.set()

    async def _look(self) -> None:
        failures = 0
        while True:
            await self._something.wait()
            self._something.clear()
            # What is told while one waits is seen by the same look.
            await asyncio.sleep(GATHERED_SECONDS + random.random() * SPREAD_SECONDS)
            wanted, self._wanted = self._wanted, set()
            for path in wanted:
                if await self._ask(path):
                    failures = 0
                else:
                    failures += 1
                    self._want(["figures"])
                    await asyncio.sleep(min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS) * (0.5 + random.random()))

    async def _ask(self, path: str) -> bool:
        began = time.perf_counter()
        request = Request("GET", path, self._headers | {"Chidao-Refresh": "1"})
        try:
            await self._sent(request)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is counted
            self._connection = None
            self._seen.failures.append(f"{path} {type(error).__name__} {str(error)[:80]}")
            return False
        if path.startswith("/home"):
            self._seen.answers.append((time.perf_counter(), time.perf_counter() - began))
        return True

    async def _sent(self, request: Request) -> None:
        kept, self._connection = self._connection, None
        if kept is not None:
            try:
                await kept.ask(request)
                self._connection = kept
                return
            except (OSError, asyncio.IncompleteReadError):
                # A connection that nobody used for five seconds is hung up on; a browser opens another without a word.
                kept.close()
        opened = await Connection.open(self._run.url, self._run.trust)
        await opened.ask(request)
        self._connection = opened


class Town:
    """The people of the demonstration, signed in without their passwords, and the tasks that change."""

    def __init__(self, run: Run) -> None:
        self.run = run
        key = ECKey.import_key((run.data / "keys" / "sign-in.pem").read_bytes())
        key.ensure_kid()
        self._issuer = Issuer("", key)
        self._places = [
            (one.person, membership, place)
            for one in demo_members(Province("quang-ngai"), today())
            for membership, place in one.memberships
            if place.role is not Role.SYSTEM_ADMIN
        ]
        self._clerks = [self._member(*one) for one in self._places if one[2].role is Role.AGENCY_CLERK]
        self.versions: dict[str, tuple[Member, int]] = {}
        self.refused: list[str] = []

    def _member(self, person: Any, membership: UUID, place: Any) -> Member:
        return Member(person.username, place.agency_id, place.role, person.id, membership)

    def token(self, member: Member) -> str:
        return self._issuer.person_token(member, iss=f"{self.run.url}/realms/chidao", exp=int(time.time()) + TOKEN_SECONDS)

    async def cookies(self, count: int) -> list[str]:
        """Sessions of `count` browsers, all roles in turn; the hundred and more agencies among them."""
        postgres = postgres_of(self.run.data)
        address = f"postgresql+asyncpg://postgres:{postgres['password']}@{postgres['host']}:{postgres['port']}/chidao_portal"
        database = Database(address, application="bench")
        sessions = Sessions(database, SealedBox(self.run.data / "keys" / "session.key"))
        chosen = random.Random(9).sample(self._places, min(count, len(self._places)))
        cookies = []
        for number in range(count):
            person, membership, place = chosen[number % len(chosen)]
            token = self.token(self._member(person, membership, place))
            offered = Membership(membership, place.agency_id, "Cơ quan", "Cơ quan", place.position, place.role)
            tokens = Tokens(token, "", "", time.time() + TOKEN_SECONDS)
            cookie = await sessions.begin(
                person.id, person.name, [offered], tokens, acting_as=offered, provider_session=None, device=Device()
            )
            cookies.append(cookie)
        await database.dispose()
        return cookies

    async def prepare(self) -> None:
        """Accepted tasks of many agencies."""
        tracker = next(self._member(*one) for one in self._places if one[2].role is Role.OFFICE_TRACKER)
        connection = await Connection.open(self.run.url, self.run.trust)
        due = (today() + timedelta(days=30)).isoformat()
        address = "/api/directives/directives"
        for number in range(DIRECTIVES):
            leads = [self._clerks[(number * OF_ONE_DIRECTIVE + place) % len(self._clerks)] for place in range(OF_ONE_DIRECTIVE)]
            body = document(*(instruction(assignments=[lead(one.agency)], due=due) for one in leads), number=str(9000 + number))
            draft: Any = await connection.json(self._sending(tracker, address, body))
            released: Any = await connection.json(self._sending(tracker, f"{address}/{draft['id']}/release", {}, version=1))
            for one, clerk in zip(released["instructions"], leads, strict=True):
                self.versions[one["id"]] = (clerk, 1)
        connection.close()
        await self._wait_for_tasks()
        connection = await Connection.open(self.run.url, self.run.trust)
        for task in self.versions:
            await connection.ask(self._next(task, "accept", {}))
        connection.close()

    async def _wait_for_tasks(self) -> None:
        line = await asyncpg.connect(**postgres_of(self.run.data), database="chidao_tasks")
        while await line.fetchval("SELECT count(*) FROM task") < len(self.versions):
            await asyncio.sleep(0.2)
        await line.close()

    async def change(self, per_second: float, seconds: float) -> list[float]:
        """Progress reports at their intended times; how long each took from then."""
        tasks = list(self.versions)
        idle = [await Connection.open(self.run.url, self.run.trust) for _ in range(SENDERS)]

        async def send(number: int) -> None:
            task = tasks[number % len(tasks)]
            connection = idle.pop() if idle else await Connection.open(self.run.url, self.run.trust)
            try:
                await connection.ask(self._next(task, "progress", {"percent": number % 100, "content": "Đã rà soát"}))
            except Unexpected as refused:
                self.refused.append(f"change {str(refused)[-200:]}")
                clerk, version = self.versions[task]
                self.versions[task] = (clerk, version - 1)
            idle.insert(0, connection)

        _, took = await open_loop(round(per_second * seconds), per_second=per_second, send=send)
        return took

    def _next(self, task: str, act: str, body: object) -> Request:
        clerk, version = self.versions[task]
        self.versions[task] = (clerk, version + 1)
        return self._sending(clerk, f"/api/tasks/tasks/{task}/{act}", body, version=version)

    def _sending(self, member: Member, path: str, body: object, *, version: int | None = None) -> Request:
        headers = {"Authorization": f"Bearer {self.token(member)}", "Chidao-Membership": str(member.membership)}
        headers |= {"Idempotency-Key": uuid4().hex} | ({"If-Match": f'"{version}"'} if version is not None else {})
        return Request("POST", path, headers, json.dumps(body).encode())


@dataclass(frozen=True)
class Stormed:
    """Seconds and counts of one run; bytes of memory before the changes, in their midst and after them, by piece."""

    homes: int
    before: list[float]
    during: list[float]
    after: list[float]
    changed: list[float]
    told: int
    failures: list[str]
    memory: Mapping[str, Mapping[str, int]]
    quiet_after: float
    lasted: float

    def to_json(self) -> dict[str, Any]:
        phases = {"before": self.before, "during": self.during, "after": self.after, "change": self.changed}
        times = {
            f"{name}_p{round(share * 100)}_ms": round(1000 * percentile(values, share), 1)
            for name, values in phases.items()
            if values
            for share in (0.5, 0.99)
        }
        return times | {
            "homes": self.homes,
            "homes_a_second": round(len(self.during) / self.lasted, 1),
            "told": self.told,
            "failures": len(self.failures),
            "quiet_after_seconds": round(self.quiet_after, 2),
            **{
                f"memory_{when}_mb": " · ".join(
                    [str(round(sum(pieces.values()) / 1e6)), *(f"{name} {round(size / 1e6)}" for name, size in pieces.items())]
                )
                for when, pieces in self.memory.items()
            },
        }


async def storm(run: Run, *, homes: int, per_second: float, seconds: float) -> Stormed:
    """Homes are opened, left alone for a while, and then changes come."""
    town, seen = Town(run), Seen()
    await town.prepare()
    cookies = await town.cookies(homes)
    name = f"__Host-chidao-{urlsplit(run.url).port}"
    opened = []
    for cookie in cookies:
        opened.append(asyncio.create_task(Home(run, f"{name}={cookie}", seen).stay_open()))
        await asyncio.sleep(0.01)
    await asyncio.sleep(QUIET_SECONDS)
    memory = {"before": memory_of(run)}
    before = await _looks(run, f"{name}={cookies[0]}")
    storms = time.perf_counter()
    halfway = asyncio.create_task(_after(seconds / 2, run))
    changed = await town.change(per_second, seconds)
    ended = time.perf_counter()
    await asyncio.sleep(QUIET_SECONDS)
    after = await _looks(run, f"{name}={cookies[0]}")
    memory |= {"halfway": await halfway, "after": memory_of(run)}
    last = max((at for at, _ in seen.answers), default=ended)
    for one in opened:
        one.cancel()
    await asyncio.gather(*opened, return_exceptions=True)
    during = seen.between(storms, ended)
    return Stormed(
        homes,
        before,
        during,
        after,
        changed,
        seen.told,
        seen.failures + town.refused,
        memory,
        max(0.0, last - ended),
        ended - storms,
    )


async def _after(seconds: float, run: Run) -> Mapping[str, int]:
    await asyncio.sleep(seconds)
    return await asyncio.to_thread(memory_of, run)


async def _looks(run: Run, cookie: str) -> list[float]:
    """The whole home as somebody opens it, again and again."""
    took = []
    for _ in range(20):
        connection = await Connection.open(run.url, run.trust)
        began = time.perf_counter()
        await connection.ask(Request("GET", "/home", {"Cookie": cookie, "Accept-Encoding": "gzip"}))
        took.append(time.perf_counter() - began)
        connection.close()
    return took


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench homes")
    parser.add_argument("--homes", type=int, default=HOMES)
    parser.add_argument("--per-second", type=float, default=PER_SECOND)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--split", action="store_true", help="many processes, RabbitMQ and nginx instead of one process")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        run = (start_split if asked.split else start)(Path(folder) / "run")
        try:
            stormed = asyncio.run(storm(run, homes=asked.homes, per_second=asked.per_second, seconds=asked.seconds))
        finally:
            stop(run)
    found = stormed.to_json()
    for name, value in found.items():
        print(f"{name:>24}  {value}")
    for failure in sorted(set(stormed.failures))[:10]:
        print(f"{'failed':>24}  {failure}")
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
