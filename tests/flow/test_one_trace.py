"""One trace from the click to the figure: portal, service, outbox, bus, and every service that hears of it. Over both buses."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan

from embedded.app import Options, Running, everything
from embedded.data_folder import hold
from embedded.postgres import start_cluster
from embedded.rabbitmq import apply_topology, find_or_get_rabbitmq, start_broker
from embedded.servers import listen
from faults.people import SignIns
from libs.common.messaging.bus import Bus
from libs.common.messaging.memory import InMemoryBus
from libs.common.messaging.opening import open_bus
from libs.common.service import Service
from system.parties import OPERATOR
from tests.conftest import Spans
from tests.directives.documents import document, instruction, lead
from tests.embedded.visitor import Visitor

# What a release leads to, in the order in which one causes the next. A span is named by its service and what it does there.
CHAIN = ("portal POST", "directives POST", "tasks on_instruction_released", "reporting on_task_assigned")
LONGEST_WAY = 30.0


@asynccontextmanager
async def memory_bus(_: Path) -> AsyncIterator[Bus]:
    yield InMemoryBus()


@asynccontextmanager
async def broker_bus(folder: Path) -> AsyncIterator[Bus]:
    missing = find_or_get_rabbitmq()
    if missing:
        pytest.skip(missing)
    broker = await asyncio.to_thread(start_broker, folder / "broker")
    try:
        await asyncio.to_thread(apply_topology, broker)
        # All services are in this one process, and speak as the one who may do everything.
        yield open_bus(broker.url(OPERATOR))
    finally:
        await asyncio.to_thread(broker.stop)


@pytest.fixture(params=[memory_bus, broker_bus])
async def run(
    request: pytest.FixtureRequest, tmp_path: Path, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Running, Path]]:
    sweeps = Service.sweeps
    # The sweep would bring the events as well. Only the directory's stays, without which nobody is let in.
    monkeypatch.setattr(Service, "sweeps", lambda service: [sweep for sweep in sweeps(service) if sweep._source == "directory"])
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(request.param(tmp_path))
        folder = stack.enter_context(hold(tmp_path / "data"))
        cluster = await asyncio.to_thread(start_cluster, folder.postgres)
        stack.push_async_callback(asyncio.to_thread, cluster.stop)
        whole = everything(Options(folder.path, 0), folder, cluster, listen(), folder.new_log(), bus)
        yield await stack.enter_async_context(whole), folder.path


async def test_a_click_is_followed_to_the_figure(run: tuple[Running, Path], spans: Spans) -> None:
    running, data = run
    async with httpx2.AsyncClient(base_url=running.public_url, timeout=30) as http:
        sign_ins = SignIns(http, data)
        tracker = await sign_ins.somebody("chuyen vien theo doi nhiem vu", "OFFICE_TRACKER")
        clerk = await sign_ins.somebody("van thu so y te", "AGENCY_CLERK")
        body = document(instruction(assignments=[lead(clerk.agency_id)]))  # type: ignore[arg-type]
        headers = tracker.headers() | {"Idempotency-Key": "draft"}
        draft = (await http.post("/api/directives/directives", json=body, headers=headers)).raise_for_status().json()
    await asyncio.to_thread(click_release, running.public_url, draft["id"])
    async with asyncio.timeout(LONGEST_WAY):
        while not (chain := chain_of(spans())):
            await asyncio.sleep(0.1)
    assert [span.name for span in chain] == list(CHAIN)


def click_release(url: str, directive: str) -> None:
    with Visitor(url) as visitor:
        visitor.sign_in("chuyen vien theo doi nhiem vu")
        page = visitor.send(visitor.get(f"/directives/{directive}"), f"/directives/{directive}/release", {})
        assert "Đã phát hành" in page.text


def chain_of(ended: Sequence[ReadableSpan]) -> list[ReadableSpan]:
    """From the last link back to the click by the parents of spans; empty while the last link is not there."""
    by_id = {span.context.span_id: span for span in ended if span.context is not None}
    last = next((span for span in ended if span.name == CHAIN[-1]), None)
    chain: list[ReadableSpan] = []
    while last is not None:
        chain.insert(0, last)
        last = by_id.get(last.parent.span_id) if last.parent is not None else None
    assert len({span.context.trace_id for span in chain if span.context is not None}) <= 1
    return chain
