"""Kills under load: the split system on a folder of its own, people at work in it, one kill after the other, and what is left of it all."""

import asyncio
import os
import signal
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote

import asyncpg
import httpx2

from embedded.data_folder import hold
from embedded.demo import HOLD_SECONDS
from embedded.pieces import Piece
from embedded.processes import free_port, processes_in
from embedded.split import Split, apart, split
from faults.arrivals import Arrivals
from faults.checker import differences
from faults.clients import Client, Unexpected, at_work, everybody
from faults.conditions import ORDINARY, Conditions
from faults.evidence import Evidence, databases_of
from faults.journal import Journal, Told
from faults.kills import Kill, Kind, plan_of, stands_still
from faults.outcome import NobodyCame, Outcome
from faults.people import SignIns, Somebody
from faults.planted import command_of
from libs.common.fault_points import VARIABLE
from libs.common.messaging import topology
from system.parties import CONSUMING, OPERATOR, VIRTUAL_HOST, wanted_topology

# Clients of one machine, who are a whole province here.
REQUESTS_PER_SECOND = 1_000
# A part that is killed has everybody wait; a client never gives up.
PATIENCE = httpx2.Timeout(120.0)
LOOKED_EVERY = 0.01
ASKED_EVERY = 0.05
LONGEST_WAY_TO_A_POINT = 120.0
LONGEST_WAY_BACK = 120.0
# What has not arrived everywhere by then is taken for lost, and the storm ends.
LONGEST_CONVERGENCE = 45.0
PILE_UP_SECONDS = 2.0
# People think before their next act: it is to be the kill, and not a machine at its limit, that convergence is measured after.
REST_SECONDS = 0.2


