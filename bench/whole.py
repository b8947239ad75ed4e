"""The whole system as a person runs it, in one process or in many: how fast it starts, how much memory it holds, what it computes."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Run:
    """A run of the benchmark's own, in the folder `data`. `pieces` of a split run are its processes by name."""

    url: str
    data: Path
    process: subprocess.Popen[str]
    started_in: float
    pieces: Mapping[str, int] = field(default_factory=dict)

    @property
    def trust(self) -> ssl.SSLContext | None:
        """Who vouches for the gateway of a split run."""
        return ssl.create_default_context(cafile=self.data / "gateway" / "authority.pem") if self.pieces else None


def start(data: Path, *arguments: str, module: str = "embedded") -> Run:
    """Everything in one process."""
    began = time.perf_counter()
    process = _begun(module, "--data", str(data), "--port", "0", "--empty", *arguments)
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[\w.:]+", line)
        if found:
            return Run(found.group(), data, process, time.perf_counter() - began)
    raise RuntimeError("the system did not start")


def start_split(data: Path, *arguments: str) -> Run:
    """Every service as a process of its own, over RabbitMQ and behind the gateway."""
    began = time.perf_counter()
    process = _begun("bench.split_run", str(data), *arguments)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("{"):
        process.terminate()
        process.wait(60)
        raise RuntimeError(f"the split system did not start: {line}")
    running = json.loads(line)
    return Run(running["url"], data, process, time.perf_counter() - began, running["pieces"])


def stop(run: Run) -> None:
    run.process.send_signal(signal.SIGINT)
    run.process.wait(60)


def _begun(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})


def memory_of_tree(process: int) -> int:
    """Bytes, as proportional set size: shared pages are counted once over all processes."""
    return sum(_memory(one) for one in _tree(process))


def memory_of(run: Run) -> dict[str, int]:
    """Bytes of each piece with its children, counted as by `memory_of_tree`."""
    return {name: int(size) for name, size in _by_piece(run, _memory).items()}


def processor_of(run: Run) -> dict[str, float]:
    """Seconds of processor that each piece has taken so far, with its children: of what ran meanwhile beside it they say nothing, and
    so they differ little from run to run."""
    return _by_piece(run, _processor)


def _by_piece(run: Run, measure: Callable[[int], float]) -> dict[str, float]:
    if run.pieces:
        return {name: sum(measure(one) for one in _tree(process)) for name, process in run.pieces.items()}
    own = run.process.pid
    return {"all of ours": measure(own), "postgresql": sum(measure(one) for one in _tree(own) if one != own)}


def _memory(process: int) -> int:
    return sum(int(size) * 1024 for size in re.findall(r"^Pss:\s+(\d+)", _told_of(process, "smaps_rollup"), re.MULTILINE))


def _processor(process: int) -> float:
    """Its own seconds, and those of children that have ended."""
    counted = _told_of(process, "stat").rpartition(")")[2].split()[11:15]
    return sum(map(int, counted)) / os.sysconf("SC_CLK_TCK")


def _told_of(process: int, what: str) -> str:
    """Nothing of one that has ended in this moment."""
    try:
        return (Path("/proc") / str(process) / what).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _tree(process: int) -> list[int]:
    running = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [one for one in running if process in _ancestors(one)]


def _ancestors(process: int) -> set[int]:
    found: set[int] = set()
    while process > 1:
        found.add(process)
        try:
            process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except FileNotFoundError:
            break
    return found
