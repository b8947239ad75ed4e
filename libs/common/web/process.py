"""One application as its own process, from its settings to its last answer."""

import os
import sys

import uvloop
from starlette.types import ASGIApp

from libs.common import fault_points
from libs.common.telemetry import configure_logs, configure_traces
from libs.common.web.server import Server, configuration

CANNOT_START = 3


def run(app: ASGIApp, *, name: str, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then end in order. Exit code 3 when it cannot start; the log says why."""
    configure_logs()
    configure_traces(None, service=name)
    fault_points.arm(os.environ)
    server = Server(configuration(app, host=host, port=port))
    uvloop.run(server.serve())
    if not server.started:
        sys.exit(CANNOT_START)
