"""Every refusal: its status, its code, its sentence, and a database that is the same as before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from libs.common.messaging import event_log
from libs.common.web.pagination import encode_cursor
from tests.directives.documents import coordinating, document, instruction, lead, today
from tests.signed_in import (
    CLOSED_DEPARTMENT,
    COMMUNE_CLERK,
    FINANCE,
    HEALTH,
    HEALTH_CLERK,
    NORTH_WARD,
    OFFICE_LEAD,
    TRACKER,
    UNKNOWN_AGENCY,
    Client,
)

# No table keeps the day on which it was read: a test may run on the next.
FAR_OFF = "2199-12-31"
LONG_AGO = "2000-01-01"

REFUSED: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "unknown agency": (
        document(instruction(assignments=[lead(UNKNOWN_AGENCY)])),
        "unknown-agency",
        "instructions.0.assignments.0.agency_id",
    ),
    "closed agency": (
        document(instruction(assignments=[lead(CLOSED_DEPARTMENT)])),
        "unknown-agency",
        "instructions.0.assignments.0.agency_id",
    ),
    "unknown coordinator": (
        document(instruction(assignments=[lead(HEALTH), coordinating(UNKNOWN_AGENCY)])),
        "unknown-agency",
        "instructions.0.assignments.1.agency_id",
    ),
    "two leads": (document(instruction(assignments=[lead(HEALTH), lead(FINANCE)])), "two-leads", "instructions.0.assignments"),
    "lead and group": (document(instruction(lead_group="communes")), "two-leads", "instructions.0.assignments"),
    "no lead": (document(instruction(assignments=[coordinating(HEALTH)])), "no-lead", "instructions.0.assignments"),
    "agency twice": (
        document(instruction(assignments=[lead(HEALTH), coordinating(HEALTH)])),
        "agency-twice",
        "instructions.0.assignments.1.agency_id",
    ),
    "unknown group": (document(instruction(assignments=[], lead_group="everybody")), "unknown-group", "instructions.0.lead_group"),
    "empty group": (document(instruction(assignments=[], lead_group="state-enterprises")), "empty-group", "instructions.0.lead_group"),
    "due before issue": (document(instruction(due=LONG_AGO)), "due-before-issue", "instructions.0.due"),
    "due missing": (document(instruction(due=None)), "due-missing", "instructions.0.due"),
    "due without deadline": (document(instruction(deadline_class="NONE")), "due-without-deadline", "instructions.0.due"),
    "no reason": (
        document(instruction(deadline_class="NONE", due=None)),
        "no-deadline-reason-missing",
        "instructions.0.no_deadline_reason",
    ),
    "second instruction": (document(instruction(), instruction(due=None)), "due-missing", "instructions.1.due"),
    "field of nobody": (document(instruction(field="bong-da")), "unknown-field", "instructions.0.field"),
    "no instructions": (document(instructions=[]), "no-instructions", "instructions"),
    "issued in the future": (document(issue_date=FAR_OFF), "issue-date-in-future", "issue_date"),
    "secret": (document(secrecy="SECRET"), "secrecy-not-allowed", "secrecy"),
    "top secret": (document(secrecy="TOP_SECRET", instructions=[]), "secrecy-not-allowed", "secrecy"),
    "unknown kind": (document(kind="thu-tay"), "invalid-body", None),
    "no subject": (document(subject="   "), "invalid-body", None),
    "unknown field": (document(secrecy_level="NORMAL"), "invalid-body", None),
    "no day": (document(issue_date="31/02/2026"), "invalid-body", None),
    "seconds for a day": (document(issue_date=1764288000), "invalid-body", "issue_date"),
    "a moment for a day": (document(issue_date="2026-02-12T00:00:00"), "invalid-body", "issue_date"),
    "issued before our age": (document(issue_date="1899-12-31"), "invalid-body", "issue_date"),
    "due in seconds": (document(instruction(due=1900000000)), "invalid-body", "instructions.0.due"),
    "due after our age": (document(instruction(due="9999-12-31")), "invalid-body", "instructions.0.due"),
    "long content": (document(instruction(content="ơ" * 10_001)), "invalid-body", None),
    "content that no event can tell": (document(instruction(content="ế" * 5_000)), "text-too-long", "instructions.0.content"),
    "wording that no event can tell": (
        document(instruction(deadline_wording="𝄞" * 1_000)),
        "text-too-long",
        "instructions.0.deadline_wording",
    ),
    "subject that no event can tell": (document(subject="𝄞" * 1_000), "text-too-long", "subject"),
    "more agencies than an event can tell": (
        document(instruction(assignments=[lead(HEALTH), *(coordinating(UUID(int=number)) for number in range(200))])),
        "invalid-body",
        "instructions.0.assignments",
    ),
    "led by an agency without an account": (
        document(instruction(assignments=[lead(NORTH_WARD), coordinating(HEALTH)])),
        "lead-without-account",
        "instructions.0.assignments.0.agency_id",
    ),
    "a list": ([], "invalid-body", None),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("case", REFUSED)
async def test_never_right(directives: Client, case: str) -> None:
    body, code, wrong_field = REFUSED[case]
    before = await directives.everything()
    answer = await directives.post(TRACKER, "/directives", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["title"].endswith(".")
    assert problem["errors"], "every refusal names its fields"
    if wrong_field is not None:
        assert problem["errors"][0]["field"] == wrong_field
    assert await directives.everything() == before


async def test_that_a_secret_document_was_tried_is_kept_and_nothing_of_it(directives: Client) -> None:
    with capture_logs() as said:
        await directives.post(TRACKER, "/directives", document(secrecy="SECRET", subject="Phương án bí mật"))
    (kept,) = [line for line in said if line["event"] == "secret-document-refused"]
    assert (kept["secrecy"], kept["membership_id"]) == ("SECRET", str(TRACKER.membership))
    assert "bí mật" not in str(said)


async def test_every_broken_rule_is_told_at_once(directives: Client) -> None:
    yesterday, tomorrow = ((today() + timedelta(days=days)).isoformat() for days in (-1, 1))
    body = document(instruction(assignments=[]), instruction(due=yesterday), issue_date=tomorrow)
    problem = (await directives.post(TRACKER, "/directives", body)).json()
    assert [error["code"] for error in problem["errors"]] == ["issue-date-in-future", "no-lead", "due-before-issue"]


async def test_who_may_not_learns_nothing_of_the_body(directives: Client) -> None:
    before = await directives.everything()
    assert (await directives.post(HEALTH_CLERK, "/directives", {"nonsense": True})).status_code == 403
    assert await directives.everything() == before


async def test_versions_and_keys(directives: Client) -> None:
    body = document()
    first = await directives.post(TRACKER, "/directives", body, key="one key")
    again = await directives.post(TRACKER, "/directives", body, key="one key")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    address = f"/directives/{first.json()['id']}"
    before = await directives.everything()
    answers = {
        "same key, other body": await directives.post(TRACKER, "/directives", document(subject="Khác"), key="one key"),
        "no version": await directives.post(TRACKER, f"{address}/submit-for-release"),
        "stale version": await directives.post(TRACKER, f"{address}/submit-for-release", version=7),
        "not yours to see": await directives.post(COMMUNE_CLERK, f"{address}/submit-for-release", version=1),
        "no key": await directives.http.post("/directives", json=body, headers=directives.issuer.headers(TRACKER)),
        "no JSON": await directives.http.post(
            "/directives", content=b"{", headers=directives.issuer.headers(TRACKER) | {"Idempotency-Key": "k"}
        ),
        "two megabytes": await directives.post(TRACKER, "/directives", document(subject="ă" * 1_000_000)),
        "no address": await directives.post(TRACKER, "/directives/7/release", version=1),
    }
    assert {case: (answer.status_code, answer.json()["code"]) for case, answer in answers.items()} == {
        "same key, other body": (422, "idempotency-key-reused"),
        "no version": (428, "precondition-missing"),
        "stale version": (412, "stale-version"),
        "not yours to see": (404, "not-found"),
        "no key": (400, "idempotency-key-missing"),
        "no JSON": (400, "not-json"),
        "two megabytes": (413, "too-large"),
        "no address": (404, "not-found"),
    }
    assert answers["stale version"].json()["present_version"] == 1
    assert await directives.everything() == before
    assert all(answer.json()["title"].endswith(".") for answer in answers.values())


async def test_what_no_event_can_tell_is_not_kept(directives: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """No form of ours lets so much through; the last guard stands where the event is written."""
    draft = (await directives.post(TRACKER, "/directives", document(instruction(content="ế" * 3_000)))).json()
    before = await directives.everything()
    with monkeypatch.context() as narrow:
        narrow.setattr(event_log, "MAX_EVENT_BYTES", 9_000)
        answer = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
        assert (answer.status_code, answer.json()["code"]) == (422, "event-too-large")
        assert answer.json()["title"].endswith(".")
        assert await directives.everything() == before
    assert (await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)).status_code == 200


async def test_what_was_handed_in_is_not_handed_in_twice(directives: Client) -> None:
    address = f"/directives/{(await directives.post(TRACKER, '/directives', document())).json()['id']}/submit-for-release"
    assert (await directives.post(TRACKER, address, version=1)).status_code == 200
    before = await directives.everything()
    again = await directives.post(TRACKER, address, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "already-submitted")
    assert await directives.everything() == before


async def test_of_two_faults_the_earlier_is_told(directives: Client) -> None:
    made = (await directives.post(TRACKER, "/directives", document())).json()
    address = f"/directives/{made['id']}"
    assert (await directives.post(OFFICE_LEAD, f"{address}/release", version=1)).status_code == 200
    before = await directives.everything()
    unsound = document(instruction(due=None))
    rows = [
        (COMMUNE_CLERK, {"nonsense": 1}, None, 404, "not-found"),
        (HEALTH_CLERK, {"nonsense": 1}, None, 403, "forbidden"),
        (TRACKER, {"nonsense": 1}, None, 428, "precondition-missing"),
        (TRACKER, {"nonsense": 1}, 1, 412, "stale-version"),
        (TRACKER, {"nonsense": 1}, 2, 422, "invalid-body"),
        (TRACKER, unsound, 2, 422, "due-missing"),
        (TRACKER, document(), 2, 409, "already-released"),
    ]
    for person, body, version, status, code in rows:
        answer = await directives.post(person, address, body, version=version, method="PUT")
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["title"].endswith(".")
    assert await directives.everything() == before


async def test_a_second_release_is_refused(directives: Client) -> None:
    made = (await directives.post(TRACKER, "/directives", document())).json()
    address = f"/directives/{made['id']}/release"
    assert (await directives.post(OFFICE_LEAD, address, version=1)).status_code == 200
    before = await directives.everything()
    again = await directives.post(OFFICE_LEAD, address, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "already-released")
    assert await directives.everything() == before


async def test_words_that_no_database_can_look_for(directives: Client) -> None:
    answer = await directives.get(TRACKER, "/directives", q="Ba\0Tơ")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameters")


async def test_cursors_of_others_are_refused(directives: Client) -> None:
    naive = encode_cursor("2026-02-12T08:00:00", UNKNOWN_AGENCY)
    beyond = [encode_cursor(moment, UNKNOWN_AGENCY) for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", None)]
    for cursor in ("x", "bnVsbA", "WyJ5ZXN0ZXJkYXkiLCAiNyJd", naive, *beyond):
        answer = await directives.get(TRACKER, "/directives", cursor=cursor)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")


async def test_control_characters_never_enter_and_look_alikes_are_found(directives: Client) -> None:
    body = document(instruction(content="Rà soát\v1. \x07Bệnh viện\x1f\x85\tbáo cáo"), notation="QÐ\u2011UBND", subject="Sở Y\u200b tế")
    made = (await directives.post(TRACKER, "/directives", body)).json()
    assert made["instructions"][0]["content"] == "Rà soát\n1. Bệnh viện\n\tbáo cáo"
    for words in ("QĐ-UBND", "qd-ubnd", "QÐ\u2010UBND", "Sở Y tế", "so y te", "Sở\u200b Y tế"):
        found = (await directives.get(TRACKER, "/directives", q=words)).json()
        assert [one["id"] for one in found["items"]] == [made["id"]], words


async def test_an_agency_without_an_account_may_coordinate(directives: Client) -> None:
    answer = await directives.post(TRACKER, "/directives", document(instruction(assignments=[lead(HEALTH), coordinating(NORTH_WARD)])))
    assert answer.status_code == 201, answer.text


async def test_the_account_is_asked_for_on_the_day_of_release(directives: Client) -> None:
    made = (await directives.post(TRACKER, "/directives", document(instruction(assignments=[lead(FINANCE)])))).json()
    async with directives.admin.begin() as connection:
        await connection.execute(text("UPDATE membership_replica SET valid_to = '2020-01-01' WHERE agency_id = :id"), {"id": FINANCE})
    answer = await directives.post(OFFICE_LEAD, f"/directives/{made['id']}/release", version=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "lead-without-account")


async def test_a_group_larger_than_any_event_can_tell_is_refused(directives: Client) -> None:
    async with directives.admin.begin() as connection:
        await connection.execute(
            text("""INSERT INTO agency_replica (id, key, name, short_name, kind, scope, sort_key, version)
                    SELECT gen_random_uuid(), n, n, n, 'PUBLIC_UNIT', 'test', n, 1
                    FROM (SELECT n::text FROM generate_series(1, 301) n) few""")
        )
    answer = await directives.post(TRACKER, "/directives", document(instruction(assignments=[], lead_group="public-units")))
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": "instructions.0.lead_group", "code": "too-many-agencies"}])
