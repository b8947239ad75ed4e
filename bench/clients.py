"""`python -m bench clients`: eight browsers at once in which somebody turns pages of lists, and opens tasks, through the portal.

Beside the pages a second it tells what a page costs each process, in milliseconds of processor: that holds on a machine that is busy
with something else, too.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench.load import Request, closed_loop
from bench.scale.command import UNTIL
from bench.scale.measuring import SEED
from bench.scale.population import Population, population
from bench.scale.questions import address
from bench.scale.system import Asking, asking
from bench.whole import processor_of
from embedded.filling_told import told
from embedded.kept import copy_of, kept
from seed.scale import Scale, of_assignments

CLIENTS = 8
ROWS = 100_000
WARM_SECONDS, SECONDS = 3.0, 20.0
LIST_PAGES_AIM, TASK_PAGES_AIM = 100, 200
TOLD_MILLISECONDS = 0.05
VIEWS = ("all", "overdue", "due-soon", "in-time", "undated", "on-time", "late", "completed-undated")


@dataclass(frozen=True)
class Pages:
    """How many were answered in a second, and milliseconds of processor for each of them, by process; `generator` is the browsers."""

    per_second: float
    processor: Mapping[str, float]

    def __str__(self) -> str:
        costs = " · ".join(f"{name} {cost:.1f}" for name, cost in self.processor.items() if cost >= TOLD_MILLISECONDS)
        return f"{self.per_second:.0f}/s, {sum(self.processor.values()):.1f} ms of processor each: {costs}"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench clients")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N")
    parser.add_argument("--portals", type=int, action="append", metavar="N", help="split, with so many processes of the portal; repeatable")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="N")
    given = parser.parse_args(arguments)
    scale = of_assignments(given.rows, UNTIL)
    with told() as progress:
        filled = kept(scale, seed=SEED, progress=progress)
    with tempfile.TemporaryDirectory(dir=filled.parent) as name:
        data = Path(name) / "data"
        copy_of(filled, data)
        for portals in given.portals or [None]:
            lists, tasks = asyncio.run(_measured(data, scale, portals, given.seconds))
            how = "in one process" if portals is None else f"split, {portals} of the portal"
            print(f"{CLIENTS} clients at once over {given.rows:,} assignments, {how}")
            print(f"  list pages (aim ≥ {LIST_PAGES_AIM}/s): {lists}")
            print(f"  task pages (aim ≥ {TASK_PAGES_AIM}/s): {tasks}", flush=True)


async def _measured(data: Path, scale: Scale, portals: int | None, seconds: float) -> tuple[Pages, Pages]:
    async with asking(data, scale, module="embedded", portals=portals) as system:
        here = await population(system.postgres, scale, str(SEED))
        browsers = [system.new_session(here, here.tracker) for _ in range(CLIENTS)]
        lists, tasks = [await _pages(system, _walk(here, browsers, pages), seconds) for pages in (_lists, _tasks)]
        return lists, tasks


async def _pages(system: Asking, walk: Callable[[int], Iterator[Request]], seconds: float) -> Pages:
    async def walked(lasting: float) -> float:
        return await closed_loop(system.run.url, walk, connections=CLIENTS, seconds=lasting, trust=system.run.trust)

    await walked(WARM_SECONDS)
    before, began = _processor(system), time.perf_counter()
    per_second = await walked(seconds)
    answered = per_second * (time.perf_counter() - began)
    return Pages(per_second, {name: 1000 * (after - before[name]) / answered for name, after in _processor(system).items()})


def _processor(system: Asking) -> dict[str, float]:
    return {**processor_of(system.run), "generator": time.process_time()}


def _walk(
    here: Population, browsers: Sequence[str], pages: Callable[[Population, int], Iterator[str]]
) -> Callable[[int], Iterator[Request]]:
    return lambda number: (Request("GET", path, {"Cookie": browsers[number]}) for path in pages(here, number))


def _lists(here: Population, number: int) -> Iterator[str]:
    """Each client looks at the lists of another agency, so that nobody is given what was made for somebody else."""
    for view, agency in zip(cycle(VIEWS), cycle(here.cast.leading[number::CLIENTS]), strict=False):
        yield address("/workbench", view=view, agency_id=agency)


def _tasks(here: Population, number: int) -> Iterator[str]:
    for task in cycle(here.any_tasks[number::CLIENTS]):
        yield f"/tasks/{task.id}"
