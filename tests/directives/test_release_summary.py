"""What a release will do is told before it, and is what the release then does."""

from collections import Counter
from datetime import date, timedelta

from libs.contracts.working_days import add_working_days, is_working_day
from tests.directives.documents import coordinating, document, instruction, lead, today
from tests.directives.test_life_of_a_directive import registered
from tests.signed_in import FINANCE, HEALTH, HEALTH_CLERK, LEADER, NORTH_WARD, OFFICE_LEAD, TRACKER, Client


def day_off_from(day: date) -> date:
    while is_working_day(day):
        day += timedelta(days=1)
    return day


async def summary(client: Client, draft: dict[str, object], by: object = TRACKER) -> dict[str, object]:
    answer = await client.get(by, f"/directives/{draft['id']}/release-summary")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_the_summary_is_what_the_release_does(directives: Client) -> None:
    off = day_off_from(today() + timedelta(days=10))
    draft = await registered(
        directives,
        instruction(due=str(add_working_days(off, 20)), assignments=[lead(HEALTH), coordinating(FINANCE)]),
        instruction(assignments=[coordinating(HEALTH)], lead_group="communes", due=str(off)),
        instruction(deadline_class="NONE", due=None, deliverable=None, assignments=[lead(HEALTH)]),
    )
    before = await summary(directives, draft)
    released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    leads = Counter(agency for one in released.json()["instructions"] for agency in one["lead_agency_ids"])
    told = {one["agency_id"]: len(one["leads"]) for one in before["agencies"] if one["leads"]}  # type: ignore[attr-defined]
    assert told == leads
    assert before["given"] == leads.total()
    assert before["groups"] == 1
    assert before["nearest_due"] == str(off)
    assert (before["undated"], before["due_on_day_off"], before["due_passed"]) == ([3], [2], [])
    of_agency = {one["agency_id"]: one for one in before["agencies"]}  # type: ignore[attr-defined]
    assert of_agency[str(HEALTH)] == {"agency_id": str(HEALTH), "leads": [1, 3], "coordinates": [2], "reports": []}
    assert of_agency[str(FINANCE)]["coordinates"] == [1]
    again = await directives.get(TRACKER, f"/directives/{draft['id']}/release-summary")
    assert (again.status_code, again.json()["code"]) == (409, "already-released")


async def test_a_due_date_that_has_passed_and_an_agency_without_an_account_are_noticed(directives: Client) -> None:
    yesterday = str(today() - timedelta(days=1))
    given = [lead(HEALTH), coordinating(FINANCE), coordinating(NORTH_WARD)]
    late = document(instruction(due=yesterday, assignments=given), issue_date=yesterday)
    draft = (await directives.post(TRACKER, "/directives", late)).json()
    found = await summary(directives, draft)
    assert (found["due_passed"], found["without_account"]) == ([1], [str(NORTH_WARD)])


async def test_only_who_sees_the_draft_sees_its_summary(directives: Client) -> None:
    draft = await registered(directives, instruction())
    assert (await summary(directives, draft, LEADER))["given"] == 1
    assert (await directives.get(HEALTH_CLERK, f"/directives/{draft['id']}/release-summary")).status_code == 404
