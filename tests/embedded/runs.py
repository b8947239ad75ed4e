"""Real runs of the whole system: a process on a free port over a folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Long enough for a slow machine; a run that does not come up ends its output and is noticed at once.
LONGEST_START = 120
# PostgreSQL alone may take half a minute for its last checkpoint on a busy disk.
LONGEST_STOP = 90


@dataclass
class Run:
    process: subprocess.Popen[str]
    data: Path
    url: str
    said: str

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sent)
        return self.process.wait(LONGEST_STOP)

    def log(self) -> list[dict[str, object]]:
        lines = (self.data / "chidao.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


# What pip may need in an office to fetch libraries is no way to our own loopback.
NOBODYS_PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def start(data: Path, *arguments: str, prefix: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    # A test begins without any document, unless it asks for a province.
    beginning = () if "--demo" in arguments else ("--empty",)
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "embedded", "--port", "0", "--data", str(data), *beginning, *arguments],
        cwd=ROOT,
        env=os.environ | NOBODYS_PROXY | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Who was started under nohup ignores a hangup, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )


def until_running(process: subprocess.Popen[str], data: Path) -> Run:
    """Raises AssertionError with what the process said when it ends instead."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Nhật ký"):
            break
    found = re.search(r"https?://127\.0\.0\.1:\d+", said)
    if found is None:
        process.wait(LONGEST_STOP)
        raise AssertionError(f"did not start: {said} {process.stderr.read()}")
    return Run(process, data, found[0], said)


@contextmanager
def running(data: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> Iterator[Run]:
    process = start(data, *arguments, prefix=prefix)
    try:
        yield until_running(process, data)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(LONGEST_STOP)


def refusal(data: Path, *arguments: str, prefix: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Exit code and the words of a run that cannot start."""
    process = start(data, *arguments, prefix=prefix, environment=environment)
    said, complained = process.communicate(timeout=LONGEST_START)
    assert said == ""
    return process.returncode, complained
