"""A past day as it is known later: no sheet holds it, and lists and changes equal a recount from the facts all the same (rulebook 1.5)."""

from random import Random

import pytest

from libs.common.db import Database
from services.reporting.figures.standing import Day
from tests.reporting.story import AGENCIES, random_story, seen_by_agency, told
from tests.reporting.test_settled import DAYS, lists_are_the_recount, some_numbers


@pytest.mark.parametrize("seed", range(4))
async def test_lists_and_changes_of_days_as_known_later_are_the_recount(reporting: Database, seed: int) -> None:
    random = Random(seed)
    story = random_story(seed, tasks=25)
    async with reporting.begin() as connection:
        await told(connection, *story)
    own = seen_by_agency(story, AGENCIES[0])
    for number, behind in enumerate(some_numbers(random)):
        # Every third time all that is known today.
        known_on = DAYS[-1] if number % 3 == 0 else random.choice(DAYS[30:])
        day, later = (Day(one, known_on) for one in sorted(random.sample(DAYS, 2)))
        await lists_are_the_recount(reporting, story, own, behind, day, later, page=random.choice([2, 5]))
