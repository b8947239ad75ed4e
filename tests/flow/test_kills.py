"""`kill -9` at any moment of the flow: thirty times at named points, each while a request is in flight, PostgreSQL with every third.

Afterwards the journal of the clients, every database, the files and the figures API say the same; and the checker that says so is
itself shown faults, one after the other, and names each. CHIDAO_SEED=… replays the order of the points and what clients draw.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import asyncpg
import httpx2
import pytest

from faults.checker import differences
from faults.clients import at_work, everybody
from faults.evidence import Databases, Evidence, databases_of
from faults.journal import Journal, Told
from faults.people import SignIns, Somebody
from libs.common.fault_points import Point
from tests.chance import seed_of_tree
from tests.flow.run_under_fault import RunUnderFault, plan_of
from tests.processes import processes_of

KILLS = 30
POSTGRES_WITH_EVERY = 3
# How long all that was heard of may need to arrive everywhere; what differs then is the finding.
LONGEST_CONVERGENCE = 60.0
# A run that is restarted has everybody wait for some seconds; a client never gives up.
PATIENCE = httpx2.Timeout(120.0)


@dataclass
class Storm:
    """What thirty kills have left, and the run, which is up again."""

    run: RunUnderFault
    told: Told
    evidence: Evidence
    found: list[str]


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    folder = tmp_path_factory.mktemp("kills")
    run = RunUnderFault(folder / "data", Journal(folder / "journal.jsonl"))
    try:
        yield asyncio.run(_storm(run, seed_of_tree()))
        run.stop()
        assert processes_of(run.data) == []
    finally:
        run.clear()


async def _storm(run: RunUnderFault, seed: int) -> Storm:
    random = Random(seed)
    async with httpx2.AsyncClient(base_url=run.url, timeout=PATIENCE) as http:
        await run.live()
        sign_ins = SignIns(http, run.data)
        clients = await everybody(http, sign_ins, run.journal, random)
        leader = await sign_ins.somebody("chu tich ubnd tinh", "LEADER")
        run.stop()
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as working:
            for client in clients:
                working.create_task(at_work(client, enough))
            for number, fault in enumerate(plan_of(KILLS, random), start=1):
                await run.live_and_die(fault, with_postgres=number % POSTGRES_WITH_EVERY == 0)
            await run.live()
            enough.set()
        run.journal.close()
        # Once more in order: the scheduler looks at every task anew, and every consumer sweeps from where it stood.
        run.stop()
        await run.live()
        told = Told.read(run.journal.file)
        _say(run, told)
        evidence, found = await _converged(run, told, http, sign_ins, leader)
        return Storm(run, told, evidence, found)


async def _converged(
    run: RunUnderFault, told: Told, http: httpx2.AsyncClient, sign_ins: SignIns, leader: Somebody
) -> tuple[Evidence, list[str]]:
    """Asks again until nothing differs, or the time is over: then what differs is the finding."""
    await sign_ins.renew(leader)
    ends = asyncio.get_running_loop().time() + LONGEST_CONVERGENCE
    async with databases_of(run.data) as databases:
        while True:
            figures = await http.get("/api/reporting/figures", headers=leader.headers())
            evidence = await databases.evidence(figures.raise_for_status().json(), run.data / "files" / "tasks")
            found = differences(told, evidence)
            if not found or asyncio.get_running_loop().time() > ends:
                return evidence, found
            await asyncio.sleep(0.5)


def _say(run: RunUnderFault, told: Told) -> None:
    acts = Counter(one.request.act for one in told.accepted)
    print(
        f"{run.kills} kills, {run.kills_with_postgres} of them with PostgreSQL, {run.kills_before_announced} before it announced itself, "
        f"{run.let_go} times let go because nothing was in flight\n"
        f"points: {', '.join(f'{point} {times}' for point, times in sorted(run.hits.items()))}\n"
        f"{len(told.accepted)} accepted: {', '.join(f'{act} {times}' for act, times in acts.items())}\n"
        f"{len(told.refused)} overtaken, {run.journal.repeats} repeats, "
        f"{sum(one.replayed for one in told.accepted)} of them found their change made"
    )


def test_each_kill_met_a_request_in_flight_and_every_point_was_hit(storm: Storm) -> None:
    assert len(storm.told.kills) == storm.run.kills == KILLS
    assert all(kill["in_flight"] for kill in storm.told.kills)
    assert sum(kill["with_postgres"] for kill in storm.told.kills) == KILLS // POSTGRES_WITH_EVERY
    assert len(Point) >= 10
    assert min(storm.run.hits[point] for point in Point) >= KILLS // len(Point)


def test_the_whole_flow_was_under_way(storm: Storm) -> None:
    acts = Counter(one.request.act for one in storm.told.accepted)
    assert set(acts) == {"register", "correct", "submit", "release", "accept", "progress", "upload", "result", "confirm", "return"}
    assert storm.run.journal.repeats > 0
    # Some of what was asked for twice had been done before its answer was lost.
    assert any(one.replayed for one in storm.told.accepted)


def test_no_accepted_change_is_lost_and_none_is_doubled(storm: Storm) -> None:
    assert storm.found == []


def _planted_row(statement: str, service: str, said: str) -> Any:
    return pytest.param(service, statement, said, id=said.replace(" ", "-"))


_ONE_EVENT = "(SELECT seq FROM event_log WHERE type LIKE '%{}%' ORDER BY seq DESC LIMIT 1)"
# By no number of its own: a task that was rolled back or a killed PostgreSQL leaves numbers out.
_ONE_TASK = "(SELECT min(number) FROM task)"
_DOUBLED_EVENT = """
INSERT INTO event_log (event_id, aggregate_type, aggregate_id, version, type, payload, actor, correlation_id, occurred_at)
SELECT gen_random_uuid(), aggregate_type, aggregate_id, (SELECT max(version) + 1 FROM event_log f WHERE f.aggregate_id = e.aggregate_id),
       type, payload, actor, correlation_id, occurred_at