@dataclass
class Storm:
    run: Split
    journal: Journal
    conditions: Conditions
    outcome: Outcome
    progress: Callable[[Outcome, Journal], None]
    arrivals: Arrivals = field(default_factory=Arrivals)

    async def blow_all(self, plan: Sequence[Kill], clients: Sequence[Client], *, operations: int) -> None:
        """Every kill while `clients` work, and on until so many operations are accepted; what was lost ends it. Raises NobodyCame."""
        enough = asyncio.Event()
        in_vain: list[NobodyCame] = []
        try:
            async with asyncio.TaskGroup() as working:
                for client in clients:
                    working.create_task(at_work(client, enough, rest=REST_SECONDS))
                for kill in plan:
                    arrived = await self.blow(kill)
                    self.progress(self.outcome, self.journal)
                    if not arrived:
                        break
                while self.outcome.kept and self.journal.accepted < operations:
                    await asyncio.sleep(1)
                    self.progress(self.outcome, self.journal)
                enough.set()
        except* Unexpected as answers:
            self.outcome.found += [f"requests: {answer}" for answer in answers.exceptions]
        except* NobodyCame as waited:
            in_vain += [error for error in waited.exceptions if isinstance(error, NobodyCame)]
        for error in in_vain:
            raise error

    async def blow(self, kill: Kill) -> bool:
        """One kill and its way back; whether everything that had happened arrived everywhere in the end. Raises NobodyCame."""
        piece = self.run.pieces[kill.piece]
        outage = kill.kind is Kind.DATABASE and self.conditions.outage > 0
        if outage:
            # Nobody stands still through it.
            kill = replace(kill, fault=None, standing=None)
        if kill.standing is None:
            await asyncio.sleep(kill.pause)
        else:
            await self._until_at_point(self.run.pieces[kill.standing], kill)
        starts = piece.starts
        if outage:
            began = await self._long_outage(piece)
        else:
            await self._until(lambda: bool(self.journal.in_flight), LONGEST_WAY_TO_A_POINT, f"nobody was at work when {kill} was due")
            # Back too early, it would take what waits for it before the queue is emptied.
            piece.held = self.conditions.purging
            began = self._kill(piece, kill)
            self._let_go_on(kill)
        if self.conditions.purging:
            await asyncio.to_thread(self._purge)
            piece.held = False
        await self._until_accepting(piece, kill, starts)
        back = time.monotonic()
        self.outcome.away.append(back - began)
        return await self._converged(kill, since=back)

    async def _until_at_point(self, piece: Piece, kill: Kill) -> None:
        """The part is started anew with its fault armed, and stops itself there."""
        starts = piece.starts
        self.run.environment[piece.name] = {VARIABLE: str(kill.fault)}
        await piece.stopped()
        await self._until(lambda: piece.starts > starts and piece.is_up, LONGEST_WAY_BACK, f"{piece.name} was not started again")
        assert piece.process is not None
        process = piece.process.pid
        await self._until(lambda: piece.is_up and stands_still(process), LONGEST_WAY_TO_A_POINT, f"nobody came to {kill.fault}")

    def _kill(self, piece: Piece, kill: Kill) -> float:
        assert piece.process is not None
        self.journal.killed(str(kill), kind=kill.kind)
        self.outcome.kills[kill.kind] += 1
        if kill.fault is None:
            self.outcome.at_random += 1
        elif kill.stands_itself:
            self.outcome.hits[kill.fault.point] += 1
        else:
            self.outcome.beside[kill.fault.point] += 1
        # A database is its backends as well.
        backends = processes_in(self.run.folder.postgres / "postgres", {"postgres"}) if kill.kind is Kind.DATABASE else ()
        for process in {piece.process.pid, *backends}:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return time.monotonic()

    def _let_go_on(self, kill: Kill) -> None:
        """Whoever stood still while a server was killed goes on, and finds it gone."""
        if kill.standing is None or kill.stands_itself:
            return
        process = self.run.pieces[kill.standing].process
        assert process is not None
        os.kill(process.pid, signal.SIGCONT)

    async def _long_outage(self, database: Piece) -> float:
        """The database goes while messages wait for their consumers, and stays away while these try and try."""
        consumers = [piece.process for name, piece in self.run.pieces.items() if name.endswith(f"-{Kind.CONSUMER}")]
        for consumer in consumers:
            assert consumer is not None
            os.kill(consumer.pid, signal.SIGSTOP)
        await asyncio.sleep(PILE_UP_SECONDS)
        database.held = True
        await self._until(lambda: bool(self.journal.in_flight), LONGEST_WAY_TO_A_POINT, "nobody was at work when the database was due")
        began = self._kill(database, Kill(Kind.DATABASE, database.name, None, 0.0))
        for consumer in consumers:
            assert consumer is not None
            os.kill(consumer.pid, signal.SIGCONT)
        await asyncio.sleep(self.conditions.outage)
        database.held = False
        return began

    def _purge(self) -> None:
        """What waits for whoever was killed, and what has come meanwhile, is gone."""
        time.sleep(PILE_UP_SECONDS)
        broker = self.run.broker
        with httpx2.Client(base_url=broker.management_url, auth=(OPERATOR, broker.password(OPERATOR)), trust_env=False) as client:
            for queue in wanted_topology().queues:
                place = f"{quote(VIRTUAL_HOST, safe='')}/{quote(queue.name, safe='')}"
                client.delete(f"/api/queues/{place}/contents").raise_for_status()

    async def _until_accepting(self, piece: Piece, kill: Kill, starts: int) -> None:
        """Until the killed part was started anew and takes connections: a database only when it lets somebody in."""

        async def accepts() -> bool:
            if piece.starts == starts:
                return False
            try:
                if kill.kind is Kind.DATABASE:
                    line = await asyncpg.connect(self.run.cluster.dsn("chidao_tasks", driver="postgresql"), timeout=5)
                    await line.close()
                else:
                    host, _, port = piece.address.removeprefix("http://").partition(":")
                    _, writer = await asyncio.open_connection(host, int(port))
                    writer.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return False
            return True

        await self._until(accepts, LONGEST_WAY_BACK, f"{piece.name} did not come back after it was killed")

    async def _converged(self, kill: Kill, *, since: float) -> bool:
        async with databases_of(self.run.folder.postgres) as databases:
            lacking = await self.arrivals.awaited(databases)
            while lacking := await self.arrivals.lacking(databases, lacking):
                if time.monotonic() - since > LONGEST_CONVERGENCE:
                    self.outcome.found += [
                        f"kill {self.outcome.kills.total()} ({kill}): {len(keys)} events of {source} had not reached {consumer} "
                        f"{LONGEST_CONVERGENCE:.0f} s later, the first of them version {keys[0][2]} of {keys[0][1]}"
                        for (_, consumer, source), keys in lacking.items()
                    ]
                    return False
                await asyncio.sleep(ASKED_EVERY)
        self.outcome.convergence.append(time.monotonic() - since)
        return True

    async def _until(self, holds: Callable[[], bool | Awaitable[bool]], seconds: float, otherwise: str) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not (found if isinstance(found := holds(), bool) else await found):
                    await asyncio.sleep(LOOKED_EVERY)
        except TimeoutError:
            raise NobodyCame(otherwise) from None


