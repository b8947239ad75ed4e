"""`python -m bench.split_run FOLDER`: the split system until it is interrupted. One line says where, and which process is which piece."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog
import uvloop

from embedded.data_folder import hold
from embedded.processes import free_port
from embedded.split import split
from faults.storm import REQUESTS_PER_SECOND


async def main(data: Path) -> None:
    # Standard output is for the one line.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    interrupted = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, interrupted.set)
    # One address stands for a whole province here, so the gateway lets it ask more often.
    with hold(data) as folder:
        async with split(folder, port=free_port(), day=None, requests_per_second=REQUESTS_PER_SECOND) as run:
            pieces = {name: piece.process.pid for name, piece in run.pieces.items() if piece.process}
            print(json.dumps({"url": run.public_url, "pieces": pieces}), flush=True)
            await interrupted.wait()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