FROM event_log e WHERE seq = {}
"""


@pytest.mark.parametrize(
    ("service", "statement", "said"),
    [
        _planted_row(f"DELETE FROM event_log WHERE seq = {_ONE_EVENT.format('progress')}", "tasks", "event log of tasks: missing"),
        _planted_row(_DOUBLED_EVENT.format(_ONE_EVENT.format("progress")), "tasks", "event log of tasks: one too many"),
        _planted_row("UPDATE event_log SET version = version + 1 WHERE seq = " + _ONE_EVENT.format("confirmed"), "tasks", "not 1…n"),
        _planted_row("DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)", "tasks", "audit of tasks: missing"),
        _planted_row(_DOUBLED_EVENT.format(_ONE_EVENT.format("overdue")), "tasks", "was told 2 times"),
        _planted_row(
            "DELETE FROM event_log WHERE seq = " + _ONE_EVENT.format("released"), "directives", "event log of directives: missing"
        ),
        _planted_row(
            "DELETE FROM command_key WHERE ctid = (SELECT max(ctid) FROM command_key)", "tasks", "idempotency keys of tasks: missing"
        ),
        _planted_row(
            "INSERT INTO command_key (principal, key, method_path, body_sha256, status) VALUES ('somebody', 'refused', '', '', 422)",
            "directives",
            "idempotency keys of directives: one too many",
        ),
        _planted_row("DELETE FROM directive WHERE id = (SELECT max(id::text)::uuid FROM directive)", "directives", "directives: missing"),
        _planted_row(
            "INSERT INTO instruction SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(), 'ordinal', 99))).* "
            "FROM instruction i WHERE id = (SELECT max(id::text)::uuid FROM instruction)",
            "directives",
            "instructions: one too many",
        ),
        _planted_row(f"UPDATE task SET percent = (percent + 1) % 100 WHERE number = {_ONE_TASK}", "tasks", "tasks: missing"),
        _planted_row(f"UPDATE task SET version = version + 1 WHERE number = {_ONE_TASK}", "tasks", "tasks: one too many"),
        _planted_row(
            "DELETE FROM progress_report WHERE reported_at = (SELECT max(reported_at) FROM progress_report)",
            "tasks",
            "progress reports: missing",
        ),
        _planted_row(
            "INSERT INTO progress_report SELECT task_id, version + 100, percent, content, difficulty, proposal, reported_by, reported_at "
            "FROM progress_report WHERE reported_at = (SELECT max(reported_at) FROM progress_report)",
            "tasks",
            "progress reports: one too many",
        ),
        _planted_row("DELETE FROM result WHERE submitted_at = (SELECT max(submitted_at) FROM result)", "tasks", "results: missing"),
        _planted_row(
            "UPDATE result SET decision = 'WAITING' WHERE decided_at = (SELECT max(decided_at) FROM result)",
            "tasks",
            "results: one too many",
        ),
        _planted_row("UPDATE task SET number = -number WHERE id = (SELECT task_id FROM progress_report LIMIT 1)", "tasks", "receipts: "),
        _planted_row("DELETE FROM file WHERE uploaded_at = (SELECT max(uploaded_at) FROM file)", "tasks", "files: missing"),
        _planted_row("INSERT INTO outbox (seq) SELECT max(seq) FROM event_log", "tasks", "still waits"),
        _planted_row(
            "DELETE FROM inbox WHERE ctid = (SELECT max(ctid) FROM inbox WHERE source = 'tasks')",
            "reporting",
            "inbox of reporting from tasks: missing",
        ),
        _planted_row(
            "INSERT INTO inbox VALUES ('notify', 'tasks', 1, gen_random_uuid(), 1)", "notify", "inbox of notify from tasks: one too many"
        ),
        _planted_row(
            "INSERT INTO held_notice VALUES ('notify', 'tasks', 1, gen_random_uuid(), 5, '{}')",
            "notify",
            "held_notice of notify: version 5",
        ),
        _planted_row(
            "INSERT INTO dead_event VALUES ('tasks', 'directives', 1, gen_random_uuid(), 1, '{}', 'bad luck')",
            "tasks",
            "dead_event of tasks: version 1",
        ),
        _planted_row("DELETE FROM notice WHERE number = (SELECT max(number) FROM notice)", "notify", "notices: missing"),
        _planted_row(
            "INSERT INTO notice (id, source, aggregate_id, version, agency_id, roles, kind, task_id, task_code, directive_label, content, "
            "detail, created_at) SELECT gen_random_uuid(), source || '!', aggregate_id, version, agency_id, roles, kind, task_id, "
            "task_code, directive_label, content, detail, created_at FROM notice WHERE number = (SELECT max(number) FROM notice)",
            "notify",
            "notices: one too many",
        ),
        _planted_row(
            "UPDATE task_now SET version = version - 1 WHERE code = (SELECT min(code) FROM task_now)",
            "reporting",
            "tasks known to reporting: missing",
        ),
        _planted_row("DELETE FROM task_fact WHERE ctid = (SELECT max(ctid) FROM task_fact)", "reporting", "facts of reporting: missing"),
        _planted_row(
            "DELETE FROM directive_fact WHERE ctid = (SELECT max(ctid) FROM directive_fact)",
            "reporting",
            "releases known to reporting: missing",
        ),
    ],
)
async def test_the_checker_names_a_row_that_is_wrong(storm: Storm, service: str, statement: str, said: str) -> None:
    async with databases_of(storm.run.data) as databases:
        planted = storm.evidence.with_rows(service, await _rows_after(databases, service, statement))
    found = differences(storm.told, planted)
    assert any(said in sentence for sentence in found), found


async def _rows_after(databases: Databases, service: str, statement: str) -> dict[str, list[asyncpg.Record]]:
    """What the database would hold after `statement`, which is taken back."""
    line = databases.lines[service]
    transaction = line.transaction()
    await transaction.start()
    try:
        # Also where nobody may change anything, nor leave what refers to it behind.
        await line.execute("SET LOCAL session_replication_role = replica")
        assert (await line.execute(statement)).split()[-1] == "1", "the plant must change one row"
        return await databases.rows_of(service)
    finally:
        await transaction.rollback()


def _one_agency_counts_one_more(evidence: Evidence) -> Evidence:
    figures: Any = deepcopy(evidence.figures)
    figures["agencies"][0]["C"] += 1
    return replace(evidence, figures=figures)


def _the_province_has_one_less(evidence: Evidence) -> Evidence:
    figures: Any = deepcopy(evidence.figures)
    figures["province"]["N"] -= 1
    return replace(evidence, figures=figures)


def _an_agency_is_not_counted(evidence: Evidence) -> Evidence:
    return replace(evidence, figures={**evidence.figures, "agencies": evidence.figures["agencies"][1:]})


def _a_file_is_gone(evidence: Evidence) -> Evidence:
    return replace(evidence, files=dict(list(evidence.files.items())[1:]))


def _a_file_has_other_bytes(evidence: Evidence) -> Evidence:
    return replace(evidence, files={**evidence.files, next(iter(evidence.files)): "0" * 64})


def _commits_did_not_wait_for_the_disk(evidence: Evidence) -> Evidence:
    return replace(evidence, settings={**evidence.settings, "synchronous_commit": "off"})


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (_one_agency_counts_one_more, "figures of agency"),
        (_the_province_has_one_less, "figures of the province: N is"),
        (_an_agency_is_not_counted, "agencies with figures: missing"),
        (_a_file_is_gone, "not on the disk"),
        (_a_file_has_other_bytes, "are others"),
        (_commits_did_not_wait_for_the_disk, "PostgreSQL ran with synchronous_commit off"),
    ],
)
def test_the_checker_names_what_is_wrong_outside_the_databases(storm: Storm, planted: Callable[[Evidence], Evidence], said: str) -> None:
    found = differences(storm.told, planted(storm.evidence))
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize("act", ["register", "correct", "release", "accept", "progress", "upload", "result", "confirm", "return"])
def test_the_checker_names_what_nobody_was_told_of(storm: Storm, act: str) -> None:
    """The same from the other side: something happened for which no client has an accepted request."""
    untold = next(one for one in reversed(storm.told.accepted) if one.request.act == act)
    found = differences(replace(storm.told, accepted=[one for one in storm.told.accepted if one is not untold]), storm.evidence)
    assert any("one too many" in sentence and untold.request.key in sentence for sentence in found), found


def test_the_checker_names_a_request_without_an_answer(storm: Storm) -> None:
    waiting = storm.told.accepted[0].request
    assert f"requests: {waiting.key} (register) never got its answer" in differences(
        replace(storm.told, unfinished=[waiting]), storm.evidence
    )
