"""A run of which a work has ended for good looks well and is half dead: it ends, and says which."""

import asyncio
from contextlib import suppress

import pytest

from embedded.app import _until_stopped
from embedded.postgres import Cluster
from libs.common.supervise import running, when_one_ends
from system.refusals import CannotRun


async def test_a_run_ends_with_a_work_that_has_ended_for_good(cluster: Cluster) -> None:
    ended: list[str] = []
    when_one_ends(ended.append)

    async def work() -> None:
        await asyncio.Event().wait()

    async with running(("relay tasks", work)):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_until_stopped(asyncio.Event(), cluster, ended), 0.2)
        (supervisor,) = (task for task in asyncio.all_tasks() if task.get_name() == "relay tasks")
        supervisor.cancel()
        with suppress(asyncio.CancelledError):
            await supervisor
        with pytest.raises(CannotRun, match="relay tasks"):
            await asyncio.wait_for(_until_stopped(asyncio.Event(), cluster, ended), 5)
