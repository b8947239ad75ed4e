"""The whole system as a process that stops at a named point, to be looked at and killed there, and started again on the same data."""

import asyncio
import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

from embedded.processes import free_port
from faults.journal import Journal
from faults.kills import stands_still
from libs.common.fault_points import VARIABLE, Fault, Point
from tests.embedded.runs import LONGEST_START, LONGEST_STOP, start, until_running
from tests.processes import processes_of

LONGEST_WAY_TO_A_POINT = 180.0
LOOKED_EVERY = 0.01
WRITING = (Point.BEFORE_EVENTS, Point.AFTER_EVENTS, Point.BEFORE_COMMIT, Point.AFTER_COMMIT)
RELAYING = (Point.BEFORE_PUBLISH, Point.AFTER_PUBLISH, Point.AFTER_OUTBOX)
EFFECTING = (Point.BEFORE_EFFECT, Point.AFTER_EFFECT)
ACKNOWLEDGING = (Point.BEFORE_ACKNOWLEDGE, Point.AFTER_ACKNOWLEDGE)
# Which services come to a point while people work, and at most how often they do before it is their time: relay and consumer
# come to theirs once for a whole batch, and batches grow with the load.
SERVICES_AT: dict[Point, dict[str, int]] = {
    Point.BEFORE_FILE: {"tasks": 4},
    Point.AFTER_FILE: {"tasks": 4},
    **{point: {"tasks": 20, "directives": 4} for point in WRITING},
    **{point: {"tasks": 6, "directives": 3} for point in RELAYING},
    **{point: {"tasks": 4, "notify": 10, "reporting": 10} for point in EFFECTING},
    **{point: {"tasks": 2, "notify": 2, "reporting": 4} for point in ACKNOWLEDGING},
}


def plan_of(kills: int, random: Random) -> list[Fault]:
    """Every point as often as every other, at most one more or less, at services that come to it, in an order drawn by `random`."""
    turns = {point: cycle(random.sample(list(services), len(services))) for point, services in SERVICES_AT.items()}
    faults: list[Fault] = []
    while len(faults) < kills:
        for point in random.sample(list(Point), len(Point)):
            service = next(turns[point])
            faults.append(Fault(service, point, random.randint(1, SERVICES_AT[point][service])))
    return faults[:kills]


@dataclass
class RunUnderFault:
    """One data folder, one address, one life after the other."""

    data: Path
    journal: Journal
    port: int = field(default_factory=free_port)
    hits: Counter[Point] = field(default_factory=Counter)
    kills: int = 0
    kills_with_postgres: int = 0
    kills_before_announced: int = 0
    let_go: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def live(self) -> None:
        """Start without a fault, and stay."""
        await self._started(self._start({}))

    async def live_and_die(self, fault: Fault, *, with_postgres: bool) -> None:
        """Start, work until the fault stops the process while a request is in flight, and kill it there, PostgreSQL too when asked."""
        process = self._start({VARIABLE: str(fault)})
        starting = asyncio.create_task(self._started(process))
        try:
            await self._until_it_stands_still(process, fault)
            self.journal.killed(str(fault), with_postgres=with_postgres)
        finally:
            announced = starting.done()
            _kill(*(processes_of(self.data) if with_postgres else [process.pid]))
            await asyncio.to_thread(process.wait, LONGEST_STOP)
            # Killed before it had said where it is, it never will.
            with suppress(AssertionError):
                await starting
        self.hits[fault.point] += 1
        self.kills += 1
        self.kills_with_postgres += with_postgres
        self.kills_before_announced += not announced

    async def _until_it_stands_still(self, process: subprocess.Popen[str], fault: Fault) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAY_TO_A_POINT):
                await self._stopped(process, fault)
                while not self.journal.in_flight:
                    self.let_go += 1
                    process.send_signal(signal.SIGCONT)
                    await self._stopped(process, fault)
        except TimeoutError:
            raise AssertionError(f"nobody came to {fault} within {LONGEST_WAY_TO_A_POINT:.0f} s") from None

    async def _stopped(self, process: subprocess.Popen[str], fault: Fault) -> None:
        while not stands_still(process.pid):
            assert process.poll() is None, f"the run under {fault} ended by itself: {self._last_words(process)}"
            await asyncio.sleep(LOOKED_EVERY)

    def _start(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        self.process = start(self.data, "--port", str(self.port), environment=environment)
        return self.process

    async def _started(self, process: subprocess.Popen[str]) -> None:
        async with asyncio.timeout(LONGEST_START):
            await asyncio.to_thread(until_running, process, self.data)

    def _last_words(self, process: subprocess.Popen[str]) -> str:
        assert process.stderr is not None
        return process.stderr.read()

    def stop(self) -> None:
        """In order, when it still lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(LONGEST_STOP)

    def clear(self) -> None:
        """End whatever a failure has left behind."""
        self.journal.close()
        _kill(*processes_of(self.data))
        if self.process is not None:
            self.process.wait(LONGEST_STOP)


def _kill(*processes: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
