"""The settled past: numbers, lists and changes of any day equal a recount from the facts, whatever came late, twice or in disorder."""

import asyncio
import os
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import text

from libs.common.db import Database
from libs.contracts.buckets import AwaitingCountsAs
from services.reporting.figures.counting import pictures
from services.reporting.figures.standing import Day
from services.reporting.projections.sheets import count_next_sheet, count_sheets
from services.reporting.projections.tasks import KnownTask
from tests.reporting.story import FIRST_DAY, as_expectation, expected, random_story, told

TODAY = FIRST_DAY + timedelta(days=90)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(91)]
DEFAULT = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
# `./test long` asks for more.
SEEDS = range(int(os.environ.get("CHIDAO_SEEDS", "60")))


async def live_through(database: Database, random: Random, story: list[KnownTask]) -> None:
    """Batches in disorder, some of them twice, and sheets counted whenever it happens."""
    arriving = story + random.choices(story, k=len(story) // 4)
    if random.random() < 0.7:
        random.shuffle(arriving)
    while arriving:
        size = random.randrange(1, 40)
        batch, arriving = arriving[:size], arriving[size:]
        async with database.begin() as connection:
            await told(connection, *batch)
        if random.random() < 0.3:
            await count_sheets(database, random.choice(DAYS))
    await count_sheets(database, random.choice(DAYS))


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_figure_of_any_day_is_the_recount(reporting: Database, seed: int) -> None:
    random = Random(seed)
    story = random_story(seed, tasks=15)
    await live_through(reporting, random, story)
    days = [Day(day, day) for day in random.sample(DAYS, 12)]
    async with reporting.read() as connection:
        found = await pictures(connection, days, today=TODAY, awaiting_counts_as=DEFAULT)
        provinces = await pictures(connection, days, today=TODAY, awaiting_counts_as=DEFAULT, agencies=False)
    assert [as_expectation(picture) for picture in found] == [expected(story, day) for day in days]
    assert [picture.province for picture in provinces] == [picture.province for picture in found]
    assert [picture.assignments for picture in provinces] == [picture.assignments for picture in found]
