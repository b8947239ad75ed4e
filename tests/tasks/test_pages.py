"""The pages of a list together are what it counts: nothing is lost at a border, nothing shown twice, whatever happens between two pages."""

from datetime import timedelta
from typing import Any

import pytest

from services.tasks.queries.asked import Level
from tests.issuer import Person
from tests.signed_in import HEALTH, HEALTH_CLERK, TRACKER, Client
from tests.tasks.population import Population, populate
from tests.tasks.released import act, due_in, instruction, release, today

SIZES = (1, 2, 7, 50)
SORTS = ("due", "-assigned_on")


async def pages(client: Client, person: Person, path: str, limit: int, **asked: Any) -> list[list[dict[str, Any]]]:
    """Page after page to the end; each says the same total, and it is what all together hold."""
    found: list[list[dict[str, Any]]] = []
    cursor = None
    while True:
        answer = await client.get(person, path, limit=limit, **asked, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found.append(page["items"])
        total, cursor = page["total"], page["next_cursor"]
        assert sum(map(len, found)) <= total, "something is shown twice"
        if cursor is None:
            assert sum(map(len, found)) == total
            return found


def in_order(sort: str) -> Any:
    def key(item: dict[str, Any]) -> tuple[Any, ...]:
        number = int(item["code"].removeprefix("NV-"))
        if sort == "due":
            return (item["due"] is None, item["due"] or "", number)
        return (*(-int(part) for part in item["assigned_on"].split("-")), -number)

    return key


@pytest.mark.parametrize("seed", range(2))
async def test_the_pages_together_are_what_is_counted(tasks: Client, seed: int) -> None:
    population = await populate(tasks, seed, tasks=30)
    expected: dict[Level, set[str]] = {
        Level.ASSIGNMENT: {str(task.id) for task in population.tasks.values() if not task.is_group},
        Level.INSTRUCTION: {str(task.id) for task in population.tasks.values() if task.assigned.group_id is None},
    }
    for level, ids in expected.items():
        for sort in SORTS:
            for limit in SIZES:
                found = [
                    one for page in await pages(tasks, TRACKER, "/tasks", limit, scope="oversight", level=level, sort=sort) for one in page
                ]
                assert len(found) == len(ids)
                assert {one["id"] for one in found} == ids
                assert found == sorted(found, key=in_order(sort))
    for limit in SIZES:
        mine = [one["id"] for page in await pages(tasks, HEALTH_CLERK, "/tasks", limit) for one in page]
        assert len(mine) == len(set(mine))
        assert set(mine) == led_or_coordinated(population)


def led_or_coordinated(population: Population) -> set[str]:
    return {str(task.id) for task in population.tasks.values() if task.lead_agency_id == HEALTH or HEALTH in task.coordinating_agency_ids}


async def test_sixty_undated_tasks_take_two_pages(tasks: Client) -> None:
    expected = {await release(tasks, instruction()) for _ in range(60)}
    first, second = await pages(tasks, TRACKER, "/tasks", 50, scope="oversight")
    assert (len(first), len(second)) == (50, 10)
    assert {one["id"] for one in first + second} == expected


@pytest.mark.parametrize("is_dated", [False, True])
async def test_parts_of_a_group_come_page_by_page(tasks: Client, is_dated: bool) -> None:
    due = today() + timedelta(days=3) if is_dated else None
    leads = [person.agency for person in (HEALTH_CLERK, TRACKER)]
    group = await release(tasks, instruction(*leads, due=due, group="communes"))
    for limit in SIZES:
        found = await pages(tasks, TRACKER, f"/tasks/{group}/children", limit)
        assert sorted(one["lead_agency_id"] for page in found for one in page) == sorted(map(str, leads))


@pytest.mark.parametrize("sort", SORTS)
async def test_who_stays_in_the_list_is_shown_once_whatever_comes_and_goes(tasks: Client, sort: str) -> None:
    staying = [await due_in(tasks, 3) for _ in range(4)] + [await release(tasks, instruction()) for _ in range(4)]
    leaving = [await due_in(tasks, 3), await release(tasks, instruction())]
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"state": "ASSIGNED", "limit": 2, "sort": sort, "scope": "oversight"} | ({"cursor": cursor} if cursor else {})
        page = (await tasks.get(TRACKER, "/tasks", **asked)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        assert len(seen) == len(set(seen))
        if cursor is None:
            break
        # One leaves the list, one dated and one undated task come to it.
        if leaving:
            await act(tasks, HEALTH_CLERK, leaving.pop(), "accept")
        if len(seen) < 6:
            await due_in(tasks, 3)
            await release(tasks, instruction())
    assert set(staying) <= set(seen)
