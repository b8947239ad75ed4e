"""The same system in many processes: it comes up in whatever order its services start, and whoever ends is started again.

CHIDAO_ORDERS=120 tries every order there is; otherwise some are drawn by the tree, each with its reverse, so that every service
is seen starting before every other.
"""

import asyncio
import os
import shutil
import signal
from itertools import permutations
from random import Random

import asyncpg
import httpx2
import pytest

from embedded.pieces import Piece
from libs.common.messaging.management import management
from system.applications import SERVICES
from system.parties import OPERATOR, VIRTUAL_HOST, wanted_topology
from tests.chance import seed_of_tree
from tests.flow.conftest import LONGEST_WAY, System
from tests.processes import alive

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORDERS = int(os.environ.get("CHIDAO_ORDERS", "4"))


def orders(count: int) -> list[tuple[str, ...]]:
    """All of them when there are no more than `count`, else some by chance, each followed by its reverse."""
    everything = list(permutations(SERVICES))
    if count >= len(everything):
        return everything
    return [order for drawn in Random(seed_of_tree()).sample(everything, count // 2) for order in (drawn, drawn[::-1])]


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


async def test_a_broker_that_comes_back_on_an_empty_folder_is_given_what_belongs_in_it(system: System) -> None:
    await system.run.until_ready()
    piece, starts = system.run.pieces["rabbitmq"], system.run.pieces["rabbitmq"].starts
    piece.held = True
    await piece.stopped()
    await asyncio.to_thread(shutil.rmtree, system.run.broker.folder)
    piece.held = False
    async with asyncio.timeout(LONGEST_WAY):
        while piece.starts == starts:
            await asyncio.sleep(0.05)
    broker = system.run.broker
    with management(broker.management_url, operator=OPERATOR, password=broker.password(OPERATOR), virtual_host=VIRTUAL_HOST) as managed:
        assert await asyncio.to_thread(managed.differences, wanted_topology()) == []
    # Services are let in by the passwords that they were told long ago.
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
