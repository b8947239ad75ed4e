"""Whom a change concerns, as each service says it: nobody is named who has no part in it, and nobody left out who has."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import reduce
from operator import or_
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from libs.common.actor import Actor
from libs.common.live import EVERYBODY, EVERYTHING, Hint, concerned
from services.directives.domain.permissions import SEES_ALL
from services.notify.notices.kinds import OFFICE_ROLES
from services.tasks.domain.permissions import OVERSIGHT_ROLES
from services.tasks.persistence.repository import TaskRepository
from tests.conftest import ServiceDatabase
from tests.directives.documents import document
from tests.issuer import Issuer
from tests.notify.test_notices import envelopes, life
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    HEALTH,
    HEALTH_CLERK,
    NORTH_WARD,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
    running_service,
)
from tests.tasks.released import act, instruction, release

Opening = Callable[[str], AbstractAsyncContextManager[Client]]


@pytest.fixture
def opening(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> Opening:
    return lambda name: running_service(name, database(name), issuer, tmp_path)


@pytest.fixture
async def tasks(opening: Opening) -> AsyncIterator[Client]:
    async with opening("tasks") as client:
        yield client


@pytest.fixture
async def notify(opening: Opening) -> AsyncIterator[Client]:
    async with opening("notify") as client:
        yield client


class Said:
    """What a service says from now on, all of it as one hint; but not what it says of itself when it begins."""

    def __init__(self, client: Client) -> None:
        self.hints: list[Hint] = []
        client.app.state.service.hints.changed = lambda hint: EVERYTHING in hint.lists or self.hints.append(hint)

    def taken(self) -> Hint:
        found = reduce(or_, self.hints, Hint())
        self.hints.clear()
        return found


def part(*agencies: UUID) -> Hint:
    """Of these agencies and of those who oversee all tasks."""
    return Hint({"tasks": concerned(agencies=agencies, roles=OVERSIGHT_ROLES)})


async def test_a_task_is_the_business_of_its_agencies_and_of_who_oversees_all(tasks: Client) -> None:
    said = Said(tasks)
    task = await release(tasks, instruction(HEALTH, coordinating=(FINANCE,)))
    assert said.taken() == part(HEALTH, FINANCE)
    await act(tasks, HEALTH_CLERK, task, "accept")
    assert said.taken() == part(HEALTH, FINANCE)


async def test_who_led_before_is_told_that_he_leads_no_more(tasks: Client) -> None:
    """The agency of before has the task in its list until it looks again."""

    task = await release(tasks, instruction(HEALTH))
    service = tasks.app.state.service
    async with service.database.undecided() as connection:
        repository = TaskRepository(connection)
        found = await repository.get(UUID(task), seen_by=Actor.of_person(uuid4(), uuid4(), FINANCE, "LEADER"))
        found.change_lead(FINANCE, reason="Đúng chức năng hơn", at=service.clock.now())
        assert repository.hint_of_change(found) == part(HEALTH, FINANCE)


async def test_a_part_of_a_group_also_changes_what_pages_of_the_group_show(tasks: Client) -> None:
    said = Said(tasks)
    await release(tasks, instruction(SOUTH_COMMUNE, NORTH_WARD, group="communes"))
    assert said.taken() == part(SOUTH_COMMUNE, NORTH_WARD) | Hint.for_everybody("groups")
    (row,) = await tasks.rows("SELECT id FROM task WHERE lead_agency_id = :commune", commune=SOUTH_COMMUNE)

    await act(tasks, COMMUNE_CLERK, str(row.id), "accept")
    assert said.taken() == part(SOUTH_COMMUNE) | Hint.for_everybody("groups")


async def test_more_agencies_than_a_hint_can_name_are_everybody(tasks: Client) -> None:
    said = Said(tasks)
    await release(tasks, instruction(*(uuid4() for _ in range(500)), group="communes"))
    assert said.taken() == Hint.for_everybody("tasks", "groups")


async def test_a_refusal_and_a_repetition_say_nothing(tasks: Client) -> None:
    task = await release(tasks, instruction(HEALTH))
    await act(tasks, HEALTH_CLERK, task, "accept", version=1, key="once")
    said = Said(tasks)
    await act(tasks, HEALTH_CLERK, task, "accept", version=1, key="once")
    await act(tasks, HEALTH_CLERK, task, "accept")
    assert not said.taken()


async def test_a_draft_is_seen_by_those_who_see_all_and_what_is_released_by_its_agencies(opening: Opening) -> None:
    async with opening("directives") as directives:
        said = Said(directives)
        draft = (await directives.post(TRACKER, "/directives", document())).json()
        assert said.taken() == Hint({"directives": concerned(roles=SEES_ALL)})
        released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
        assert released.status_code == 200
        assert said.taken() == Hint({"directives": concerned(agencies=[HEALTH], roles=SEES_ALL)})


async def test_a_notice_wakes_those_who_are_told(notify: Client) -> None:
    task = uuid4()
    arriving = envelopes(task, life(task, coordinating=FINANCE))
    (runner,) = (one for one in notify.app.state.service.runners if one.consumer.name == "notify")
    said = Said(notify)
    both, health, office = (
        Hint({"notices": whom})
        for whom in (concerned(agencies=[HEALTH, FINANCE]), concerned(agencies=[HEALTH]), concerned(roles=OFFICE_ROLES))
    )
    heard = []
    for envelope in arriving:
        await runner.apply([envelope])
        heard.append(said.taken())
    assert heard == [both, Hint(), Hint(), office, health, health | office, office, health]


async def test_what_was_held_wakes_whom_it_concerns_when_its_turn_comes(notify: Client) -> None:
    task = uuid4()
    arriving = envelopes(task, life(task))
    (runner,) = (one for one in notify.app.state.service.runners if one.consumer.name == "notify")
    said = Said(notify)
    await runner.apply(arriving[1:4])
    assert not said.taken(), "nothing has happened yet"
    await runner.apply(arriving[:1])
    assert said.taken() == Hint({"notices": concerned(agencies=[HEALTH], roles=OFFICE_ROLES)})


async def test_who_reads_a_notice_wakes_no_page_but_his_own(notify: Client) -> None:
    task = uuid4()
    (runner,) = (one for one in notify.app.state.service.runners if one.consumer.name == "notify")
    await runner.apply(envelopes(task, life(task)))
    async with notify.admin.begin() as connection:
        await connection.exec_driver_sql("UPDATE feed_position SET consumer = 'notify-directory' WHERE source = 'directory'")
    said = Said(notify)
    own = Hint({"notices": concerned(persons=[HEALTH_CLERK.id])})
    (notice,) = await notify.rows("SELECT id FROM notice WHERE kind = 'released'")
    assert (await notify.post(HEALTH_CLERK, f"/notices/{notice.id}/read")).status_code == 200
    assert said.taken() == own
    assert (await notify.post(HEALTH_CLERK, "/notices/read-all")).status_code == 200
    assert said.taken() == own


async def test_figures_are_the_same_for_everybody_and_so_are_their_hints(opening: Opening) -> None:
    async with opening("reporting") as reporting:
        said = Said(reporting)
        task = uuid4()
        await reporting.app.state.service.runners[0].apply(envelopes(task, life(task))[:1])
        assert said.taken() == Hint({"figures": EVERYBODY})
