"""`python -m bench`: everything in one run, told in docs/performance.md with the machine it ran on."""

import asyncio
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.load import percentile
from bench.routes import Routes, measure_routes
from bench.whole import PER_SECOND, Freshness, measure_freshness, memory_of_tree, start, stop
from embedded.postgres import start_cluster
from tests.issuer import running_issuer

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def milliseconds(values: list[float], share: float) -> str:
    return f"{percentile(values, share) * 1000:.0f} ms"


def told(routes: Routes, starts: list[float], fresh: Freshness, memory: int) -> str:
    compared = "\n".join(
        f"| `{one.name}` | {' · '.join(f'{rate:.0f}' for rate in one.ours)} | {' · '.join(f'{rate:.0f}' for rate in one.bare)} "
        f"| **{one.ratio:.2f}** | ≥ 0.5 |"
        for one in routes.compared
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores shared with others, {platform.system()} {platform.release()}"
    return f"""# Performance

Measured by `python -m bench` in one run on {datetime.now(UTC):%d/%m/%Y}: {machine}, Python {platform.python_version()}.
The machine is noisy: ratios within the run say more than figures.

## Two routes against the same statements without us

Requests a second, one worker, eight connections, rounds turn and turn about. The other side (`bench/bare.py`) is FastAPI and
asyncpg with the same statements, pool, prepared statements and durability, without sign-in, domain, contracts, logs, traces or
relay. The generator itself does {routes.generator:.0f}/s on an empty route.

| route | ours | bare | ratio | aim |
|---|---|---|---|---|
{compared}

## From a click to the figure

An open loop confirms {len(fresh.answered)} results at {PER_SECOND}/s on the whole embedded run; latency counts from the intended send
time, so a stall is seen by all who would have come in it. "In the figures" is when the row that the figures count has changed, looked at
every 5 ms; the figures API said {fresh.completed} completed at the end. The generator, proved on a route without work, answers
within {milliseconds(fresh.generator, 0.99)} (p99).

| | p50 | p99 | aim (p99) |
|---|---|---|---|
| answered | {milliseconds(fresh.answered, 0.5)} | {milliseconds(fresh.answered, 0.99)} | |
| in the figures | {milliseconds(fresh.in_figures, 0.5)} | {milliseconds(fresh.in_figures, 0.99)} | ≤ 100 ms |

## Starting, and memory

| | | aim |
|---|---|---|
| first start (PostgreSQL made, six databases migrated, province loaded) | {starts[0]:.1f} s | |
| second start | {starts[1]:.1f} s | seconds |
| memory of the whole process tree after the run above (PSS) | {memory / 1_000_000:.0f} MB | ≤ 400 MB |
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name, running_issuer() as issuer:
        folder = Path(name)
        data = folder / "data"
        first = start(data)
        stop(first)
        second = start(data)
        try:
            fresh = asyncio.run(measure_freshness(second, data))
            memory = memory_of_tree(second.process.pid)
        finally:
            stop(second)
        cluster = start_cluster(folder / "cluster")
        try:
            routes = asyncio.run(measure_routes(cluster, issuer, folder))
        finally:
            cluster.stop()
        page = told(routes, [first.started_in, second.started_in], fresh, memory)
        marker = "<!-- what we make of it -->"
        kept = PAGE.read_text(encoding="utf-8").partition(marker)[2] if PAGE.exists() else "\n"
        PAGE.write_text(f"{page}\n{marker}{kept}", encoding="utf-8")
        print(page)


if __name__ == "__main__":
    main()
