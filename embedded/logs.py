"""The log of a run goes to a file: the terminal is for the few lines that a person reads."""

import logging
from pathlib import Path

import structlog

from libs.common.telemetry import configure_logs


def log_to(file: Path) -> None:
    """One JSON object a line, from us and from every library."""
    opened = file.open("a", encoding="utf-8", buffering=1)
    handler = logging.StreamHandler(opened)
    # What libraries say of every request they serve or send is said by our own middleware already.
    logging.basicConfig(
        level=logging.WARNING, format='{"level": "%(levelname)s", "logger": "%(name)s", "event": "%(message)s"}', handlers=[handler]
    )
    configure_logs()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(opened))
