"""`python -m bench clients`: eight people at once who turn pages of lists, and open tasks, through the portal."""

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

from bench.load import Request, closed_loop
from bench.scale.command import UNTIL
from bench.scale.measuring import SEED
from bench.scale.population import Population, population
from bench.scale.questions import Ask, address
from bench.scale.screens import signed_in
from bench.scale.system import Asking, asking
from embedded.filling_told import told
from embedded.kept import copy_of, kept
from seed.scale import Scale, of_assignments

CLIENTS = 8
ROWS = 100_000
WARM_SECONDS, SECONDS = 3.0, 20.0
LIST_PAGES_AIM, TASK_PAGES_AIM = 100, 200
VIEWS = ("all", "overdue", "due-soon", "in-time", "undated", "on-time", "late", "completed-undated")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench clients")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N")
    rows: int = parser.parse_args(arguments).rows
    scale = of_assignments(rows, UNTIL)
    with told() as progress:
        filled = kept(scale, seed=SEED, progress=progress)
    with tempfile.TemporaryDirectory(dir=filled.parent) as name:
        data = Path(name) / "data"
        copy_of(filled, data)
        lists, tasks = asyncio.run(_measured(data, scale))
    print(f"{CLIENTS} clients at once over {rows:,} assignments: {lists:.0f} list pages/s (aim ≥ {LIST_PAGES_AIM}), ", end="")
    print(f"{tasks:.0f} task pages/s (aim ≥ {TASK_PAGES_AIM})")


async def _measured(data: Path, scale: Scale) -> tuple[float, float]:
    async with asking(data, scale, module="embedded") as system:
        here = await population(system.postgres, scale, str(SEED))
        system.sign_in(here, signed_in(here))
        found = []
        for pages in (_lists, _tasks):
            walk = _walk(system, here, pages)
            await closed_loop(system.run.url, walk, connections=CLIENTS, seconds=WARM_SECONDS)
            found.append(await closed_loop(system.run.url, walk, connections=CLIENTS, seconds=SECONDS))
        return found[0], found[1]


def _walk(system: Asking, here: Population, pages: Callable[[Population, int], Iterator[Ask]]) -> Callable[[int], Iterator[Request]]:
    return lambda number: (system.request(ask) for ask in pages(here, number))


def _lists(here: Population, number: int) -> Iterator[Ask]:
    """Each client looks at the lists of another agency, so that nobody is given what was made for somebody else."""
    for view, agency in zip(cycle(VIEWS), cycle(here.cast.leading[number::CLIENTS]), strict=False):
        yield Ask(here.tracker, address("/workbench", view=view, agency_id=agency))


def _tasks(here: Population, number: int) -> Iterator[Ask]:
    for task in cycle(here.any_tasks[number::CLIENTS]):
        yield Ask(here.tracker, f"/tasks/{task.id}")
