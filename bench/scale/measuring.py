"""Every question asked at one size: how long it took, and what the database had to look at."""

import asyncio
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.load import percentile
from bench.scale.plain import fill_plain, timed_plain
from bench.scale.plans import Statement, write
from bench.scale.population import Population, population
from bench.scale.questions import Ask, Question
from bench.scale.routes import ROUTES, dissolve, register
from bench.scale.screens import SCREENS, signed_in
from bench.scale.system import Asking, asking, plans_written
from embedded.filling_told import told
from embedded.kept import copy_of, kept
from seed.scale import Scale
from system.applications import SERVICES
from system.databases import database_of

PORTAL = "portal"
QUESTIONS = (*ROUTES, *SCREENS)
SEED = 1


@dataclass(frozen=True)
class Effort:
    """How often each question is asked, of us and of the plain program; `idle_seconds` tell what runs by itself."""

    warm: int = 6
    timed: int = 50
    explained: int = 8
    plain_warm: int = 2
    plain_timed: int = 15
    idle_seconds: float = 40.0

    @property
    def drafts(self) -> int:
        """Each step of a draft takes its own quarter."""
        return 4 * (self.warm + self.timed + self.explained)


THOROUGH = Effort()


@dataclass(frozen=True)
class Measured:
    """Seconds of each request in the order in which they were asked, and of a plain program's statements; medians of what the
    database did for one request."""

    question: Question
    rows: int
    seconds: Sequence[float]
    buffers: int
    returned: int
    plain: Sequence[float]

    def milliseconds(self, share: float) -> float:
        return percentile(list(self.seconds), share) * 1000


def measure(
    scale: Scale,
    rows: int,
    *,
    keep_plans: bool,
    tell: Callable[[str], None],
    questions: Sequence[Question],
    effort: Effort = THOROUGH,
) -> list[Measured]:
    """At one size, over a copy of the filled folder that is gone afterwards."""
    with told() as progress:
        filled = kept(scale, seed=SEED, progress=progress)
    with tempfile.TemporaryDirectory(dir=filled.parent) as name:
        data = Path(name) / "data"
        tell(f"{rows:,}: copying {filled}")
        copy_of(filled, data)
        return asyncio.run(_measure(data, scale, rows, keep_plans, tell, questions, effort))


async def _measure(
    data: Path,
    scale: Scale,
    rows: int,
    keep_plans: bool,
    tell: Callable[[str], None],
    questions: Sequence[Question],
    effort: Effort,
) -> list[Measured]:
    async with asking(data, scale) as system:
        here = await population(system.postgres, scale, str(SEED))
        system.sign_in(here, signed_in(here))
        await system.anew()
        await _drafts(system, here, effort.drafts)
        await _planned(system, here)
        seconds = {question: await _timed(system, here, question, rows, tell, effort) for question in questions}
        await fill_plain(system.postgres)
        plain = await timed_plain(system.postgres, here, str(SEED), warm=effort.plain_warm, count=effort.plain_timed)
        async with plans_written(system.postgres):
            noise = await system.idle(effort.idle_seconds)
            explained = {question: await _explained(system, here, question, noise, effort) for question in questions}
    found = []
    for question in questions:
        requests = explained[question]
        if keep_plans:
            write(question.name, rows, [one for request in requests for one in request])
        buffers = [sum(one.buffers for one in request) for request in requests]
        returned = [sum(one.rows for one in request) for request in requests]
        found.append(Measured(question, rows, seconds[question], _median(buffers), _median(returned), plain.get(question.name, ())))
    return found


async def _drafts(system: Asking, here: Population, count: int) -> None:
    for number in range(count):
        answer = await system.connection.ask(system.request(register(here, 90_000 + number)))
        here.drafts.append(json.loads(answer)["id"])


async def _planned(system: Asking, here: Population) -> None:
    """A handful: no province reorganises itself more often in a year."""
    for agency in here.cast.leading[:5]:
        answer = await system.connection.ask(system.request(dissolve(here, agency)))
        here.planned.append(json.loads(answer)["id"])


def _asks(question: Question, here: Population, begin: int, count: int) -> list[Ask]:
    """Those from the `begin`-th on; a write is never asked twice."""
    return list(itertools.islice(question.asks(here, Random(f"{SEED}/{question.name}")), begin, begin + count))


async def _timed(
    system: Asking, here: Population, question: Question, rows: int, tell: Callable[[str], None], effort: Effort
) -> list[float]:
    asks = _asks(question, here, effort.explained, effort.warm + effort.timed)
    assert len(asks) > effort.warm, f"nothing to ask for {question.name}"
    seconds = [await system.timed(ask) for ask in asks][effort.warm :]
    tell(f"{rows:,}: {question.name}: {percentile(seconds, 0.5) * 1000:.1f} / {percentile(seconds, 0.95) * 1000:.1f} ms")
    return seconds


async def _explained(system: Asking, here: Population, question: Question, noise: set[str], effort: Effort) -> list[list[Statement]]:
    asks = _asks(question, here, 0, effort.explained)
    # A service asks its own database; what runs in another meanwhile is not its doing.
    databases = {database_of(name) for name in ((*SERVICES, PORTAL) if question.owner == PORTAL else (question.owner,))}
    return [[one for one in await system.explained(ask) if one.database in databases and one.words not in noise] for ask in asks]


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2] if values else 0
