"""One application as its own process, from its settings to its last answer."""

import os
import sys

import uvloop
from starlette.types import ASGIApp

from libs.common import fault_points
from libs.common.supervise import when_one_ends
from libs.common.telemetry import configure_logs, configure_traces
from libs.common.web.server import Server, configuration

CANNOT_START = 3
WORK_ENDED = 4


def run(app: ASGIApp, *, name: str, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then end in order. Exit code 3 when it cannot start; the log says why.

    Exit code 4 when a long-running work of it has ended for good: what answers requests alone would look well and be half dead.
    """
    configure_logs()
    configure_traces(None, service=name)
    fault_points.arm(os.environ)
    server = Server(configuration(app, host=host, port=port))
    ended = uvloop.run(_serve(server))
    if not server.started:
        sys.exit(CANNOT_START)
    if ended:
        sys.exit(WORK_ENDED)


async def _serve(server: Server) -> list[str]:
    """Until it is told to stop, or a work of the application has ended; which have."""
    ended: list[str] = []

    def stop(work: str) -> None:
        ended.append(work)
        server.should_exit = True

    when_one_ends(stop)
    await server.serve()
    return ended
