"""`python -m bench.split_run FOLDER [--at DAY] [--portals N]`: the split system until it is interrupted.

One line says where, and which process is which piece.
"""

import argparse
import asyncio
import json
import signal
import sys
from datetime import date
from pathlib import Path

import structlog
import uvloop

from embedded.data_folder import hold
from embedded.processes import free_port
from embedded.split import split
from faults.storm import REQUESTS_PER_SECOND


async def main(data: Path, day: date | None, portals: int) -> None:
    # Standard output is for the one line.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    interrupted = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, interrupted.set)
    # One address stands for a whole province here, so the gateway lets it ask more often.
    with hold(data) as folder:
        async with split(folder, port=free_port(), day=day, requests_per_second=REQUESTS_PER_SECOND, portals=portals) as run:
            pieces = {name: piece.process.pid for name, piece in run.pieces.items() if piece.process}
            print(json.dumps({"url": run.public_url, "pieces": pieces}), flush=True)
            await interrupted.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.split_run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", type=date.fromisoformat)
    parser.add_argument("--portals", type=int, default=1)
    given = parser.parse_args()
    uvloop.run(main(given.folder, given.at, given.portals))
