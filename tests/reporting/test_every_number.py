"""Every number is as long as its list: every agency, every number, every day, of today's knowledge and of that day's, through pages."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from libs.common.clock import VIETNAM
from services.reporting.figures.numbers import NUMBERS
from tests.chance import seed_of_tree
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer
from tests.reporting.story import AGENCIES, FIRST_DAY, KnownTask, known_task, next_version, random_story, told
from tests.signed_in import LEADER, Client, running_service

# The stories end by then; whoever asks lives a week later.
TODAY = FIRST_DAY + timedelta(days=100)
SIZES = (1, 2, 7)
PLAIN = [name for name in NUMBERS if "." not in name]


@pytest.fixture
async def figures(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    offset = datetime.combine(TODAY, datetime.min.time().replace(hour=12), VIETNAM) - datetime.now(UTC)
    turned = {"clock_offset_seconds": offset.total_seconds()}
    async with running_service("reporting", database("reporting"), issuer, tmp_path, **turned) as client:
        yield client


async def keep(figures: Client, *tasks: KnownTask) -> None:
    async with figures.app.state.service.database.begin() as connection:
        await told(connection, *tasks)


async def listed(figures: Client, limit: int, **asked: Any) -> list[str]:
    """All pages of the list behind a number, each of which says the same count."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await figures.get(LEADER, "/figures/tasks", limit=limit, **asked, **cursor)).json()
        assert len(page["items"]) <= limit
        found += [one["task_id"] for one in page["items"]]
        assert page["counted"] == page["total"] >= len(found)
        if page["next_cursor"] is None:
            assert (len(found), len(set(found))) == (page["counted"], page["counted"]), asked
            return found
        cursor = {"cursor": page["next_cursor"]}


async def agree(figures: Client, chance: Random, day: dict[str, str], story: Sequence[KnownTask]) -> None:
    """What the picture of a day says of the province, of all assignments and of each agency is what the lists hold.

    All assignments are those of the agencies and, beside them, what another agency reports in the place of a lead (rulebook 1.14).
    """
    assigned: dict[str, list[str]] = {}
    picture = (await figures.get(LEADER, "/figures", **day)).json()
    numbers: list[tuple[dict[str, Any], dict[str, str]]] = [
        (picture["province"], {"counted": "province"}),
        (picture["assignments_total"], {"counted": "assignments"}),
        *((one, {"agency_id": one["agency_id"]}) for one in picture["agencies"]),
    ]
    for said, of in numbers:
        lists: dict[str, list[str]] = {}
        for name in PLAIN:
            limit = chance.choice((*SIZES, 50, 200))
            lists[name] = await listed(figures, limit, bucket=name, **of, **day)
            assert len(lists[name]) == said[name], (name, of, day, limit)
        assert sorted(lists["N"]) == sorted(lists["C"] + lists["U"])
        assigned[of.get("agency_id") or of["counted"]] = lists["N"]
        assert sorted(lists["open_in_time"]) == sorted(lists["due_soon"] + lists["due_later"])
        for name, rate in said["rates"].items():
            for side in ("numerator", "denominator"):
                if f"{name}.{side}" in NUMBERS:
                    assert len(await listed(figures, 200, bucket=f"{name}.{side}", **of, **day)) == rate[side], (name, side, of, day)
    of_agencies = [task_id for one in picture["agencies"] for task_id in assigned[one["agency_id"]]]
    beside = sorted(set(assigned["assignments"]) - set(of_agencies))
    assert sorted([*of_agencies, *beside]) == sorted(assigned["assignments"])
    assert set(beside) <= {str(one.id) for one in story if one.reporting_agency_id is not None}


async def test_every_number_of_every_day_is_as_long_as_its_list(figures: Client) -> None:
    seed = seed_of_tree()
    chance = Random(f"numbers {seed}")
    story = [one for one in random_story(seed, tasks=14) if one.occurred_at.date() < TODAY - timedelta(days=8)]
    # However the others are drawn, of what is in time some is due soon and some later.
    story += [
        known_task(words, due=TODAY + timedelta(days=days), assigned_on=FIRST_DAY, agency=AGENCIES[0])
        for words, days in (("soon", 1), ("later", 40))
    ]
    await keep(figures, *story)
    days = [TODAY, *(FIRST_DAY + timedelta(days=chance.randrange(90)) for _ in range(2))]
    for day in days:
        await agree(figures, chance, {"as_of": str(day)}, story)
        await agree(figures, chance, {"as_of": str(day), "known_on": str(day)}, story)


async def test_a_fact_that_comes_late_moves_todays_knowledge_and_not_that_of_its_day(figures: Client) -> None:
    seed = seed_of_tree()
    chance = Random(f"late {seed}")
    story = [one for one in random_story(seed, tasks=8) if one.occurred_at.date() < TODAY - timedelta(days=8)]
    await keep(figures, *story)
    the_day = TODAY - timedelta(days=10)
    known_then = {"as_of": str(the_day), "known_on": str(the_day)}
    before = (await figures.get(LEADER, "/figures", **known_then)).json()
    newest = {one.id: one for one in sorted(story, key=lambda one: one.version)}
    open_ones = [one for one in newest.values() if not one.is_group and one.state != "COMPLETED"]
    for one in open_ones[:3]:
        # Entered today, completed on a day before.
        late = next_version(one, TODAY, state="COMPLETED", submitted_on=the_day, completed_on=the_day)
        await keep(figures, late)
    after = (await figures.get(LEADER, "/figures", **known_then)).json()
    assert {**before, "generated_at": ""} == {**after, "generated_at": ""}
    now_known = (await figures.get(LEADER, "/figures", as_of=str(the_day))).json()
    assert open_ones
    assert now_known["assignments_total"]["C"] == before["assignments_total"]["C"] + len(open_ones[:3])
    for day in (the_day, the_day + timedelta(days=1)):
        await agree(figures, chance, {"as_of": str(day)}, story)
        await agree(figures, chance, {"as_of": str(day), "known_on": str(day)}, story)
