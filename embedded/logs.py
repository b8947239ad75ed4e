"""The log of a run goes to a file: the terminal is for the few lines that a person reads."""

from pathlib import Path

from libs.common.telemetry import configure_logs


def log_to(file: Path) -> None:
    """One JSON object a line, after what is there already."""
    configure_logs(file.open("a", encoding="utf-8", buffering=1))
