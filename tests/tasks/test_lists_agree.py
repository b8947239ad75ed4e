"""List, counts and the rule in plain Python say the same, for every filter and every pair of filters, whoever asks."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest

from libs.contracts.buckets import AwaitingCountsAs, Bucket, is_due_soon
from libs.contracts.working_days import due_soon_until
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.lifecycle import State
from services.tasks.domain.task import Task
from tests.issuer import Person
from tests.signed_in import AGENCIES, COMMUNE_CLERK, FINANCE, HEALTH, HEALTH_CLERK, LEADER, TRACKER, Client
from tests.tasks.decided import decide_setting
from tests.tasks.population import Population, populate
from tests.tasks.released import today

OVERSIGHT = {TRACKER, LEADER}


def filters(population: Population) -> dict[str, list[dict[str, Any]]]:
    group = next(task for task in population.tasks.values() if task.is_group)
    return {
        "bucket": [{"bucket": bucket.value} for bucket in Bucket],
        "state": [{"state": state.value} for state in State],
        "due_soon": [{"due_soon": True}, {"due_soon": False}],
        "agency_id": [{"agency_id": str(HEALTH)}, {"agency_id": str(FINANCE)}],
        "directive_id": [{"directive_id": str(population.directives[0])}],
        "group_id": [{"group_id": str(group.id)}],
        "level": [{"level": "instruction"}, {"level": "assignment"}],
        "field": [{"field": "y-te"}],
        "q": [{"q": "dich bao cao"}, {"q": "kiem tra, nha sap"}, {"q": "5426"}, {"q": group.code}, {"q": f"{group.assigned.number + 1}"}],
        "scope": [{"scope": "oversight"}, {"scope": "agency"}],
        "part": [{"part": role.value} for role in AssignmentRole],
        "is_open": [{"is_open": True}, {"is_open": False}],
        "due": [{"due_from": today().isoformat()}, {"due_until": today().isoformat()}],
        "assigned": [{"assigned_from": (today() - timedelta(6)).isoformat(), "assigned_until": (today() - timedelta(5)).isoformat()}],
    }


# What the rules of the province move from one bucket to another.
OF_THE_RULES = {"bucket", "due_soon", "is_open"}


def questions(population: Population, *, of: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """No filter, each, and every pair; only those with a filter that is named in `of`, where any is."""
    yield {}
    every = filters(population)
    for name, one in every.items():
        if not of or name in of:
            yield from one
    for left, right in combinations(every, 2):
        if not of or {left, right} & set(of):
            for first, second in product(every[left], every[right]):
                yield first | second


class Naive:
    """The same question, task by task."""

    def __init__(self, population: Population, person: Person, asked: dict[str, Any], due_soon_days: int = 3) -> None:
        self.population = population
        self.asked = asked
        self.due_soon_days = due_soon_days
        self.oversees = person in OVERSIGHT
        self.agency = person.agency
        self.scope = asked.get("scope", "agency")

    def found(self) -> list[Task]:
        return [task for task in self.population.tasks.values() if self.reached(task) and self.matches(task)]

    def reached(self, task: Task) -> bool:
        parts = {"LEAD": (task.lead_agency_id,), "REPORTING": (task.reporting_agency_id,), "COORDINATING": task.coordinating_agency_ids}
        if "part" in self.asked:
            return self.agency in parts[self.asked["part"]]
        if self.oversees and self.scope == "oversight":
            return True
        own_part = task.is_group and any(part.lead_agency_id == self.agency for part in self.population.parts(task.id))
        mine = any(self.agency in agencies for agencies in parts.values())
        return mine or (self.scope == "oversight" and own_part)

    def level(self) -> str | None:
        if "level" in self.asked:
            return str(self.asked["level"])
        if str(self.asked.get("q", "")).startswith("NV-"):
            return None
        if "q" in self.asked and not self.oversees and self.scope == "oversight":
            return None
        named = self.scope == "agency" or {"agency_id", "state", "group_id"} & set(self.asked)
        return "assignment" if named else "instruction"

    def matches(self, task: Task) -> bool:
        level, assigned, asked = self.level(), task.assigned, self.asked
        return (
            (level != "instruction" or assigned.group_id is None)
            and (level != "assignment" or self.scope == "agency" or not task.is_group)
            and ("bucket" not in asked or self.population.bucket(task) == asked["bucket"])
            and ("state" not in asked or (not task.is_group and task.state == asked["state"]))
            and ("due_soon" not in asked or self.is_due_soon(task) == asked["due_soon"])
            and ("agency_id" not in asked or str(task.lead_agency_id) == asked["agency_id"])
            and ("directive_id" not in asked or str(assigned.directive.id) == asked["directive_id"])
            and ("group_id" not in asked or str(assigned.group_id) == asked["group_id"])
            and ("field" not in asked or assigned.field == asked["field"])
            and ("is_open" not in asked or (str(self.population.bucket(task)).startswith("open_") == asked["is_open"]))
            and self.in_period(task)
            and ("q" not in asked or self.has_words(task))
        )

    def in_period(self, task: Task) -> bool:
        return all(
            (from_day is None or (day is not None and day >= date.fromisoformat(from_day)))
            and (until is None or (day is not None and day <= date.fromisoformat(until)))
            for name, day in (("due", task.course.due), ("assigned", task.assigned.assigned_on))
            for from_day, until in [(self.asked.get(f"{name}_from"), self.asked.get(f"{name}_until"))]
        )

    def is_due_soon(self, task: Task) -> bool:
        return is_due_soon(self.population.bucket(task), task.course.due, today(), due_soon_until(today(), self.due_soon_days))

    def has_words(self, task: Task) -> bool:
        q = self.asked["q"]
        expected = {
            "dich bao cao": task.assigned.content.startswith("Báo cáo tình hình dịch"),
            "kiem tra, nha sap": task.assigned.content.startswith("Kiểm tra nhà sập"),
            "5426": task.assigned.directive.number == "5426",
        }
        return expected.get(q, task.assigned.number == int(str(q).removeprefix("NV-")) if str(q)[-1].isdigit() else False)


@pytest.mark.parametrize(("seed", "person"), [(1, TRACKER), (2, HEALTH_CLERK), (3, COMMUNE_CLERK)])
async def test_every_filter_and_every_pair(tasks: Client, seed: int, person: Person) -> None:
    await agree(tasks, await populate(tasks, seed, tasks=50, groups=25), person)


@pytest.mark.usefixtures("asks_each_time")
@pytest.mark.parametrize(("seed", "person"), [(1, TRACKER), (2, HEALTH_CLERK)])
async def test_by_the_rules_that_the_province_decided(tasks: Client, seed: int, person: Person) -> None:
    # Fewer days than the software's three: what is due next lies so near that more of them would show nothing.
    await decide_setting(tasks, "awaiting_counts_as", "BY_DATE", valid_from=today())
    await decide_setting(tasks, "due_soon_days", 1, valid_from=today())
    population = await populate(tasks, seed, tasks=50, groups=25)
    population.awaiting_counts_as = AwaitingCountsAs.BY_DATE
    await agree(tasks, population, person, due_soon_days=1, of=OF_THE_RULES)


def summary_of(task: Task, population: Population) -> dict[str, Any] | None:
    """What a group says of its parts, and nothing a plain task: an overdue one among them is seen before the group itself is overdue."""
    if not task.is_group:
        return None
    parts = population.parts(task.id)
    return {
        "total": len(parts),
        "accepted": sum(part.state is not State.ASSIGNED for part in parts),
        "awaiting": sum(part.state is State.AWAITING_CONFIRMATION for part in parts),
        "completed": sum(part.state is State.COMPLETED for part in parts),
        "overdue": sum(population.bucket(part) is Bucket.OPEN_OVERDUE for part in parts),
        "kinds": sorted({AGENCIES[part.lead_agency_id][1] for part in parts if part.lead_agency_id is not None}),
    }


async def agree(tasks: Client, population: Population, person: Person, *, due_soon_days: int = 3, of: Collection[str] = ()) -> None:
    for asked in questions(population, of=of):
        naive = Naive(population, person, asked, due_soon_days)
        expected = naive.found()
        listed = (await tasks.get(person, "/tasks", limit=200, **asked)).json()
        assert Counter(one["code"] for one in listed["items"]) == Counter(task.code for task in expected), asked
        assert listed["total"] == len(expected), asked
        for one in listed["items"]:
            task = next(task for task in expected if task.code == one["code"])
            assert one["bucket"] == population.bucket(task), asked
            assert one["children_summary"] == summary_of(task, population), asked
        counts = (await tasks.get(person, "/tasks/counts", **asked)).json()
        assert counts == {
            "total": len(expected),
            "due_soon": sum(naive.is_due_soon(task) for task in expected),
            "by_state": Counter(task.state.value for task in expected if not task.is_group),
            "by_bucket": Counter(population.bucket(task) for task in expected),
        }, asked


async def test_a_page_without_its_count(tasks: Client) -> None:
    await populate(tasks, 1, tasks=3, groups=0)
    page = (await tasks.get(TRACKER, "/tasks", scope="oversight", count=False)).json()
    assert (len(page["items"]), page["total"]) == (3, None)
