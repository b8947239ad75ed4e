"""Agencies are reorganised on their day while everything is killed: what was, stays; what is to follow, follows once.

A small province at work plans on one day that its two busiest departments become one on the next, and that a third is split. On that day
the run is killed at named points of the directory, the tasks service and those that hear of it, PostgreSQL with every third.
CHIDAO_KILLS=all (`./test long kills`) kills at each of them.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from embedded.processes import free_port
from faults.evidence import Databases, databases_of
from faults.kills import stands_still
from faults.people import SignIns
from libs.common.fault_points import VARIABLE, Fault, Point
from tests.embedded.runs import LONGEST_START, LONGEST_STOP, start, until_running
from tests.processes import processes_of

EVE, DAY = "2026-10-14", "2026-10-15"
POSTGRES_WITH_EVERY = 3
LONGEST_WAY = 120.0
LONGEST_CONVERGENCE = 60.0
WRITING = (Point.BEFORE_EVENTS, Point.AFTER_EVENTS, Point.BEFORE_COMMIT, Point.AFTER_COMMIT)
ALL = (
    *(("directory", point) for point in WRITING),
    *(("directory", point) for point in (Point.BEFORE_PUBLISH, Point.AFTER_PUBLISH, Point.AFTER_OUTBOX)),
    *(("tasks", point) for point in (Point.BEFORE_EFFECT, Point.AFTER_EFFECT)),
    *(("tasks", point) for point in WRITING),
    *(("notify", point) for point in (Point.BEFORE_EFFECT, Point.AFTER_EFFECT)),
    *(("reporting", point) for point in (Point.BEFORE_EFFECT, Point.AFTER_EFFECT)),
)
FEW = (("directory", Point.BEFORE_COMMIT), ("tasks", Point.AFTER_EFFECT), ("tasks", Point.BEFORE_COMMIT))
KILLS = ALL if os.environ.get("CHIDAO_KILLS") == "all" else FEW
NEW = {"kind": "DEPARTMENT", "parent_id": None, "identifier": None}


@dataclass
class Province:
    """One data folder and one address, on one day after the other."""

    data: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self, day: str, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        self.process = start(self.data, "--port", str(self.port), "--at", day, *arguments, environment=environment)
        return self.process

    async def live(self, day: str, *arguments: str) -> None:
        async with asyncio.timeout(LONGEST_START):
            await asyncio.to_thread(until_running, self.begin(day, *arguments), self.data)

    async def die(self, fault: Fault, *, with_postgres: bool) -> None:
        """On the day itself: works until it comes to the fault, and is killed there."""
        process = self.begin(DAY, environment={VARIABLE: str(fault)})
        # Whoever says nothing of how far he is fills no pipe; the way to a point is no longer than a start.
        starting = asyncio.create_task(asyncio.to_thread(until_running, process, self.data))
        try:
            async with asyncio.timeout(LONGEST_WAY):
                while not stands_still(process.pid):
                    assert process.poll() is None, f"the run under {fault} ended by itself"
                    await asyncio.sleep(0.02)
        finally:
            for one in processes_of(self.data) if with_postgres else [process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            await asyncio.to_thread(process.wait, LONGEST_STOP)
            with suppress(AssertionError):
                await starting

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(LONGEST_STOP)


@dataclass(frozen=True)
class Before:
    """What the eve has left: figures, who leads what that is open, who acts where, how many parts those that merge have in each task."""

    figures: Mapping[str, Any]
    leads: Mapping[UUID, set[UUID]]
    people: Mapping[UUID, set[UUID]]
    parts: Mapping[UUID, int]
    merged: tuple[UUID, UUID]
    split: UUID


async def figures_of(http: httpx2.AsyncClient, headers: Mapping[str, str], **asked: str) -> dict[str, Any]:
    answer = (await http.get("/api/reporting/figures", params=asked, headers=headers)).raise_for_status().json()
    return {name: answer[name] for name in ("as_of", "province", "agencies")}


async def leads_of(databases: Databases) -> dict[UUID, set[UUID]]:
    rows = await databases.lines["tasks"].fetch(
        """SELECT lead_agency_id AS agency, array_agg(id) AS tasks FROM task
           WHERE state <> 'COMPLETED' AND lead_agency_id IS NOT NULL GROUP BY 1"""
    )
    return {row["agency"]: set(row["tasks"]) for row in rows}


async def people_of(databases: Databases, day: str) -> dict[UUID, set[UUID]]:
    rows = await databases.lines["directory"].fetch(
        f"""SELECT agency_id AS agency, array_agg(DISTINCT person_id) AS people FROM membership
            WHERE coalesce(valid_from, '-infinity') <= DATE '{day}' AND coalesce(valid_to, 'infinity') >= DATE '{day}' GROUP BY 1"""
    )
    return {row["agency"]: set(row["people"]) for row in rows}


async def test_what_was_stays_and_what_follows_follows_once(tmp_path: Path) -> None:
    province = Province(tmp_path / "data", free_port())
    try:
        async with httpx2.AsyncClient(base_url=province.url, timeout=60) as http:
            await province.live(EVE, "--demo", "small")
            before = await planned(province, http)
            province.stop()
            for number, (service, point) in enumerate(KILLS, start=1):
                await province.die(Fault(service, point, 1), with_postgres=number % POSTGRES_WITH_EVERY == 0)
            await province.live(DAY)
            await followed(province, http, before)
            province.stop()
        assert processes_of(province.data) == []
    finally:
        for one in processes_of(province.data):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)


async def planned(province: Province, http: httpx2.AsyncClient) -> Before:
    sign_ins = SignIns(http, province.data)
    admin = await sign_ins.somebody("quan tri he thong", "SYSTEM_ADMIN")
    leader = await sign_ins.somebody("chu tich ubnd tinh", "LEADER")
    async with databases_of(province.data) as databases:
        leads = await leads_of(databases)
        departments = {row["id"] for row in await databases.lines["directory"].fetch("SELECT id FROM agency WHERE kind = 'DEPARTMENT'")}
        first, second, third, *_ = sorted((one for one in leads if one in departments), key=lambda one: (-len(leads[one]), str(one)))
        people = await people_of(databases, EVE)
        rows = await databases.lines["tasks"].fetch(
            """SELECT a.task_id, count(*) AS parts FROM assignment a JOIN task t ON t.id = a.task_id
               WHERE a.agency_id = ANY($1) AND a.valid_to IS NULL AND t.state <> 'COMPLETED' GROUP BY 1""",
            [first, second],
        )
        parts = {row["task_id"]: row["parts"] for row in rows}
    assert len(leads[first]) + len(leads[second]) > len(leads[third]) >= 1
    for key, body in {
        "merge": {
            "kind": "MERGE",
            "from_agency_ids": [str(first), str(second)],
            "to_agency_ids": [],
            "new_agencies": [{"name": "Sở Hợp nhất", "short_name": "Sở HN", **NEW}],
        },
        "split": {
            "kind": "SPLIT",
            "from_agency_ids": [str(third)],
            "to_agency_ids": [],
            "new_agencies": [{"name": f"Sở Chia {one}", "short_name": f"Sở C{one}", **NEW} for one in ("Một", "Hai")],
        },
    }.items():
        told = {**body, "effective_on": DAY, "legal_basis": "Nghị quyết số 52/NQ-HĐND"}
        (
            await http.post("/api/directory/reorganisations", json=told, headers={**admin.headers(), "Idempotency-Key": key})
        ).raise_for_status()
    return Before(await figures_of(http, leader.headers(), as_of=EVE, known_on=EVE), leads, people, parts, (first, second), third)


async def followed(province: Province, http: httpx2.AsyncClient, before: Before) -> None:
    leader = await SignIns(http, province.data).somebody("chu tich ubnd tinh", "LEADER")
    async with databases_of(province.data) as databases:
        (heir,) = [row["id"] for row in await databases.lines["directory"].fetch("SELECT id FROM agency WHERE name = 'Sở Hợp nhất'")]
        merged = set[UUID]().union(*(before.leads[one] for one in before.merged))
        wanted = {**{one: tasks for one, tasks in before.leads.items() if one not in before.merged}, heir: merged}
        ends = asyncio.get_running_loop().time() + LONGEST_CONVERGENCE
        while await leads_of(databases) != wanted and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(0.2)
        assert await leads_of(databases) == wanted, "every open task has the one lead that took over, or keeps the one that was split"
        tasks = databases.lines["tasks"]
        assert (
            await tasks.fetch(
                """SELECT t.id FROM task t LEFT JOIN assignment a ON a.task_id = t.id AND a.role = 'LEAD' AND a.valid_to IS NULL
               WHERE t.lead_agency_id IS NOT NULL GROUP BY t.id, t.lead_agency_id
               HAVING count(a) <> 1 OR min(a.agency_id::text) <> t.lead_agency_id::text"""
            )
            == []
        )
        passed_on = await tasks.fetch(
            "SELECT aggregate_id AS task, count(*) AS times FROM event_log WHERE type LIKE '%task-passed-on%' GROUP BY 1"
        )
        assert {row["task"]: row["times"] for row in passed_on} == before.parts, "each part is passed on, and none twice"
        waiting = await http.get("/api/reporting/figures/tasks", params={"bucket": "N", "agency_id": str(heir)}, headers=leader.headers())
        now = await people_of(databases, DAY)
        assert now[heir] == set[UUID]().union(*(before.people[one] for one in before.merged)), "people follow"
        assert not {*before.merged, before.split} & now.keys()
        queue = await tasks.fetch(
            "SELECT t.id FROM succession s JOIN task t ON t.lead_agency_id = s.ended_agency_id "
            "WHERE s.heir_id IS NULL AND t.state <> 'COMPLETED'"
        )
        assert {row["id"] for row in queue} == before.leads[before.split], "who was split waits for the Office"
    assert waiting.raise_for_status().json()["total"] == len(merged), "figures of today know the heir"
    assert await figures_of(http, leader.headers(), as_of=EVE, known_on=EVE) == before.figures, "figures of the past are as they were"
