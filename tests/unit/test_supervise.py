"""Long-running work: begun again after a failure, ended when it shall end, whatever a library makes of that."""

import asyncio
import errno
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from libs.common import supervise
from libs.common.supervise import WorksHealth, is_well, running, when_one_ends

Begun = list[int]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "SHORTEST_PAUSE", 0.001)
    monkeypatch.setattr(supervise, "CANCELLED_AGAIN_AFTER", 0.05)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.001)


async def test_what_fails_is_begun_again_and_told_until_it_says_that_it_is_well() -> None:
    begun: Begun = []
    connected = asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise ConnectionError("away")
        await connected.wait()
        is_well()
        await asyncio.Event().wait()

    async def slow() -> None:
        await asyncio.Event().wait()

    standing = WorksHealth()
    async with running(("work", work), ("slow", slow), standing=standing):
        await until(lambda: len(begun) == 3)
        assert standing.failing() == {"work": "ConnectionError", "slow": "Starting"}
        connected.set()
        await until(lambda: "work" not in standing.failing())
        assert standing.failing() == {"slow": "Starting"}


def of_another_error(begun: Begun) -> Callable[[], Awaitable[None]]:
    """As some drivers do: a cancellation comes out as an error of theirs."""

    async def work() -> None:
        begun.append(1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("the line was closed") from None

    return work


async def test_a_cancellation_that_comes_out_as_an_error_ends_the_work_at_once() -> None:
    begun: Begun = []
    with capture_logs() as said:
        async with running(("work", of_another_error(begun))):
            await until(lambda: bool(begun))
    assert begun == [1]
    assert [line["event"] for line in said] == ["ended-otherwise"]


async def test_a_cancellation_that_is_swallowed_comes_again_and_is_told() -> None:
    swallowed: Begun = []

    async def work() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(1)

    with capture_logs() as said:
        async with running(("work", work)):
            await asyncio.sleep(0)
    assert swallowed == [1]
    assert [(line["event"], line["works"]) for line in said] == [("not-ended-yet", ["work"])]


class NoLog:
    """As when the disk is full."""

    def warning(self, event: str, **_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    info = warning


async def test_a_log_that_fails_ends_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "log", NoLog())
    begun: Begun = []

    async def work() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise ConnectionError("away")
        is_well()
        await asyncio.Event().wait()

    standing = WorksHealth()
    async with running(("work", work), standing=standing):
        await until(lambda: len(begun) == 3)
    assert standing.failing() == {}
    assert standing.ended() == {}


async def test_a_cancellation_that_nobody_asked_for_is_a_failure_like_another() -> None:
    """A library tells so of a broken line."""
    begun: Begun = []

    async def work() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    async with running(("work", work)):
        await until(lambda: len(begun) == 3)


async def for_ever() -> None:
    await asyncio.Event().wait()


class Killed(BaseException):
    """What no supervisor takes."""


async def killed() -> None:
    raise Killed


async def test_a_supervisor_that_ends_is_named_and_told() -> None:
    told: list[str] = []
    when_one_ends(told.append)
    standing = WorksHealth()
    async with running(("cancelled", for_ever), ("killed", killed), ("working", for_ever), standing=standing):
        await asyncio.sleep(0)
        next(task for task in asyncio.all_tasks() if task.get_name() == "cancelled").cancel()
        await until(lambda: len(told) == 2)
        assert standing.ended() == {"cancelled": "Cancelled", "killed": "Killed"}
    assert sorted(told) == ["cancelled", "killed"], "that the others are ended with the context is in order"
    assert "working" not in standing.ended()
