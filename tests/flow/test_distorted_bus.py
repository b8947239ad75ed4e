"""A bus that loses, repeats and reorders, and is purged in the middle: one sweep later everything agrees all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from joserfc.jwk import ECKey

from faults.notices_told import TOLD
from libs.common.db import Database
from libs.common.messaging.feed import FeedPage, Position, read_feed
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.sweep import Sweep
from libs.common.service import Service, service_of
from libs.directory_replica.province import ProvinceReplica
from services.tasks.scheduler.overdue import OverdueScheduler
from tests.conftest import ServiceDatabase
from tests.directives.documents import document, instruction, lead, today
from tests.issuer import ISSUER, Issuer, Person
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_CLERK,
    LEADER,
    OFFICE_LEAD,
    TRACKER,
    Client,
    fill_replica,
    nothing_is_held,
)
from tests.tasks.released import PDF

SEEDS = 200
NAMES = ("directives", "tasks", "notify", "reporting")
REPLICA_CONSUMERS = {"directives": "directives", "tasks": "tasks", "notify": "notify-directory", "reporting": "reporting"}


@dataclass
class Distortion:
    """What one publish hands to one queue: each message may be lost or come twice, and the whole in another order."""

    random: Random = field(default_factory=lambda: Random(0))
    lost: int = 0
    repeated: int = 0
    swapped: int = 0

    def __call__(self, bodies: list[bytes]) -> list[bytes]:
        arriving: list[bytes] = []
        for body in bodies:
            fate = self.random.random()
            if fate < 0.15:
                self.lost += 1
                continue
            arriving += [body] * (2 if fate > 0.85 else 1)
            self.repeated += fate > 0.85
        if len(set(arriving)) > 1 and self.random.random() < 0.5:
            before = list(arriving)
            self.random.shuffle(arriving)
            self.swapped += arriving != before
        return arriving


@dataclass
class Province:
    """Four services over one bus; nothing sweeps but what the test calls."""

    clients: dict[str, Client]
    bus: InMemoryBus
    distortion: Distortion

    def service(self, name: str) -> Service:
        return service_of(self.clients[name].app)

    async def read_feed_of(self, source: str, after: Position, limit: int) -> FeedPage:
        if source == "directory":
            return FeedPage([], after)
        async with self.service(source).database.read() as connection:
            return await read_feed(connection, source, after, limit)

    async def sweep(self, *names: str) -> None:
        for name in names:
            for runner in self.service(name).runners:
                for source in runner.consumer.sources:
                    await Sweep(runner, source, self.read_feed_of, every=1).once()

    async def relayed(self) -> None:
        """Until the outboxes are empty: the bus has got everything it will get."""
        for name in ("directives", "tasks"):
            while (await self.clients[name].rows("SELECT count(*) AS rows FROM outbox"))[0].rows:
                await asyncio.sleep(0.005)

    async def applied(self, consumer: str, source: str) -> tuple[int, int]:
        """How many events of the source this consumer has applied, of how many there are."""
        (events,) = await self.clients[source].rows("SELECT count(*) AS rows FROM event_log")
        (inbox,) = await self.clients[consumer].rows(
            "SELECT count(*) AS rows FROM inbox WHERE consumer = :consumer AND source = :source", consumer=consumer, source=source
        )
        return inbox.rows, events.rows


@asynccontextmanager
async def province(databases: Callable[[str], ServiceDatabase], issuer: Issuer, folder: Path) -> AsyncIterator[Province]:
    distortion = Distortion()
    bus = InMemoryBus(distortion)
    async with AsyncExitStack() as stack:
        clients: dict[str, Client] = {}
        for name in NAMES:
            clients[name] = await stack.enter_async_context(_running(name, databases(name), issuer, folder, bus))
        yield Province(clients, bus, distortion)


@asynccontextmanager
async def _running(name: str, database: ServiceDatabase, issuer: Issuer, folder: Path, bus: InMemoryBus) -> AsyncIterator[Client]:
    key_file = folder / f"{name}.pem"
    key_file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    settings_class = getattr(import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")
    never = {"overdue_every_seconds": 3600.0} if name == "tasks" else {}
    settings = settings_class(
        database_url=database.app_url,
        issuer=ISSUER,
        jwks_url=issuer.jwks_url,
        token_url="http://127.0.0.1:1/token",
        client_id=f"service-{name}",
        private_key_file=key_file,
        files_folder=folder / "files",
        membership_max_age_seconds=3600.0,
        **never,
    )
    app: FastAPI = import_module(f"services.{name}.app").create_app(settings, bus)
    admin = Database(database.admin_url)
    await fill_replica(admin, consumer=REPLICA_CONSUMERS[name])
    await nothing_is_held(admin)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://service.test", timeout=60) as http,
    ):
        yield Client(http, issuer, app, admin)
    await admin.dispose()


class Story:
    """One directive with a task of a department, one of another, and a group; how far each goes is drawn by the seed."""

    def __init__(self, running: Province, seed: int) -> None:
        self.running, self.seed, self.random = running, seed, Random(seed)
        self.tasks, self.directives = running.clients["tasks"], running.clients["directives"]

    async def go(self) -> None:
        self.running.distortion.random = Random(self.seed)
        late = today() - timedelta(days=self.random.randint(0, 3))
        body = document(
            instruction(assignments=[lead(HEALTH)], due=late.isoformat()),
            instruction(assignments=[lead(FINANCE)]),
            instruction(assignments=[], lead_group="communes"),
            number=str(self.seed + 1),
            issue_date=(today() - timedelta(days=5)).isoformat(),
        )
        draft = (await self._sent(self.directives, TRACKER, "/directives", body)).json()
        await self._sent(self.directives, OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
        await self.running.relayed()
        if self.seed % 10 == 5:
            self.running.distortion.lost += self.running.bus.purge()
        await self.running.sweep("tasks")
        health, finance, group = (one["id"] for one in draft["instructions"])
        parts = (await self.tasks.get(COMMUNE_CLERK, f"/tasks/{group}/children")).json()["items"]
        for person, task in ((HEALTH_CLERK, health), (FINANCE_CLERK, finance), (COMMUNE_CLERK, parts[0]["id"])):
            await self._carry(person, task)

    async def _carry(self, person: Person, task: str) -> None:
        steps = ["accept", "progress", "results", "results/return", "results", "results/confirm"][: self.random.randint(0, 6)]
        for version, step in enumerate(steps, start=1):
            who = TRACKER if "/" in step else person
            await self._sent(self.tasks, who, f"/tasks/{task}/{step}", await self._body(step, person, task), version=version)
            if self.random.random() < 0.02:
                self.running.distortion.lost += self.running.bus.purge()

    async def _body(self, step: str, person: Person, task: str) -> dict[str, Any]:
        if step == "progress":
            return {"percent": self.random.randint(0, 100), "content": "Đang thực hiện"}
        if step == "results/return":
            return {"reason": "Thiếu số liệu"}
        if step != "results":
            return {}
        headers = self.tasks.issuer.headers(person) | {"Idempotency-Key": f"file-{self.seed}-{self.random.random()}"}
        file = await self.tasks.http.post(f"/tasks/{task}/files", files={"file": ("bc.pdf", PDF, "application/pdf")}, headers=headers)
        assert file.status_code == 201, file.text
        return {"report_number": "1/BC", "report_date": today().isoformat(), "summary": "Xong", "file_id": file.json()["id"]}

    async def _sent(self, client: Client, person: Person, path: str, body: Any = None, *, version: int | None = None) -> httpx2.Response:
        answer = await client.post(person, path, body, version=version)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer


async def rows_of(client: Client, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await client.rows(statement)]


async def expected_notices(tasks: Client) -> list[tuple[str, UUID, int, bool]]:
    """(kind, task, version, for the Office) as the event log of the tasks service demands it."""
    found: list[tuple[str, UUID, int, bool]] = []
    for row in await tasks.rows(
        "SELECT e.type, e.aggregate_id, e.version, t.is_group "
        "FROM event_log e JOIN task t ON t.id = CAST(e.payload->'state'->>'id' AS uuid)"
    ):
        name = row.type.split(".")[2]
        if name not in TOLD or row.is_group:
            continue
        kind, for_lead, for_office = TOLD[name]
        found += [(kind, row.aggregate_id, row.version, False)] * for_lead + [(kind, row.aggregate_id, row.version, True)] * for_office
    return sorted(found)


async def differences(running: Province) -> list[str]:
    """Where services disagree about the same tasks; empty when everything has arrived everywhere."""
    tasks, notify, reporting, directives = (running.clients[name] for name in ("tasks", "notify", "reporting", "directives"))
    found: list[str] = []
    now = "SELECT id, version, state, due, submitted_on, completed_on, lead_agency_id, parent_id, is_group FROM {} ORDER BY id"
    if await rows_of(tasks, now.format("task")) != await rows_of(reporting, now.format("task_now")):
        found.append("rows of tasks and of reporting")
    facts = "SELECT id, version FROM task_fact ORDER BY id, version"
    # That something was told is no fact about a task.
    events = "SELECT aggregate_id, version FROM event_log WHERE aggregate_type = 'task' ORDER BY aggregate_id, version"
    if await rows_of(tasks, events) != await rows_of(reporting, facts):
        found.append("events of tasks and facts of reporting")
    told = [
        (row.kind, row.aggregate_id, row.version, "OFFICE_TRACKER" in row.roles)
        for row in await notify.rows("SELECT kind, aggregate_id, version, roles FROM notice WHERE source <> 'notify'")
    ]
    if sorted(told) != await expected_notices(tasks):
        found.append("events of tasks and notices")
    for consumer, source in (("tasks", "directives"), ("notify", "tasks"), ("reporting", "tasks"), ("reporting", "directives")):
        applied, events = await running.applied(consumer, source)
        if applied != events:
            found.append(f"{consumer} has applied {applied} of {events} events of {source}")
    released = "SELECT id FROM instruction WHERE version = 1 ORDER BY id"
    if await rows_of(directives, released) != await rows_of(tasks, "SELECT id FROM task WHERE parent_id IS NULL ORDER BY id"):
        found.append("released instructions and tasks")
    return found


async def figures_agree(running: Province) -> None:
    """The official figures are what a plain count over the tasks gives."""
    picture = (await running.clients["reporting"].get(LEADER, "/figures")).json()
    (counted,) = await running.clients["tasks"].rows(
        "SELECT count(*) AS assignments, count(*) FILTER (WHERE state = 'COMPLETED') AS completed, "
        "count(DISTINCT coalesce(parent_id, id)) AS instructions FROM task WHERE NOT is_group"
    )
    total = picture["assignments_total"]
    assert (total["N"], total["C"], picture["province"]["N"]) == (counted.assignments, counted.completed, counted.instructions)
    assert total["completed_on_time"] + total["completed_late"] == total["C"] > 0
    assert total["open_overdue"] > 0


async def in_order(notify: Client) -> None:
    """Nobody reads of a return before the submission: each task's notices were written by version."""
    written: dict[UUID, Sequence[int]] = {}
    for row in await notify.rows("SELECT aggregate_id, version FROM notice WHERE source <> 'notify' ORDER BY number"):
        written.setdefault(row.aggregate_id, []).append(row.version)  # type: ignore[attr-defined]
    assert all(list(versions) == sorted(versions) for versions in written.values())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_one_sweep_later_everything_agrees(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> None:
    async with province(database, issuer, tmp_path) as running:
        for seed in range(SEEDS):
            await Story(running, seed).go()
        service = running.service("tasks")
        rules = ProvinceReplica(service.database)
        await OverdueScheduler(service.database, service.hints, service.clock, rules, every=1, lists=("tasks",)).once()
        await running.relayed()
        # The bus has nothing more to bring once its queues are empty and the last batch was applied.
        while running.bus.waiting:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        distortion = running.distortion
        print(f"{SEEDS} seeds: {distortion.lost} lost, {distortion.repeated} repeated, {distortion.swapped} swapped")
        assert min(distortion.lost, distortion.repeated, distortion.swapped) > 0
        assert await differences(running), "with the sweep off these seeds lose something"
        await running.sweep("tasks", "notify", "reporting")
        assert await differences(running) == []
        await figures_agree(running)
        await in_order(running.clients["notify"])
        for name in ("notify", "reporting"):
            (left,) = await running.clients[name].rows(
                "SELECT (SELECT count(*) FROM held_notice) AS held, (SELECT count(*) FROM dead_event) AS dead"
            )
            assert (left.held, left.dead) == (0, 0), name
