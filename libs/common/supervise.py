"""Long-running work that starts again after every failure: whatever a library raises, it is logged and tried anew.

The supervisor itself has nobody above it. Should it end all the same, it is named (`WorksHealth.ended`) and takes its process with it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial

import structlog

from libs.common.telemetry import wording

log = structlog.get_logger()

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
# Work that lasted this long before it failed is taken as recovered, and the pause begins anew.
RECOVERED_AFTER = 30.0
CANCELLED_AGAIN_AFTER = 3.0
# Why a work is not well yet that has not failed.
STARTING = "Starting"
_SAY_WELL: ContextVar[Callable[[], None]] = ContextVar("say_well", default=lambda: None)
_TELL_ENDED: ContextVar[Callable[[str], None]] = ContextVar("tell_ended", default=lambda _name: None)


def when_one_ends(tell: Callable[[str], None]) -> None:
    """`tell` is called with the name of a work that has ended for good though it should run, for what is begun from here on.

    Nobody starts it again in this process: whoever runs the process ends it, so that it is started anew as a whole.
    """
    _TELL_ENDED.set(tell)


def is_well() -> None:
    """Said by a work of itself, as often as it likes, when it is connected and does what it is there for.

    Until then it counts as failing: how long it may take to find out that nobody answers is known to the work alone.
    """
    _SAY_WELL.get()()


@dataclass
class WorksHealth:
    """Which long-running works are failing at present or have ended, and with what: what an operator wants to be told of a service."""

    _failing: dict[str, str] = field(default_factory=dict)
    _ended: dict[str, str] = field(default_factory=dict)

    def failed(self, name: str, why: str) -> None:
        self._failing[name] = why

    def well(self, name: str) -> None:
        self._failing.pop(name, None)

    def failing(self) -> dict[str, str]:
        """Name of the work → name of its last error."""
        return dict(self._failing)

    def end(self, name: str, why: str) -> None:
        self._ended[name] = why

    def ended(self) -> dict[str, str]:
        """Name of the work that nobody starts again → name of what ended it."""
        return dict(self._ended)


async def repeat(once: Callable[[], Awaitable[object]], *, every: float) -> None:
    """Do it for ever, with `every` seconds after each time that went well. What fails is begun anew by `keep_running`."""
    while True:
        await once()
        is_well()
        await asyncio.sleep(every)


async def keep_running(name: str, work: Callable[[], Awaitable[None]], standing: WorksHealth | None = None) -> None:
    """Run `work` for ever. Drivers raise what no documentation lists, so every exception restarts it; cancelling ends it."""
    standing = standing or WorksHealth()
    standing.failed(name, STARTING)
    _SAY_WELL.set(partial(standing.well, name))
    pause = SHORTEST_PAUSE
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await work()
        # The one place that takes all, also a cancellation that nobody has asked for: libraries raise one for a broken line.
        except (Exception, asyncio.CancelledError) as error:
            if (ours := asyncio.current_task()) is not None and ours.cancelling():
                if isinstance(error, asyncio.CancelledError):
                    raise
                # What a library makes of our cancellation is the end all the same.
                _say("ended-otherwise", work=name, error=type(error).__name__, detail=wording(error))
                return
            if asyncio.get_running_loop().time() - started > RECOVERED_AFTER:
                pause = SHORTEST_PAUSE
            standing.failed(name, type(error).__name__)
            _say("restarted", work=name, error=type(error).__name__, detail=wording(error), pause=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            await asyncio.sleep(SHORTEST_PAUSE)


def _say(event: str, **more: object) -> None:
    """A line in the log, if it can be written: that it cannot is no reason to stop working."""
    with suppress(Exception):
        log.warning(event, **more)


@asynccontextmanager
async def running(*works: tuple[str, Callable[[], Awaitable[None]]], standing: WorksHealth | None = None) -> AsyncIterator[None]:
    """Keep all `works` running while the context lasts, then cancel them and wait for their end.

    One whose supervisor ends before is named in `standing` and told to whoever asked (`when_one_ends`).
    """
    standing = standing or WorksHealth()
    tell_ended = _TELL_ENDED.get()
    leaving = False

    def look(task: asyncio.Task[None]) -> None:
        if leaving:
            return
        error = None if task.cancelled() else task.exception()
        standing.end(task.get_name(), type(error).__name__ if error is not None else "Cancelled")
        _say("ended-for-good", work=task.get_name(), error=standing.ended()[task.get_name()], detail=wording(error) if error else "")
        tell_ended(task.get_name())

    tasks = [asyncio.create_task(keep_running(name, work, standing), name=name) for name, work in works]
    for task in tasks:
        task.add_done_callback(look)
    try:
        yield
    finally:
        leaving = True
        pending = set(tasks)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCELLED_AGAIN_AFTER)
            if pending:
                # Once more: what a library does on its way out may swallow a cancellation.
                _say("not-ended-yet", works=sorted(task.get_name() for task in pending))
