"""Nobody confirms what he entered or submitted, and what the house reports itself an Office leader confirms (rulebook 1.14)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.issuer import Person, known_id
from tests.signed_in import HEALTH, HEALTH_CLERK, OFFICE, OFFICE_LEAD, TRACKER, Client
from tests.tasks.decided import decide_setting
from tests.tasks.released import act, instruction, release, result, upload

pytestmark = pytest.mark.usefixtures("asks_each_time")

COMMITTEE = known_id("UBND tỉnh")


class SecondPost(Person):
    """The same person in another membership."""

    @property
    def membership(self) -> UUID:
        return known_id(f"membership {self.name} {self.role}")


# The same person acts for the Office as an agency, and confirms for it.
CHIEF_AS_HEAD = SecondPost(OFFICE_LEAD.name, OFFICE, "AGENCY_HEAD")
OFFICE_CLERK = Person("Văn thư Văn phòng", OFFICE, "AGENCY_CLERK")
DEPUTY_CHIEF = Person("Phó Chánh Văn phòng", OFFICE, "OFFICE_LEAD")
COMMITTEE_MEMBER = Person("Ủy viên UBND tỉnh", COMMITTEE, "AGENCY_HEAD")
TRACKER_AT_HEALTH = SecondPost(TRACKER.name, HEALTH, "AGENCY_CLERK")


@pytest.fixture
async def house(tasks: Client) -> Client:
    """The service with people who have two memberships, and the Committee as an agency."""
    async with tasks.admin.begin() as connection:
        await connection.execute(
            text("""INSERT INTO agency_replica (id, key, name, short_name, kind, scope, sort_key, version)
                    VALUES (:id, 'ubnd', 'UBND tỉnh', 'UBND tỉnh', 'PROVINCE_COMMITTEE', 'test', '0', 1)"""),
            {"id": COMMITTEE},
        )
        for person in (CHIEF_AS_HEAD, OFFICE_CLERK, DEPUTY_CHIEF, COMMITTEE_MEMBER, TRACKER_AT_HEALTH):
            await connection.execute(
                text("""INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, version)
                        VALUES (:id, :person, :agency, :role, false, 1)"""),
                {"id": person.membership, "person": person.id, "agency": person.agency, "role": person.role},
            )
    return tasks


async def reported(client: Client, *, lead: Any, enters: Person, submits: Person) -> str:
    task = await release(client, instruction(lead))
    assert (await act(client, submits, task, "accept")).status_code == 200
    file = (await upload(client, enters, task)).json()["id"]
    assert (await act(client, submits, task, "results", result(file_id=file))).status_code == 200
    return task


CASES = {
    "the agency's result, by anybody of the Office": (HEALTH, HEALTH_CLERK, HEALTH_CLERK, {TRACKER: None}),
    "who submitted it for another agency": (HEALTH, HEALTH_CLERK, TRACKER_AT_HEALTH, {TRACKER: "own-result", OFFICE_LEAD: None}),
    "who entered its file": (HEALTH, TRACKER_AT_HEALTH, HEALTH_CLERK, {TRACKER: "own-result", OFFICE_LEAD: None}),
    "the Office's own": (
        OFFICE,
        OFFICE_CLERK,
        CHIEF_AS_HEAD,
        {OFFICE_LEAD: "own-result", TRACKER: "office-leader-confirms", DEPUTY_CHIEF: None},
    ),
    "the Committee's own": (
        COMMITTEE,
        COMMITTEE_MEMBER,
        COMMITTEE_MEMBER,
        {TRACKER: "office-leader-confirms", OFFICE_LEAD: None},
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_who_may_confirm(house: Client, case: str) -> None:
    lead, enters, submits, judged = CASES[case]
    task = await reported(house, lead=lead, enters=enters, submits=submits)
    for person, code in judged.items():
        offered = (await house.get(person, f"/tasks/{task}")).json()["available_actions"]
        listed = (await house.get(person, "/tasks", scope="oversight")).json()["items"][0]["available_actions"]
        expected = [
            {"action": "CONFIRM", "allowed": code is None, "reason_code": code},
            {"action": "RETURN_RESULT", "allowed": True, "reason_code": None},
        ]
        assert (offered, listed) == (expected, expected), person
        before = await house.everything() if code else None
        answer = await act(house, person, task, "results/confirm")
        if code is None:
            assert (answer.status_code, answer.json()["state"]) == (200, "COMPLETED")
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, code)
            assert await house.everything() == before


async def test_it_is_by_person_also_when_the_membership_has_ended(house: Client) -> None:
    task = await reported(house, lead=HEALTH, enters=HEALTH_CLERK, submits=TRACKER_AT_HEALTH)
    async with house.admin.begin() as connection:
        await connection.execute(
            text("UPDATE membership_replica SET valid_to = '2020-01-01' WHERE id = :id"), {"id": TRACKER_AT_HEALTH.membership}
        )
    answer = await act(house, TRACKER, task, "results/confirm")
    assert (answer.status_code, answer.json()["code"]) == (403, "own-result")


async def test_who_returned_his_own_result_may_recall_that(house: Client) -> None:
    """He may not confirm it; a decision that he could make he can take back as well."""
    await decide_setting(house, "hold_seconds", 60)
    task = await reported(house, lead=HEALTH, enters=HEALTH_CLERK, submits=TRACKER_AT_HEALTH)
    returned = await act(house, TRACKER, task, "results/return", {"reason": "Thiếu số liệu"})
    held = returned.json()["held"]
    recalled = await house.post(TRACKER, f"/tasks/{task}/held/{held['id']}/recall")
    assert (recalled.status_code, recalled.json()["state"], recalled.json()["held"]) == (200, "AWAITING_CONFIRMATION", None)
    held = (await act(house, TRACKER, task, "results/return", {"reason": "Thiếu số liệu"})).json()["held"]
    at_once = await house.post(TRACKER, f"/tasks/{task}/held/{held['id']}/now")
    assert (at_once.status_code, at_once.json()["state"]) == (200, "RESULT_RETURNED")
