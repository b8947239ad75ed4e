"""What the servers of our own have in common: a free port, an end in order, and how a process left behind is told from others."""

import os
import random
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

HOST = "127.0.0.1"


# Below those that the system gives to whoever asks for any: each line that anybody opens takes one of these, and may take it between our
# look and our server's start. Then another's server answers in place of ours.
PORTS = range(20_000, 32_000)
_GIVEN_LAST: deque[int] = deque(maxlen=1_000)


def free_port() -> int:
    """Another each time. Somebody else may take it before we do, so whoever starts a server on it must be ready to try again."""
    while True:
        port = random.choice(PORTS)  # noqa: S311
        if port not in _GIVEN_LAST and _is_free(port):
            _GIVEN_LAST.append(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as opened:
        try:
            opened.bind((HOST, port))
        except OSError:
            return False
        return True


def end(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float) -> None:
    """Send the first signal, and each next one when the process has not gone within `patience` seconds. May be repeated.

    Raises subprocess.TimeoutExpired when it is there after the last.
    """
    for sent in signals:
        if process.poll() is not None:
            return
        process.send_signal(sent)
        # Whoever was stopped for a look cannot hear that he shall end.
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            if sent is signals[-1]:
                raise


def kill_all_in(folder: Path, programs: Collection[str], *, patience: float) -> bool:
    """Kill what is left of an earlier run; whether nothing is there any more within `patience` seconds."""
    ends = time.monotonic() + patience
    while found := list(processes_in(folder, programs)):
        if time.monotonic() > ends:
            return False
        for process in found:
            # Some end with the one before them.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02)
    return True


def processes_in(folder: Path, programs: Collection[str]) -> Iterator[int]:
    """Every process of these names whose working directory is `folder`, so that a reused process id is never mistaken for ours."""
    if not folder.exists():
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "cwd").samefile(folder) and (entry / "comm").read_text().strip() in programs:
                yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
