"""`python -m bench`: everything in one run, told in docs/performance.md with the machine it ran on."""

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import accounts, clients, homes
from bench.compared import Compared
from bench.freshness import OF_ONE_DIRECTIVE, AwaitingOffice, Freshness, measure_freshness, measure_most
from bench.load import percentile
from bench.messages import EVENTS, measure_messages
from bench.routes import CONNECTIONS, measure_routes
from bench.scale import command as scale
from bench.whole import Run, memory_of_tree, start, start_split, stop
from embedded.demo import HOLD_SECONDS
from embedded.postgres import start_cluster
from libs.common.messaging.rabbitmq import WINDOW
from tests.issuer import running_issuer

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
STEADY = 50.0
STEADY_DIRECTIVES = 5
PRESSED_DIRECTIVES = 8
# So many of the most that was measured, and for how long.
SHARE_OF_MOST = 0.6
MOST_SECONDS = 10


@dataclass(frozen=True)
class Whole:
    """One way to run: the same confirmations at a steady rate, what the figures said at the end, and bytes of memory after it."""

    starts: Sequence[float]
    fresh: Freshness
    confirmed: int
    completed: int
    memory: int


@dataclass(frozen=True)
class Split(Whole):
    """`most` is in confirmations a second, `near_most` at a share of it; memory is also told by piece, in bytes."""

    most: float
    near_most: Freshness
    pieces: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    generator: float
    routes: Sequence[Compared]
    messages: Sequence[Compared]
    one: Whole
    split: Split


def milliseconds(values: list[float], share: float) -> str:
    return f"{percentile(values, share) * 1000:.0f} ms"


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"


def told(measured: Measured) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores shared with others, {platform.system()} {platform.release()}"
    one, split = measured.one, measured.split
    pieces = "\n".join(f"| {name} | {megabytes(size)} |" for name, size in split.pieces.items())
    return f"""# Performance

Measured by `python -m bench` in one run on {datetime.now(UTC):%d/%m/%Y}: {machine}, Python {platform.python_version()}.
The machine is noisy: ratios within the run say more than figures.

## Two routes against the same statements without us

Requests a second, one worker, {CONNECTIONS} connections, rounds turn and turn about. The other side (`bench/bare.py`) is FastAPI and
asyncpg with the same statements, pool, prepared statements and durability, without sign-in, domain, contracts, logs, traces or
relay. The generator itself does {measured.generator:.0f}/s on an empty route.

{_comparison("route", measured.routes)}

## Messages against bare aio-pika

Events a second over one RabbitMQ, rounds of {EVENTS} events turn and turn about; the same bodies, persistent, mandatory, window
{WINDOW}, two quorum queues behind the exchange. Our relay also reads the outbox and deletes what was confirmed. The bare consumer
(`bench/messages.py`) runs the statements of ours on asyncpg, batches and acknowledges as ours does, and checks no contract.

{_comparison("side", measured.messages)}

## From a click to the figure

An open loop confirms results at a steady rate; latency counts from the intended send time, so a stall is seen by all who would have
come in it. "In the figures" is when the row that the figures count has changed, looked at every 5 ms. At the end the figures API said
{one.completed} of {one.confirmed} and {split.completed} of {split.confirmed} completed. The generator was proved before on a route
without work, at the same rate; its p99 is in the table.

| | rate | generator | answered p50 | p99 | in the figures p50 | p99 | aim (p99) |
|---|---|---|---|---|---|---|---|
{_freshness("in one process", one.fresh)}
{_freshness("split, nginx and RabbitMQ", split.fresh)}
{_freshness(f"split, at {SHARE_OF_MOST:.0%} of the most", split.near_most)}

The most that the split system did, when sixteen clients each sent the next confirmation as soon as the last was answered:
{split.most:.0f}/s.

## Starting, and memory

| | in one process | split | aim |
|---|---|---|---|
| first start (PostgreSQL made, six databases migrated, province loaded) | {one.starts[0]:.1f} s | {split.starts[0]:.1f} s | |
| second start | {one.starts[1]:.1f} s | {split.starts[1]:.1f} s | seconds |
| memory of all processes after the run above (PSS) | {megabytes(one.memory)} | {megabytes(split.memory)} | ≤ 400 MB in one process |

Split, piece by piece, each with its children; the sign-in of the demonstration lives in the process that started them:

| piece | memory |
|---|---|
{pieces}
"""


