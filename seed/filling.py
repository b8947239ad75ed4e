"""From a scale and a seed to filled databases: documents in batches, drawn, played and written by as many processes as there are cores."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random

import asyncpg

from libs.common.clock import VIETNAM, vietnam_date
from seed.calendar import WorkingDays
from seed.cast import Cast
from seed.drawing import FIRST_TASK_NUMBER, Drawing, Sketch, sketches
from seed.indexes import put_aside
from seed.lives import DocumentLife
from seed.loading import SERVICES, Addresses, close_months, load, look_over, opened, settle
from seed.playing import play
from seed.rows.batch import Batch
from seed.rows.directives import add_directives
from seed.rows.messages import add_messages
from seed.rows.notify import add_gatherings, add_notices
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
class Share:
    """The batches that one process writes."""

    work: Work
    batches: Sequence[Sequence[Sketch]]


class FillingFailed(Exception):
    """What is there now is a part of it, and of no use."""


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
        await add_gatherings(connections["notify"])
        await settle(connections)
        progress(Step.LOOKING_OVER, 0, 1)
        await look_over(connections)
        await close_months(addresses, scale.until + timedelta(1))
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
    # Each process takes every n-th batch, so that all of them come to the end at about the same time.
    count = min(os.cpu_count() or 1, len(batches))
    shares = [Share(work, batches[number::count]) for number in range(count)]

    def wrote(assignments: int) -> None:
        nonlocal done
        done += assignments
        progress(Step.ROWS, done, total)

    await asyncio.gather(*(_by_another_process(share, wrote) for share in shares))


async def _by_another_process(share: Share, wrote: Callable[[int], None]) -> None:
    """`python -m seed` says after each batch how many assignments it had. Raises FillingFailed."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "seed", stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(pickle.dumps(share))
        process.stdin.close()
        async for line in process.stdout:
            wrote(int(line))
        if await process.wait():
            raise FillingFailed(f"a process that wrote a part of it ended with {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def write_share(share: Share) -> AsyncIterator[int]:
    """Batch after batch; how many assignments each had."""
    for batch in share.batches:
        await _written(share.work, batch)
        yield sum(one.assignments for one in batch)


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
    played = play(life, first_number=first_number, living=cast.living, until=until, chance=chance)
    add_directives(batch, played)
    add_tasks(batch, played)
    add_messages(batch, played)
    add_facts(batch, played)
    add_notices(batch, played, cast, chance, until=until)
    return first_number + len(played.tasks)


async def fill_with(lives: Sequence[DocumentLife], cast: Cast, addresses: Addresses, *, until: datetime, seed: int) -> Filled:
    """Lives that were told, into empty databases of the newest schema, which nobody uses meanwhile."""
    batch = batch_of(lives, cast, until=until, seed=seed)
    async with opened(addresses) as connections:
        await load(connections, batch)
        await add_gatherings(connections["notify"])
        await settle(connections)
        await look_over(connections)
        await close_months(addresses, vietnam_date(until))
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
