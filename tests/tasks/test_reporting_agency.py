"""An agency reports in place of a lead that has no account: it does what the lead would do, and the task is not its own (rulebook 1.14)."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.issuer import Person
from tests.signed_in import (
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_CLERK,
    HEALTH_OFFICER,
    NORTH_WARD,
    OFFICE,
    OFFICE_LEAD,
    TRACKER,
    Client,
)
from tests.tasks.released import act, instruction, release, result, upload

LEAD = NORTH_WARD
OFFICE_CLERK = Person("Văn thư Văn phòng", OFFICE, "AGENCY_CLERK")
DEPUTY_CHIEF = Person("Phó Chánh Văn phòng", OFFICE, "OFFICE_LEAD")


@pytest.fixture
async def house(tasks: Client) -> Client:
    async with tasks.admin.begin() as connection:
        for person in (OFFICE_CLERK, DEPUTY_CHIEF):
            await connection.execute(
                text("""INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, version)
                        VALUES (:id, :person, :agency, :role, false, 1)"""),
                {"id": person.membership, "person": person.id, "agency": person.agency, "role": person.role},
            )
    return tasks


async def given(client: Client, *, reporting: Any = HEALTH) -> str:
    state = instruction(LEAD, coordinating=(FINANCE,))
    return await release(client, state.model_copy(update={"reporting_agency_id": reporting}))


async def reported(client: Client, task: str, by: Person) -> Any:
    assert (await act(client, by, task, "accept")).status_code == 200
    body = {"percent": 40, "content": "Đang tổng hợp"}
    assert (await act(client, by, task, "progress", body)).status_code == 200
    file = (await upload(client, by, task)).json()["id"]
    answer = await act(client, by, task, "results", result(file_id=file))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_accepts_reports_and_submits_for_the_lead(house: Client) -> None:
    task = await given(house)
    seen = (await house.get(HEALTH_CLERK, f"/tasks/{task}")).json()
    assert (seen["lead_agency_id"], seen["reporting_agency_id"], seen["relation"]) == (str(LEAD), str(HEALTH), "REPORTING")
    assert {(one["agency_id"], one["role"]) for one in seen["assignments"]} == {
        (str(LEAD), "LEAD"),
        (str(HEALTH), "REPORTING"),
        (str(FINANCE), "COORDINATING"),
    }
    left = (await house.get(HEALTH_OFFICER, f"/tasks/{task}")).json()["left_to_others"]
    assert [one["action"] for one in left] == ["ACCEPT"]
    assert str(HEALTH_CLERK.id) in left[0]["person_ids"]
    submitted = await reported(house, task, HEALTH_CLERK)
    assert (submitted["state"], submitted["lead_agency_id"]) == ("AWAITING_CONFIRMATION", str(LEAD))
    states = await house.rows("SELECT payload->'state'->>'reporting_agency_id' AS by FROM event_log WHERE aggregate_id = :id", id=task)
    assert {row.by for row in states} == {str(HEALTH)}
    assert (await act(house, TRACKER, task, "results/confirm")).json()["state"] == "COMPLETED"


async def test_others_report_nothing_for_it(house: Client) -> None:
    task = await given(house)
    before = await house.everything()
    for person, status in ((FINANCE_CLERK, 403), (OFFICE_CLERK, 404)):
        assert (await act(house, person, task, "accept")).status_code == status
    assert await house.everything() == before


async def test_it_stands_apart_in_the_lists_of_who_reports(house: Client) -> None:
    task = await given(house)
    for part, count in (("LEAD", 0), ("REPORTING", 1), ("COORDINATING", 0)):
        listed = (await house.get(HEALTH_CLERK, "/tasks", scope="agency", part=part)).json()
        counted = (await house.get(HEALTH_CLERK, "/tasks/counts", scope="agency", part=part)).json()
        assert ([one["id"] for one in listed["items"]], counted["total"]) == ([task] * count, count), part


@pytest.mark.parametrize("lead_again", [True, False])
async def test_what_the_office_reports_for_another_is_confirmed_by_an_office_leader(house: Client, lead_again: bool) -> None:
    task = await given(house, reporting=OFFICE)
    await reported(house, task, OFFICE_CLERK)
    refused = await act(house, TRACKER, task, "results/confirm")
    assert (refused.status_code, refused.json()["code"]) == (403, "office-leader-confirms")
    confirmed = await act(house, OFFICE_LEAD if lead_again else DEPUTY_CHIEF, task, "results/confirm")
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "COMPLETED")


async def test_each_agency_of_a_group_reports_itself(house: Client) -> None:
    state = instruction(HEALTH, FINANCE, group="departments").model_copy(update={"reporting_agency_id": OFFICE})
    group = await release(house, state)
    parts = (await house.get(TRACKER, f"/tasks/{group}/children")).json()["items"]
    assert [one["reporting_agency_id"] for one in parts] == [None, None]


async def test_the_offices_own_work_is_what_it_leads(house: Client) -> None:
    """Its trackers oversee all tasks; its own are those like any agency's."""
    own = await release(house, instruction(OFFICE))
    await release(house, instruction(HEALTH))
    for person in (TRACKER, OFFICE_LEAD, OFFICE_CLERK):
        listed = (await house.get(person, "/tasks", scope="agency", part="LEAD")).json()
        counted = (await house.get(person, "/tasks/counts", scope="agency", part="LEAD")).json()
        assert ([one["id"] for one in listed["items"]], listed["total"], counted["total"]) == ([own], 1, 1), person
