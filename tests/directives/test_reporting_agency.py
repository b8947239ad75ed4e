"""A lead without an account is reported for by another agency, by default the Office of the province (rulebook 1.14)."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.directives.documents import coordinating, document, instruction, lead
from tests.issuer import Person
from tests.signed_in import FINANCE, FINANCE_CLERK, HEALTH, NORTH_WARD, OFFICE, OFFICE_LEAD, TRACKER, Client

# Nobody acts for it here, as for a Party committee.
WITHOUT_ACCOUNT = NORTH_WARD
OFFICE_CLERK = Person("Văn thư Văn phòng", OFFICE, "AGENCY_CLERK")


@pytest.fixture
async def house(directives: Client) -> Client:
    """The Office has somebody who reports."""
    async with directives.admin.begin() as connection:
        await connection.execute(
            text("""INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, version)
                    VALUES (:id, :person, :agency, 'AGENCY_CLERK', false, 1)"""),
            {"id": OFFICE_CLERK.membership, "person": OFFICE_CLERK.id, "agency": OFFICE},
        )
    return directives


async def entered(client: Client, *assignments: dict[str, str], **other: Any) -> Any:
    asked = document(instruction(assignments=[lead(WITHOUT_ACCOUNT), *assignments], **other))
    return await client.post(TRACKER, "/directives", asked)


def reporting(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["instructions"][0]["reporting_agency_id"]


async def test_the_office_reports_unless_another_agency_is_named(house: Client) -> None:
    assert reporting(await entered(house)) == str(OFFICE)
    named = await entered(house, reporting_agency_id=str(FINANCE))
    assert reporting(named) == str(FINANCE)
    corrected = document(instruction(assignments=[lead(WITHOUT_ACCOUNT)]))
    assert reporting(await house.post(TRACKER, f"/directives/{named.json()['id']}", corrected, version=1, method="PUT")) == str(OFFICE)


async def test_a_lead_with_an_account_reports_itself(house: Client) -> None:
    assert reporting(await house.post(TRACKER, "/directives", document(instruction(assignments=[lead(HEALTH)])))) is None
    answer = await house.post(TRACKER, "/directives", document(instruction(assignments=[lead(HEALTH)], reporting_agency_id=str(FINANCE))))
    wrong = [{"field": "instructions.0.reporting_agency_id", "code": "reporting-agency-not-needed"}]
    assert (answer.status_code, answer.json()["errors"]) == (422, wrong)


async def test_who_reports_has_an_account(house: Client) -> None:
    answer = await entered(house, reporting_agency_id=str(WITHOUT_ACCOUNT))
    wrong = [{"field": "instructions.0.reporting_agency_id", "code": "reporting-agency-without-account"}]
    assert (answer.status_code, answer.json()["errors"]) == (422, wrong)


async def test_who_reports_sees_the_document_and_is_told_with_the_instruction(house: Client) -> None:
    made = (await entered(house, coordinating(FINANCE), reporting_agency_id=str(FINANCE))).json()
    address = f"/directives/{made['id']}"
    assert (await house.get(FINANCE_CLERK, address)).status_code == 404, "a draft"
    await house.post(OFFICE_LEAD, f"{address}/release", version=1)
    seen = await house.get(FINANCE_CLERK, address)
    assert [one["id"] for one in seen.json()["instructions"]] == [one["id"] for one in made["instructions"]]
    assert [one["id"] for one in (await house.get(FINANCE_CLERK, "/directives")).json()["items"]] == [made["id"]]
    (told,) = await house.rows("SELECT payload->'state' AS state FROM event_log WHERE type LIKE '%instruction-released.v1'")
    assert (told.state["reporting_agency_id"], told.state["coordinating_agency_ids"]) == (str(FINANCE), [])


async def test_nobody_is_handed_the_report_on_the_day_of_release(house: Client) -> None:
    """Whoever lost his account since the document was entered has nobody who reports for him, until somebody has seen to it."""
    made = (await house.post(TRACKER, "/directives", document(instruction(assignments=[lead(FINANCE)])))).json()
    async with house.admin.begin() as connection:
        await connection.execute(text("UPDATE membership_replica SET valid_to = '2020-01-01' WHERE agency_id = :id"), {"id": FINANCE})
    answer = await house.post(OFFICE_LEAD, f"/directives/{made['id']}/release", version=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "lead-without-account")


async def test_who_reports_is_told_of_before_the_release(house: Client) -> None:
    draft = (await entered(house, coordinating(FINANCE))).json()
    told = (await house.get(TRACKER, f"/directives/{draft['id']}/release-summary")).json()
    given = {one["agency_id"]: (one["leads"], one["coordinates"], one["reports"]) for one in told["agencies"]}
    assert given == {str(WITHOUT_ACCOUNT): ([1], [], []), str(FINANCE): ([], [1], []), str(OFFICE): ([], [], [1])}
    assert (told["given"], told["without_account"]) == (1, []), "the Office answers for a lead that cannot"
