"""The same system in many processes: it comes up in whatever order its services start, and whoever ends is started again.

CHIDAO_ORDERS=120 tries every order there is; otherwise some are drawn by CHIDAO_SEED, each with its reverse, so that every service
is seen starting before every other.
"""

import asyncio
import os
import signal
from itertools import permutations
from random import Random

import asyncpg
import httpx2
import pytest

from embedded.pieces import Piece
from system.applications import SERVICES
from tests.flow.conftest import LONGEST_WAY, System
from tests.processes import alive

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORDERS = int(os.environ.get("CHIDAO_ORDERS", "4"))


def orders(count: int) -> list[tuple[str, ...]]:
    """All of them when there are no more than `count`, else some by chance, each followed by its reverse."""
    everything = list(permutations(SERVICES))
    if count >= len(everything):
        return everything
    seed = int(os.environ.get("CHIDAO_SEED") or Random().getrandbits(32))
    print(f"CHIDAO_SEED={seed}")
    return [order for drawn in Random(seed).sample(everything, count // 2) for order in (drawn, drawn[::-1])]


async def answers(piece: Piece) -> bool:
    async with httpx2.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"{piece.address}/health/live")).is_success
        except httpx2.TransportError:
            return False


async def test_the_services_come_up_in_any_order(system: System) -> None:
    await system.run.until_ready()
    await system.one_story()
    for order in orders(ORDERS):
        pieces = [system.run.pieces[name] for name in order]
        for piece in pieces:
            piece.held = True
        await asyncio.gather(*(piece.stopped() for piece in pieces))
        for piece in pieces:
            await piece.started()
            piece.held = False
            async with asyncio.timeout(LONGEST_WAY):
                # The next one starts when this one answers, with those after it still away.
                while not await answers(piece):
                    assert piece.is_up, f"{piece.name} ended when it was started in the order {order}"
                    await asyncio.sleep(0.05)
        await system.run.until_ready()
        await system.one_story()


async def test_events_keep_the_trace_of_what_caused_them(system: System) -> None:
    await system.run.until_ready()
    await system.one_story()
    traces: dict[str, list[str]] = {}
    for service, newest in (("directives", "%directive-released%"), ("tasks", "%task-assigned%")):
        line = await asyncpg.connect(system.run.cluster.dsn(f"chidao_{service}").replace("+asyncpg", ""))
        kept = await line.fetchval("SELECT traceparent FROM event_log WHERE type LIKE $1 ORDER BY seq DESC LIMIT 1", newest)
        await line.close()
        traces[service] = str(kept).split("-")
    assert traces["directives"][1] == traces["tasks"][1] != "0" * 32
    assert len(traces["tasks"]) == 4


async def test_whoever_ends_is_started_again(system: System) -> None:
    for name, piece in system.run.pieces.items():
        await system.run.until_ready()
        assert piece.process is not None
        killed, starts = piece.process.pid, piece.starts
        system.ended.clear()
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(LONGEST_WAY):
            while piece.starts == starts:
                await asyncio.sleep(0.05)
        await system.run.until_ready()
        assert name in system.ended
        assert not alive(killed)
        await system.one_story()
