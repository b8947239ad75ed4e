"""From a scale and a seed to filled databases: documents in batches, drawn, played and written by as many processes as there are cores."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random

import asyncpg

from libs.common.clock import VIETNAM
from seed.calendar import WorkingDays
from seed.cast import Cast
from seed.drawing import FIRST_TASK_NUMBER, Drawing, Sketch, sketches
from seed.indexes import put_aside
from seed.lives import DocumentLife
from seed.loading import SERVICES, Addresses, load, look_over, opened, settle
from seed.playing import play
from seed.rows.batch import Batch
from seed.rows.directives import add_directives
from seed.rows.messages import add_messages
from seed.rows.notify import add_notices
from seed.rows.reporting import add_facts
from seed.rows.tasks import add_tasks
from seed.scale import Scale
from services.directory.province import Province

PROVINCE = "quang-ngai"
# So many assignments are in memory at once, and in one transaction.
OF_ONE_BATCH = 4_000
# From here on it is quicker to build indexes once than row by row.
INDEXES_ASIDE_FROM = 20_000


class Step(Enum):
    ROWS = "rows"
    """Counted in assignments."""
    INDEXES = "indexes"
    LOOKING_OVER = "looking over"


Progress = Callable[[Step, int, int], None]
"""What is being done, how much of it is done, and how much there is."""


def quietly(_: Step, __: int, ___: int) -> None:
    """For who does not want to know."""


@dataclass(frozen=True)
class Work:
    """What one process needs to write its share."""

    scale: Scale
    seed: int
    addresses: Addresses


@dataclass(frozen=True)
class Filled:
    documents: int
    tasks: int
    assignments: int


async def fill(scale: Scale, addresses: Addresses, *, seed: int, progress: Progress = quietly) -> Filled:
    """Fill empty databases of the newest schema, which nobody uses meanwhile."""
    work = Work(scale, seed, addresses)
    cast = Cast(Province(PROVINCE), scale.until)
    drawn = sketches(scale, cast, WorkingDays(scale.first, scale.until), seed)
    filled = Filled(len(drawn), sum(len(one.groups) for one in drawn), sum(one.assignments for one in drawn))
    large = filled.assignments >= INDEXES_ASIDE_FROM
    async with opened(addresses) as connections:
        back = {service: await put_aside(connection) for service, connection in connections.items()} if large else {}
        await _write(work, list(_batches(drawn)), filled.assignments, progress, apart=large)
        await _build(connections, back, progress)
        await settle(connections)
        progress(Step.LOOKING_OVER, 0, 1)
        await look_over(connections)
        progress(Step.LOOKING_OVER, 1, 1)
    return filled


async def _build(connections: Mapping[str, asyncpg.Connection], back: Mapping[str, Sequence[str]], progress: Progress) -> None:
    """Indexes and keys anew, two databases at a time and the largest first."""
    total, done = sum(map(len, back.values())), 0
    free = asyncio.Semaphore(2)

    async def build(service: str) -> None:
        nonlocal done
        async with free:
            for statement in back[service]:
                await connections[service].execute(statement)
                done += 1
                progress(Step.INDEXES, done, total)

    await asyncio.gather(*(build(service) for service in sorted(back, key=lambda one: one != "tasks")))


def _batches(drawn: Sequence[Sketch]) -> Iterator[list[Sketch]]:
    batch: list[Sketch] = []
    size = 0
    for sketch in drawn:
        batch.append(sketch)
        size += sketch.assignments
        if size >= OF_ONE_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _write(work: Work, batches: Sequence[list[Sketch]], total: int, progress: Progress, *, apart: bool) -> None:
    done = 0
    progress(Step.ROWS, done, total)
    if not apart:
        for batch in batches:
            await _written(work, batch)
            done += sum(one.assignments for one in batch)
            progress(Step.ROWS, done, total)
        return
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [loop.run_in_executor(pool, _write_here, work, batch) for batch in batches]
        for ended in asyncio.as_completed(running):
            done += await ended
            progress(Step.ROWS, done, total)


def _write_here(work: Work, batch: list[Sketch]) -> int:
    asyncio.run(_written(work, batch))
    return sum(one.assignments for one in batch)


async def _written(work: Work, drawn: Sequence[Sketch]) -> None:
    scale = work.scale
    cast = Cast(Province(PROVINCE), scale.until)
    drawing = Drawing(scale, cast, WorkingDays(scale.first, scale.until), work.seed)
    batch = Batch()
    for sketch in drawn:
        chance = Random(f"{work.seed}/{sketch.index}/played")
        add_life(batch, drawing.life(sketch), cast, first_number=sketch.first_number, until=end_of(scale.until), chance=chance)
    batch.sort()
    async with opened({service: work.addresses[service] for service in SERVICES}) as connections:
        await load(connections, batch)


def add_life(batch: Batch, life: DocumentLife, cast: Cast, *, first_number: int, until: datetime, chance: Random) -> int:
    """The rows of one life; gives the number for the task that comes next."""
    issuing = life.registered.by.agency_id
    assert issuing is not None
    played = play(life, first_number=first_number, members=lambda group: cast.members(group, issuing=issuing), until=until, chance=chance)
    add_directives(batch, played)
    add_tasks(batch, played)
    add_messages(batch, played)
    add_facts(batch, played)
    add_notices(batch, played, cast, chance)
    return first_number + len(played.tasks)


async def fill_with(lives: Sequence[DocumentLife], cast: Cast, addresses: Addresses, *, until: datetime, seed: int) -> Filled:
    """Lives that were told, into empty databases of the newest schema, which nobody uses meanwhile."""
    batch = batch_of(lives, cast, until=until, seed=seed)
    async with opened(addresses) as connections:
        await load(connections, batch)
        await settle(connections)
        await look_over(connections)
    parts = sum(len(life.courses) for life in lives)
    return Filled(len(lives), sum(len(life.draft.instructions) for life in lives), parts)


def batch_of(lives: Sequence[DocumentLife], cast: Cast, *, until: datetime, seed: int) -> Batch:
    batch, number = Batch(), FIRST_TASK_NUMBER
    for index, life in enumerate(lives):
        number = add_life(batch, life, cast, first_number=number, until=until, chance=Random(f"{seed}/{index}/played"))
    batch.sort()
    return batch


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(1), time(), VIETNAM)