def _comparison(what: str, compared: Sequence[Compared]) -> str:
    rows = [f"| {one.name} | {_rates(one.ours)} | {_rates(one.bare)} | **{one.ratio:.2f}** | ≥ 0.5 |" for one in compared]
    return "\n".join([f"| {what} | ours | bare | ratio | aim |", "|---|---|---|---|---|", *rows])


def _rates(rates: Sequence[float]) -> str:
    return " · ".join(f"{rate:.0f}" for rate in rates)


def _freshness(name: str, fresh: Freshness) -> str:
    times = [milliseconds(values, share) for values in (fresh.answered, fresh.in_figures) for share in (0.5, 0.99)]
    return f"| {name} | {fresh.per_second:.0f}/s | {milliseconds(fresh.generator, 0.99)} | {' | '.join(times)} | ≤ 100 ms |"


async def _one_process(run: Run) -> tuple[Freshness, int, int]:
    office = AwaitingOffice(run)
    tasks = await office.prepare(STEADY_DIRECTIVES)
    fresh = await measure_freshness(office, tasks, per_second=STEADY)
    return fresh, len(tasks), await office.completed()


async def _many_processes(run: Run) -> tuple[Freshness, float, Freshness, int, int]:
    office = AwaitingOffice(run)
    steady, pressed = STEADY_DIRECTIVES * OF_ONE_DIRECTIVE, PRESSED_DIRECTIVES * OF_ONE_DIRECTIVE
    tasks = await office.prepare(STEADY_DIRECTIVES + 2 * PRESSED_DIRECTIVES)
    fresh = await measure_freshness(office, tasks[:steady], per_second=STEADY)
    most = await measure_most(office, tasks[steady : steady + pressed])
    rate = SHARE_OF_MOST * most
    nearly = tasks[steady + pressed :][: round(rate * MOST_SECONDS)]
    near_most = await measure_freshness(office, nearly, per_second=rate)
    return fresh, most, near_most, steady + pressed + len(nearly), await office.completed()


def measure_one_process(data: Path) -> Whole:
    first = start(data)
    stop(first)
    second = start(data)
    try:
        fresh, confirmed, completed = asyncio.run(_one_process(second))
        return Whole([first.started_in, second.started_in], fresh, confirmed, completed, memory_of_tree(second.process.pid))
    finally:
        stop(second)


def measure_many_processes(data: Path) -> Split:
    first = start_split(data)
    stop(first)
    second = start_split(data)
    try:
        fresh, most, near_most, confirmed, completed = asyncio.run(_many_processes(second))
        memory = memory_of_tree(second.process.pid)
        pieces = {name: memory_of_tree(process) for name, process in second.pieces.items()}
        starts = [first.started_in, second.started_in]
        return Split(starts, fresh, confirmed, completed, memory, most, near_most, pieces)
    finally:
        stop(second)


def main() -> None:
    os.environ[HOLD_SECONDS] = "0"
    also = {"scale": scale.main, "clients": clients.main, "accounts": accounts.main}.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if also is not None:
        also(sys.argv[2:])
        return
    with tempfile.TemporaryDirectory() as name, running_issuer() as issuer:
        folder = Path(name)
        one = measure_one_process(folder / "one")
        split = measure_many_processes(folder / "split")
        cluster = start_cluster(folder / "cluster")
        try:
            generator, routes = asyncio.run(measure_routes(cluster, issuer, folder))
            messages = asyncio.run(measure_messages(cluster, folder))
        finally:
            cluster.stop()
        page = told(Measured(generator, routes, messages, one, split))
        marker = "<!-- what we make of it -->"
        kept = PAGE.read_text(encoding="utf-8").partition(marker)[2] if PAGE.exists() else "\n"
        PAGE.write_text(f"{page}\n{marker}{kept}", encoding="utf-8")
        print(page)


if __name__ == "__main__":
    if sys.argv[1:2] == ["homes"]:
        homes.main(sys.argv[2:])
    else:
        main()
