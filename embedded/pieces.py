"""The pieces of a split run: each a process of its own that is started, watched, and started again when it ends unasked."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx2
import structlog

from embedded.processes import end, kill_all_in
from libs.common.settings import FILE_VARIABLE
from libs.common.telemetry import wording
from libs.common.trust import trusted
from system.refusals import CannotRun

log = structlog.get_logger()

LOOKED_AT_EVERY = 0.1
SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
WELL_AFTER = 20.0
LONGEST_STOP_SECONDS = 20.0


class Process(Protocol):
    """What runs, wherever it comes from: PostgreSQL, RabbitMQ, nginx, one of ours."""

    @property
    def pid(self) -> int: ...

    def running(self) -> bool: ...

    def stop(self) -> None:
        """Ends it in order, or else by force, and returns when it is gone. May be repeated."""
        ...


@dataclass
class Program:
    """One of our own processes."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        end(self.process, signal.SIGTERM, signal.SIGKILL, patience=LONGEST_STOP_SECONDS)


def start_program(*command: str, settings_file: Path, folder: Path, log_file: Path, environment: Mapping[str, str]) -> Program:
    """`python -m command`, told by `settings_file`, working in `folder`, by which a later run knows it as one of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHIDAO_")}
    with log_file.open("ab") as opened:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=kept | {FILE_VARIABLE: str(settings_file), "PYTHONPATH": str(Path(__file__).resolve().parents[1])} | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            # Ctrl-C in a terminal goes to all of its foreground group; the order in which things end is ours to say.
            start_new_session=True,
        )
    return Program(process)


def end_programs_in(folder: Path) -> None:
    """End what a killed run left working in `folder`."""
    if not kill_all_in(folder, {Path(sys.executable).name}, patience=LONGEST_STOP_SECONDS):
        raise CannotRun(
            f"Không dừng được các tiến trình còn lại trong {folder}", f"processes of an earlier run in {folder} cannot be ended"
        )


@dataclass
class Piece:
    """One process of the whole. `start` is blocking; `address` is where it answers; `ready_path` where it says how it is.

    While it is `held`, it is left down when it ends.
    """

    name: str
    start: Callable[[], Process]
    address: str
    ready_path: str | None = None
    process: Process | None = None
    held: bool = False
    starts: int = 0

    async def started(self) -> None:
        starting = asyncio.ensure_future(asyncio.to_thread(self.start))
        try:
            self.process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # What has begun to start is there in a moment, and whoever stops this piece must find it.
            self.process = await starting
            raise
        self.starts += 1

    async def stopped(self) -> None:
        if self.process is not None:
            await asyncio.to_thread(self.process.stop)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.running()

    async def keep_up(self, ended: Callable[["Piece"], None]) -> None:
        """For ever: when it has ended, tell so and start it again, after a pause that grows while it does not stay up."""
        pause = SHORTEST_PAUSE
        while True:
            began = asyncio.get_running_loop().time()
            while self.is_up or self.held:
                await asyncio.sleep(LOOKED_AT_EVERY)
            if asyncio.get_running_loop().time() - began > WELL_AFTER:
                pause = SHORTEST_PAUSE
            ended(self)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            if self.held or self.is_up:
                continue
            try:
                await self.started()
            except Exception as error:  # noqa: BLE001 - whatever keeps it from starting now may have passed in a moment
                log.error("does-not-start", piece=self.name, error=type(error).__name__, detail=wording(error))

    async def missing(self, client: httpx2.AsyncClient) -> str | None:
        """None when it does all that it is there for, else what is missing, in few words."""
        if not self.is_up:
            return "is down"
        if self.ready_path is None:
            return None
        try:
            answer = await client.get(self.address + self.ready_path)
        except httpx2.HTTPError as error:
            return type(error).__name__
        if not answer.is_success:
            return f"{answer.status_code}"
        failing: dict[str, str] = answer.json().get("failing", {})
        return ", ".join(f"{work}: {error}" for work, error in failing.items()) or None


async def until_all_are_ready(pieces: Sequence[Piece], *, seconds: float) -> None:
    """Raises NotReady with what is still missing after `seconds`."""
    missing: dict[str, str] = {}
    async with httpx2.AsyncClient(timeout=5, trust_env=False, verify=trusted()) as client:
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends:
            found = await asyncio.gather(*(piece.missing(client) for piece in pieces))
            missing = {piece.name: words for piece, words in zip(pieces, found, strict=True) if words is not None}
            if not missing:
                return
            await asyncio.sleep(0.2)
    raise NotReady(missing)


class NotReady(Exception):
    """`missing`: name of the piece → what it lacks."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in missing.items()))
        self.missing = missing
