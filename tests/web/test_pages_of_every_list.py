"""Every list of every service, over rows whose keys are equal: its pages of one, two and seven rows are together what one page holds.

Which lists there are the descriptions of the services say, so that a new one is asked for here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.directory.domain.membership import Role
from tests.chance import seed_of_tree
from tests.conftest import ServiceDatabase
from tests.directives.documents import document
from tests.directory.conftest import Member, load, member
from tests.issuer import AUDIENCES, Issuer, Person
from tests.notify.test_gathering import apply, overdue
from tests.portal.answers import descriptions
from tests.reporting.story import AGENCIES, known_task, noon, told
from tests.signed_in import FINANCE, HEALTH, HEALTH_CLERK, LEADER, NORTH_WARD, SOUTH_COMMUNE, TRACKER, Client, running_service
from tests.tasks.released import due_in, instruction, release

SIZES = (1, 2, 7)
ROWS = 9


@dataclass
class Scene:
    """Rows that differ in nothing by which a list is ordered, and who asks for them. `more` adds a row to the list."""

    path: str
    person: Person
    asked: Mapping[str, Any] = field(default_factory=dict)
    more: Callable[[], Awaitable[object]] | None = None


async def directives(client: Client) -> Scene:
    async def more() -> None:
        assert (await client.post(TRACKER, "/directives", document())).status_code == 201

    for _ in range(ROWS):
        await more()
    await client.rows("UPDATE directive SET created_at = now() - interval '1 hour' RETURNING id")
    return Scene("/directives", TRACKER, more=more)


async def agencies(client: Client) -> Scene:
    await load(client)
    await client.rows("UPDATE agency SET sort_key = 'a' WHERE kind = 'DEPARTMENT' RETURNING id")
    return Scene("/agencies", Member(member(Role.OFFICE_TRACKER)), {"kind": "DEPARTMENT"})


async def ended_agencies(client: Client) -> Scene:
    await load(client)
    await client.rows("UPDATE agency SET sort_key = 'a' RETURNING id")
    return Scene("/ended-agencies", Member(member(Role.OFFICE_TRACKER)))


async def crowded_agency(client: Client) -> str:
    """All of one position, and nobody at the head."""
    await load(client)
    await client.rows("UPDATE membership SET position = 'Chuyên viên', is_head = false RETURNING id")
    (agency_id,) = (await client.rows("SELECT agency_id FROM membership GROUP BY agency_id ORDER BY count(*) DESC, agency_id LIMIT 1"))[0]
    return str(agency_id)


async def people_of_an_agency(client: Client) -> Scene:
    return Scene(f"/agencies/{await crowded_agency(client)}/people", Member(member(Role.OFFICE_TRACKER)))


async def current_memberships(client: Client) -> Scene:
    return Scene(f"/agencies/{await crowded_agency(client)}/memberships", Member(member(Role.OFFICE_TRACKER)))


async def ended_memberships(client: Client) -> Scene:
    agency = await crowded_agency(client)
    await client.rows(
        """UPDATE membership SET valid_to = DATE '2025-06-30'
           WHERE agency_id = CAST(:agency AS uuid) AND role <> 'SYSTEM_ADMIN' RETURNING id""",
        agency=agency,
    )
    return Scene(f"/agencies/{agency}/ended-memberships", Member(member(Role.SYSTEM_ADMIN)))


async def membership_history(client: Client) -> Scene:
    return Scene(f"/agencies/{await crowded_agency(client)}/membership-history", Member(member(Role.SYSTEM_ADMIN)))


async def reorganisations(client: Client) -> Scene:
    await load(client)
    admin = Member(member(Role.SYSTEM_ADMIN), "SYSTEM_ADMIN")
    rows = await client.rows("SELECT id::text AS id FROM agency WHERE kind = 'COMMUNE' AND valid_to IS NULL ORDER BY id")
    communes = iter([row.id for row in rows])

    async def more() -> None:
        body = {"kind": "DISSOLVE", "from_agency_ids": [next(communes)], "effective_on": "2100-01-01", "legal_basis": "NQ 52"}
        assert (await client.post(admin, "/reorganisations", body)).status_code == 201

    for _ in range(ROWS):
        await more()
    return Scene("/reorganisations", admin, more=more)


async def awaiting_a_lead(client: Client, days: int | None = 3) -> Scene:
    async def more() -> None:
        await (release(client, instruction()) if days is None else due_in(client, days))

    await client.rows(
        """INSERT INTO succession (ended_agency_id, successor_ids, effective_on, legal_basis, reorganisation_id)
           VALUES (:ended, '{}', CURRENT_DATE, 'NQ 52', :ended) RETURNING 1""",
        ended=HEALTH,
    )
    for _ in range(ROWS):
        await more()
    return Scene("/successions/awaiting-lead", TRACKER, more=more)


async def undated_awaiting_a_lead(client: Client) -> Scene:
    return await awaiting_a_lead(client, None)


async def tasks_due_on_one_day(client: Client) -> Scene:
    for _ in range(ROWS):
        await due_in(client, 3)
    return Scene("/tasks", HEALTH_CLERK, more=lambda: due_in(client, 3))


async def undated_tasks(client: Client) -> Scene:
    for _ in range(ROWS):
        await release(client, instruction())
    return Scene("/tasks", TRACKER, {"scope": "oversight"}, more=lambda: release(client, instruction()))


async def tasks_assigned_on_one_day(client: Client) -> Scene:
    scene = await tasks_due_on_one_day(client)
    return Scene(scene.path, scene.person, {"sort": "-assigned_on"}, scene.more)


async def results_of_one_moment(client: Client) -> Scene:
    async def more() -> None:
        await due_in(client, 3)
        await client.rows(
            """UPDATE task SET state = 'AWAITING_CONFIRMATION', submitted_at = TIMESTAMPTZ '2026-01-05 08:00:00Z'
               WHERE state = 'ASSIGNED' RETURNING 1"""
        )

    for _ in range(ROWS):
        await more()
    return Scene("/tasks/awaiting-decision", TRACKER, more=more)


async def parts(client: Client) -> Scene:
    group = await release(client, instruction(HEALTH, FINANCE, SOUTH_COMMUNE, NORTH_WARD, group="departments"))
    return Scene(f"/tasks/{group}/children", TRACKER)


async def notices(client: Client) -> Scene:
    await client.rows("UPDATE feed_position SET consumer = 'notify-directory' WHERE source = 'directory' RETURNING 1")
    # What is told in one transaction has one moment.
    await client.app.state.service.runners[0].apply([overdue(HEALTH, f"NV-{1001 + number}") for number in range(ROWS)])
    return Scene("/notices", HEALTH_CLERK, more=lambda: apply(client, overdue(HEALTH, "NV-2001")))


async def unread_notices(client: Client) -> Scene:
    scene = await notices(client)
    return Scene(scene.path, scene.person, {"unread": True, "kind": "overdue"}, scene.more)


async def behind_a_number(client: Client, due: date | None = None) -> Scene:
    numbers = iter(range(100))

    async def more() -> None:
        async with client.app.state.service.database.begin() as connection:
            task = known_task(f"one {next(numbers)}", due=due, assigned_on=date(2026, 1, 5), agency=AGENCIES[0])
            assert task.occurred_at == noon(date(2026, 1, 5))
            await told(connection, task)

    for _ in range(ROWS):
        await more()
    return Scene("/figures/tasks", LEADER, {"bucket": "N"}, more)


async def behind_a_number_with_a_day(client: Client) -> Scene:
    return await behind_a_number(client, date(2026, 1, 9))


LISTS: Mapping[tuple[str, str], tuple[Callable[[Client], Awaitable[Scene]], ...]] = {
    ("directives", "/directives"): (directives,),
    ("directory", "/agencies"): (agencies,),
    ("directory", "/ended-agencies"): (ended_agencies,),
    ("directory", "/agencies/{agency_id}/people"): (people_of_an_agency,),
    ("directory", "/reorganisations"): (reorganisations,),
    ("tasks", "/successions/awaiting-lead"): (awaiting_a_lead, undated_awaiting_a_lead),
    ("directory", "/agencies/{agency_id}/memberships"): (current_memberships,),
    ("directory", "/agencies/{agency_id}/ended-memberships"): (ended_memberships,),
    ("directory", "/agencies/{agency_id}/membership-history"): (membership_history,),
    ("tasks", "/tasks"): (tasks_due_on_one_day, undated_tasks, tasks_assigned_on_one_day),
    ("tasks", "/tasks/awaiting-decision"): (results_of_one_moment,),
    ("tasks", "/tasks/{task_id}/children"): (parts,),
    ("notify", "/notices"): (notices, unread_notices),
    ("reporting", "/figures/tasks"): (behind_a_number, behind_a_number_with_a_day),
}


def id_of(item: Mapping[str, Any]) -> str:
    if "membership_id" in item:
        return f"{item['membership_id']} {item['version']}"
    return str(item.get("id") or item.get("task_id") or item["task"]["id"])


async def page_of(client: Client, scene: Scene, limit: int, cursor: str | None) -> dict[str, Any]:
    answer = await client.get(scene.person, scene.path, limit=limit, **scene.asked, **({"cursor": cursor} if cursor else {}))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    assert len(page["items"]) <= limit
    assert page["next_cursor"] is None or len(page["items"]) == limit, "a page that another follows is full"
    return page


async def pages(client: Client, scene: Scene, limit: int, between: Callable[[], Awaitable[object]] | None = None) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = await page_of(client, scene, limit, cursor)
        found += [id_of(one) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
        assert page["items"], "no end"
        if between is not None and len(found) < 3 * ROWS:
            await between()


def test_every_list_of_every_service_is_here() -> None:
    described = {
        (service, path)
        for service, description in descriptions().items()
        for path, methods in description["paths"].items()
        if any(one["name"] == "cursor" for one in methods.get("get", {}).get("parameters", ()))
    }
    assert described == LISTS.keys()
    assert {service for service, _ in described} == {*AUDIENCES}


@pytest.mark.parametrize(
    ("service", "scene_of"),
    [(service, scene) for (service, _), scenes in LISTS.items() for scene in scenes],
    ids=[scene.__name__ for scenes in LISTS.values() for scene in scenes],
)
async def test_the_pages_together_are_the_list(
    database: Callable[[str], ServiceDatabase],
    issuer: Issuer,
    tmp_path: Path,
    service: str,
    scene_of: Callable[[Client], Awaitable[Scene]],
) -> None:
    async with running_service(service, database(service), issuer, tmp_path, replica=service != "directory") as client:
        scene = await scene_of(client)
        whole = [id_of(one) for one in (await page_of(client, scene, 200, None))["items"]]
        assert len(whole) == len(set(whole)) >= 4
        for limit in (*SIZES, len(whole)):
            assert await pages(client, scene, limit) == whole, limit
        if scene.more is None:
            return
        limit = Random(f"pages {seed_of_tree()} {scene_of.__name__}").choice(SIZES[:2])
        seen = await pages(client, scene, limit, between=scene.more)
        assert len(seen) == len(set(seen)), "shown twice"
        assert [one for one in seen if one in whole] == whole, "who stays is shown once, and in order"
