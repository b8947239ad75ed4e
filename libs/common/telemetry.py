"""Traces and logs. A trace runs through the outbox: the event carries the `traceparent` of the request that caused it."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Span, SpanKind
from structlog.typing import ExcInfo

tracer = trace.get_tracer("chidao")


def present_traceparent() -> str | None:
    """The W3C `traceparent` of the span at work, or None outside any."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


def context_of(traceparent: str | None) -> Context | None:
    return extract({"traceparent": traceparent}) if traceparent else None


@contextmanager
def span(name: str, *, kind: SpanKind = SpanKind.INTERNAL, parent: str | None = None, **attributes: str | int) -> Iterator[Span]:
    """A span that continues the trace of `parent` (a `traceparent`) or of the span at work."""
    with tracer.start_as_current_span(name, context=context_of(parent), kind=kind, attributes=attributes) as current:
        yield current


def configure_traces(exporter: SpanExporter | None, *, service: str) -> TracerProvider:
    """Send spans to `exporter`. With none, traces have their ids, which events and logs keep, and spans are not recorded.

    Without this call there are no ids either.
    """
    resource = Resource.create({"service.name": service})
    if exporter is None:
        provider = TracerProvider(resource=resource, sampler=ALWAYS_OFF)
    else:
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def wording(error: BaseException) -> str:
    """What an error says, as a log may keep it: the lines after the first quote rows and texts that people wrote."""
    return (str(error).splitlines() or [""])[0][:300]


def trace_without_texts(exc_info: ExcInfo) -> str:
    """Where an error came from, with its causes, first the one that was raised last."""
    parts: list[str] = []
    waiting: list[BaseException] = [exc_info[1]]
    while waiting:
        error = waiting.pop()
        parts.append(f"{type(error).__name__}: {wording(error)}\n{''.join(traceback.format_tb(error.__traceback__))}")
        waiting.extend(error.exceptions if isinstance(error, BaseExceptionGroup) else ())
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        waiting.extend([cause] if cause is not None else [])
    return "\n".join(parts).rstrip()


class _OneObjectALine(logging.Formatter):
    """What libraries say, in the form of our own lines."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"level": record.levelname.lower(), "logger": record.name, "event": record.getMessage().strip()}
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


class UnfailingLog:
    """A log stream that never fails: no work ends because its word about it cannot be written (a full disk, a closed terminal).

    Lines that were lost are counted, and the count is written before the first line that can be written again.
    """

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self._untold = 0
        self.lost = 0

    def write(self, words: str) -> int:
        try:
            if self._untold:
                self._to.write(json.dumps({"level": "error", "event": "log-lines-lost", "count": self._untold}) + "\n")
                self._to.flush()
                self._untold = 0
            self._to.write(words)
            self._to.flush()
        except (OSError, ValueError):
            # ValueError is what a closed stream says.
            self.lost += 1
            self._untold += 1
        return len(words)

    def flush(self) -> None:
        """Every line is flushed as it is written."""


_log: UnfailingLog | None = None


def log_lines_lost() -> int:
    """How many lines of this process could not be written."""
    return _log.lost if _log is not None else 0


def configure_logs(to: TextIO = sys.stdout, *, level: str = "INFO") -> None:
    """One JSON object a line. Log ids, codes and counts; never names, texts or tokens.

    Of libraries only warnings: every request is told by our own middleware already. Writing a line never raises.
    """
    global _log
    _log = UnfailingLog(to)
    handler = logging.StreamHandler(_log)
    handler.setFormatter(_OneObjectALine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        logger_factory=structlog.WriteLoggerFactory(_log),  # type: ignore[arg-type]
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(trace_without_texts),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
