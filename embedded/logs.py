"""The log of a run goes to a file: the terminal is for the few lines that a person reads."""

import json
import logging
from pathlib import Path

import structlog

from libs.common.telemetry import configure_logs


class _OneObjectALine(logging.Formatter):
    """What libraries say, in the form of our own lines."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"level": record.levelname.lower(), "logger": record.name, "event": record.getMessage().strip()}
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def log_to(file: Path) -> None:
    """One JSON object a line. Of libraries only warnings: every request is told by our own middleware already."""
    opened = file.open("a", encoding="utf-8", buffering=1)
    handler = logging.StreamHandler(opened)
    handler.setFormatter(_OneObjectALine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    configure_logs()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(opened))