async def storm(
    folder: Path,
    *,
    seed: int,
    kills_of_each: int,
    operations: int,
    conditions: Conditions = ORDINARY,
    progress: Callable[[Outcome, Journal], None] = lambda _outcome, _journal: None,
) -> Outcome:
    """In the empty `folder`, where the journal stays. Raises CannotRun and NobodyCame; whatever is lost or doubled is in the outcome."""
    random = Random(seed)
    began = time.monotonic()
    outcome = Outcome(seed)
    # What was accepted has happened, so that it can be compared with what followed from it.
    os.environ[HOLD_SECONDS] = "0"
    async with _running(folder / "system", conditions) as (run, http):
        journal = Journal(folder / "journal.jsonl")
        sign_ins = SignIns(http, run.folder.path)
        clients = await everybody(http, sign_ins, journal, random)
        leader = await sign_ins.somebody("chu tich ubnd tinh", "LEADER")
        plan = plan_of(kills_of_each, random, kinds=conditions.kinds, without=conditions.without)
        await Storm(run, journal, conditions, outcome, progress).blow_all(plan, clients, operations=operations)
        journal.close()
        told = Told.read(journal.file)
        evidence, differing = await _compared(run, told, http, sign_ins, leader, patient=outcome.kept)
        outcome.found += differing
        came_again = sum(len(evidence.dead(service, open=False)) for service in CONSUMING)
        outcome.dead_letters_that_came_again = came_again
        if came_again and conditions.delivery_limit == ORDINARY.delivery_limit:
            outcome.found.append(f"dead_event: {came_again} events were given up for a while, though nothing was wrong with them")
        outcome.found += [f"kill {number}: no request was in flight" for number, kill in enumerate(told.kills, 1) if not kill["in_flight"]]
    outcome.accepted, outcome.repeats = len(told.accepted), journal.repeats
    outcome.replayed, outcome.overtaken = sum(one.replayed for one in told.accepted), len(told.refused)
    outcome.seconds = time.monotonic() - began
    return outcome


@asynccontextmanager
async def _running(data: Path, conditions: Conditions) -> AsyncIterator[tuple[Split, httpx2.AsyncClient]]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(hold(data))
        stack.enter_context(_delivery_limit(conditions.delivery_limit))
        run = await stack.enter_async_context(
            split(
                folder,
                port=free_port(),
                day=None,
                compose=apart,
                command=partial(command_of, conditions.patches),
                requests_per_second=REQUESTS_PER_SECOND,
            )
        )
        async with databases_of(folder.postgres) as databases:
            for service, statement in conditions.statements:
                await databases.lines[service].execute(statement)
        trust = ssl.create_default_context(cafile=folder.gateway / "authority.pem")
        yield run, await stack.enter_async_context(httpx2.AsyncClient(base_url=run.public_url, verify=trust, timeout=PATIENCE))


@contextmanager
def _delivery_limit(limit: int) -> Iterator[None]:
    """The topology that is applied meanwhile has this limit."""
    ordinary, topology.DELIVERY_LIMIT = topology.DELIVERY_LIMIT, limit
    try:
        yield
    finally:
        topology.DELIVERY_LIMIT = ordinary


async def _compared(
    run: Split, told: Told, http: httpx2.AsyncClient, sign_ins: SignIns, leader: Somebody, *, patient: bool
) -> tuple[Evidence, list[str]]:
    """Asks again until nothing differs, or the time is over: then what differs is the finding."""
    ends = time.monotonic() + (LONGEST_CONVERGENCE if patient else 0)
    async with databases_of(run.folder.postgres) as databases:
        while True:
            try:
                await sign_ins.renew(leader)
                figures = (await http.get("/api/reporting/figures", headers=leader.headers())).raise_for_status()
            except httpx2.HTTPError as error:
                if time.monotonic() > ends + LONGEST_WAY_BACK:
                    raise NobodyCame(f"the figures cannot be asked for: {error}") from error
            else:
                evidence = await databases.evidence(figures.json(), run.folder.files / "tasks")
                found = differences(told, evidence)
                if not found or time.monotonic() > ends:
                    return evidence, found
            await asyncio.sleep(0.5)
