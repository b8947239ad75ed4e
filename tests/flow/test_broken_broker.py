"""What may befall a broker in its life: work goes on meanwhile or an alarm is given, and after `topology apply` all is as it was."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx2
import pytest

from embedded.rabbitmq import SETTINGS
from faults.evidence import databases_of
from libs.common.messaging.topology import Binding
from system.parties import OPERATOR, VIRTUAL_HOST, wanted_topology
from tests.flow.conftest import LONGEST_WAY, System

pytestmark = pytest.mark.asyncio(loop_scope="module")
# An alarm that comes later than this is none.
ALARM_WITHIN = 30.0
IS_DONE_WITHIN = 3.0
HOST = quote(VIRTUAL_HOST, safe="")
IN_OUTBOX = "SELECT count(*) FROM outbox"
DEAD = "SELECT count(*) FROM dead_event"

Damage = Callable[[System], Awaitable[None]]


@asynccontextmanager
async def operator(system: System) -> AsyncIterator[httpx2.AsyncClient]:
    broker = system.run.broker
    who = (OPERATOR, broker.password(OPERATOR))
    async with httpx2.AsyncClient(base_url=broker.management_url, auth=who, trust_env=False, timeout=30) as client:
        yield client


async def every_queue_is_purged_again_and_again(system: System) -> None:
    ends = asyncio.get_running_loop().time() + 10
    async with operator(system) as client:
        while asyncio.get_running_loop().time() < ends:
            for queue in wanted_topology().queues:
                (await client.delete(f"/api/queues/{HOST}/{queue.name}/contents")).raise_for_status()


async def a_queue_is_deleted_under_its_consumer(system: System) -> None:
    async with operator(system) as client:
        (await client.delete(f"/api/queues/{HOST}/q.reporting.tasks")).raise_for_status()


async def every_binding_of_a_source_is_removed(system: System) -> None:
    async with operator(system) as client:
        for binding in wanted_topology().bindings:
            if binding.exchange == "ev.tasks":
                (await client.delete(_place_of(binding))).raise_for_status()


def _place_of(binding: Binding) -> str:
    return f"/api/bindings/{HOST}/e/{binding.exchange}/q/{binding.queue}/{quote(binding.routing_key, safe='')}"


async def the_broker_is_short_of_memory(system: System) -> None:
    await asyncio.to_thread(system.run.broker.control, "set_vm_memory_high_watermark", "absolute", "1MB")


async def the_broker_has_its_memory_again(system: System) -> None:
    ordinary = SETTINGS["vm_memory_high_watermark.absolute"]
    await asyncio.to_thread(system.run.broker.control, "set_vm_memory_high_watermark", "absolute", ordinary)


async def the_data_of_the_broker_are_wiped(system: System) -> None:
    piece = system.run.pieces["rabbitmq"]
    piece.held = True
    await piece.stopped()
    await asyncio.to_thread(shutil.rmtree, system.run.broker.folder / "data")
    await piece.started()
    piece.held = False


async def nothing_more(_: System) -> None:
    """What `topology apply` mends needs no other hand."""


@pytest.mark.parametrize(
    ("damage", "mended"),
    [
        (every_queue_is_purged_again_and_again, nothing_more),
        (a_queue_is_deleted_under_its_consumer, nothing_more),
        (every_binding_of_a_source_is_removed, nothing_more),
        (the_broker_is_short_of_memory, the_broker_has_its_memory_again),
        (the_data_of_the_broker_are_wiped, nothing_more),
    ],
    ids=lambda one: one.__name__.replace("_", " "),
)
async def test_it_is_healed_or_told_and_nothing_is_lost(system: System, damage: Damage, mended: Damage) -> None:
    await system.run.until_ready()
    damaging = asyncio.create_task(damage(system))
    # What is done once is done before the story begins; what goes on, goes on meanwhile.
    await asyncio.wait([damaging], timeout=IS_DONE_WITHIN)
    story = asyncio.create_task(system.one_story())
    told = asyncio.create_task(_alarm(system))
    done, _ = await asyncio.wait([story, told], timeout=ALARM_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    assert done, "neither healed nor told within half a minute"
    told.cancel()

    await damaging
    await mended(system)
    await asyncio.to_thread(system.run.apply_topology)
    await story
    await system.run.until_ready()
    await system.one_story()
    async with databases_of(system.run.folder.postgres) as databases, asyncio.timeout(LONGEST_WAY):
        for service in ("directory", "directives", "tasks"):
            while await databases.lines[service].fetchval(IN_OUTBOX):
                await asyncio.sleep(0.2)
        for service in ("directives", "tasks", "notify", "reporting"):
            assert await databases.lines[service].fetchval(DEAD) == 0, f"{service} gave an event up"


async def _alarm(system: System) -> dict[str, str]:
    while not (failing := await system.failing()):
        await asyncio.sleep(0.5)
    return failing
