"""What the servers of our own have in common: a free port, and how a process that an earlier run left behind is told from others."""

import socket
from collections.abc import Collection, Iterator
from pathlib import Path

HOST = "127.0.0.1"


def free_port() -> int:
    """Somebody else may take it before we do, so whoever starts a server on it must be ready to try again."""
    with socket.socket() as opened:
        opened.bind((HOST, 0))
        port: int = opened.getsockname()[1]
        return port


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
