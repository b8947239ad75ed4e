"""From draft to release, and what others hear of it."""

from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.contracts.fields import FIELDS
from tests.directives.documents import coordinating, document, instruction, lead
from tests.signed_in import (
    COMMUNE_CLERK,
    FINANCE,
    FINANCE_CLERK,
    HEALTH,
    HEALTH_ADMIN,
    HEALTH_CLERK,
    LEADER,
    NORTH_WARD,
    OFFICE_LEAD,
    SOUTH_COMMUNE,
    TRACKER,
    Client,
)


async def registered(client: Client, *instructions: dict[str, object], **other: object) -> dict[str, object]:
    answer = await client.post(TRACKER, "/directives", document(*instructions, **other))
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def events(client: Client) -> list[tuple[str, str, int]]:
    rows = await client.rows("SELECT type, aggregate_id::text AS id, version FROM event_log ORDER BY seq")
    return [(row.type.removeprefix("chidao.directives.").removesuffix(".v1"), row.id, row.version) for row in rows]


async def test_a_draft_is_submitted_and_released_by_an_office_leader(directives: Client) -> None:
    draft = await registered(directives, instruction(), instruction(assignments=[lead(FINANCE), coordinating(HEALTH)]))
    address = f"/directives/{draft['id']}"
    assert draft["state"] == "DRAFT"
    submitted = await directives.post(TRACKER, f"{address}/submit-for-release", version=1)
    assert (submitted.status_code, submitted.json()["state"]) == (200, "AWAITING_RELEASE")
    refused = await directives.post(TRACKER, f"{address}/release", version=2)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    released = await directives.post(OFFICE_LEAD, f"{address}/release", version=2)
    assert (released.status_code, released.json()["state"], released.headers["ETag"]) == (200, "RELEASED", '"3"')
    first, second = (one["id"] for one in draft["instructions"])  # type: ignore[attr-defined]
    assert await events(directives) == [
        ("directive-registered", draft["id"], 1),
        ("directive-submitted-for-release", draft["id"], 2),
        ("instruction-released", first, 1),
        ("instruction-released", second, 1),
        ("directive-released", draft["id"], 3),
    ]
    (outbox,) = await directives.rows("SELECT count(*) AS rows FROM outbox")
    assert outbox.rows <= 5
    again = await directives.post(OFFICE_LEAD, f"{address}/release", version=3)
    assert (again.status_code, again.json()["code"]) == (409, "already-released")


async def test_letters_typed_on_any_device_are_kept_as_one(directives: Client) -> None:
    composed = "Phòng chống dịch ở huyện đảo"
    draft = await registered(directives, instruction(content=normalize("NFD", composed)), subject=normalize("NFD", composed))
    assert draft["subject"] == composed
    assert draft["instructions"][0]["content"] == composed  # type: ignore[index]


async def test_an_instruction_keeps_its_field_and_tells_it(directives: Client) -> None:
    offered = (await directives.get(HEALTH_CLERK, "/vocabulary")).json()["fields"]
    assert {"key": "y-te", "name": "Y tế"} in offered
    assert [one["key"] for one in offered] == list(FIELDS)
    draft = await registered(directives, instruction(field="y-te"), instruction())
    address = f"/directives/{draft['id']}"
    corrected = await directives.post(TRACKER, address, document(instruction(field="noi-vu"), instruction()), version=1, method="PUT")
    assert [one["field"] for one in corrected.json()["instructions"]] == ["noi-vu", None]
    await directives.post(OFFICE_LEAD, f"{address}/release", version=2)
    assert [one["field"] for one in (await directives.get(TRACKER, address)).json()["instructions"]] == ["noi-vu", None]
    told = await directives.rows(
        "SELECT payload->'state'->>'field' AS field FROM event_log WHERE type LIKE '%instruction-released.v1' ORDER BY seq"
    )
    assert [row.field for row in told] == ["noi-vu", None]


async def test_a_group_is_expanded_into_those_who_live_on_the_day(directives: Client) -> None:
    draft = await registered(directives, instruction(assignments=[coordinating(HEALTH)], lead_group="communes"))
    released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    assert set(released.json()["instructions"][0]["lead_agency_ids"]) == {str(SOUTH_COMMUNE), str(NORTH_WARD)}
    departments = await registered(directives, instruction(assignments=[], lead_group="departments"))
    released = await directives.post(OFFICE_LEAD, f"/directives/{departments['id']}/release", version=1)
    assert set(released.json()["instructions"][0]["lead_agency_ids"]) == {str(HEALTH), str(FINANCE)}, "not the closed department"


async def test_a_group_is_seen_from_the_agency_that_issues_the_document(directives: Client) -> None:
    """Not from the agency of whoever releases it; and a coordinator of another province is no member for it."""
    elsewhere = uuid4()
    async with directives.app.state.service.database.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO agency_replica SELECT (jsonb_populate_record(a, jsonb_build_object('id', CAST(:id AS uuid), "
                "'scope', 'elsewhere'))).* FROM agency_replica a WHERE id = :like"
            ),
            {"id": elsewhere, "like": FINANCE},
        )
    draft = await registered(directives, instruction(assignments=[coordinating(elsewhere)], lead_group="departments"))
    async with directives.app.state.service.database.begin() as connection:
        await connection.execute(text("UPDATE directive SET issuing_agency_id = :issuer"), {"issuer": HEALTH})
    released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    assert released.status_code == 200, released.text
    (found,) = released.json()["instructions"]
    assert found["lead_agency_ids"] == [str(FINANCE)], "nobody assigns work to himself"


async def test_agencies_see_what_was_released_to_them(directives: Client) -> None:
    draft = await registered(
        directives, instruction(assignments=[lead(HEALTH), coordinating(FINANCE)]), instruction(assignments=[lead(FINANCE)])
    )
    address = f"/directives/{draft['id']}"
    for person, before in ((TRACKER, 200), (LEADER, 200), (HEALTH_CLERK, 404), (COMMUNE_CLERK, 404)):
        assert (await directives.get(person, address)).status_code == before, person.name
        listed = (await directives.get(person, "/directives")).json()
        assert listed["total"] == (before == 200)
    await directives.post(OFFICE_LEAD, f"{address}/release", version=1)
    for person, seen in ((TRACKER, 2), (LEADER, 2), (HEALTH_CLERK, 1), (FINANCE_CLERK, 2), (COMMUNE_CLERK, 0), (HEALTH_ADMIN, 0)):
        answer = await directives.get(person, address)
        assert answer.status_code == (200 if seen else 404), person.name
        assert len(answer.json().get("instructions", [])) == seen, person.name
        listed = (await directives.get(person, "/directives")).json()
        assert [one["instruction_count"] for one in listed["items"]] == ([seen] if seen else []), person.name
        assert listed["total"] == bool(seen)


async def test_a_changed_draft_must_be_submitted_again(directives: Client) -> None:
    draft = await registered(directives)
    address = f"/directives/{draft['id']}"
    await directives.post(TRACKER, f"{address}/submit-for-release", version=1)
    changed = await directives.post(TRACKER, address, document(subject="Trích yếu khác"), version=2, method="PUT")
    assert (changed.status_code, changed.json()["state"], changed.json()["subject"]) == (200, "DRAFT", "Trích yếu khác")
    assert len(changed.json()["instructions"]) == 1
    assert [one["action"] for one in changed.json()["available_actions"] if one["allowed"]] == ["CHANGE", "SUBMIT_FOR_RELEASE"]


async def test_documents_are_found_without_diacritics_and_page_by_page(directives: Client) -> None:
    for number in range(5):
        await registered(directives, number=str(100 + number), subject=f"Ứng phó bão số {number} tại Đức Phổ")
    assert (await directives.get(TRACKER, "/directives", q="duc pho")).json()["total"] == 5
    assert [one["number"] for one in (await directives.get(TRACKER, "/directives", q="103/UBND")).json()["items"]] == ["103"]
    for cited in ("103 ubnd", "Đức Phổ bão số 3", "Số: 103/UBND-KGVX", "Công văn số 103/UBND-KGVX ngày 12/02/2026"):
        assert [one["number"] for one in (await directives.get(TRACKER, "/directives", q=cited)).json()["items"]] == ["103"], cited
    assert (await directives.get(TRACKER, "/directives", q="%")).json()["total"] == 0
    whole = (await directives.get(TRACKER, "/directives", limit=5)).json()
    assert (len(whole["items"]), whole["next_cursor"]) == (5, None), "a full page is not followed by an empty one"
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = (await directives.get(TRACKER, "/directives", limit=2, **({"cursor": cursor} if cursor else {}))).json()
        assert page["total"] == 5
        seen += [one["number"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["104", "103", "102", "101", "100"]


async def test_letters_of_any_device_are_kept_in_one_form(directives: Client) -> None:
    draft = await registered(directives, subject="Tiê\u0301p nhâ\u0323n hô\u0300 sơ 🌾")
    assert draft["subject"] == "Tiếp nhận hồ sơ 🌾"


@pytest.mark.parametrize(("number", "notation"), [("17", None), (None, "CĐ-UBND"), (None, None)])
async def test_a_document_is_numbered_as_it_is(directives: Client, number: str | None, notation: str | None) -> None:
    """Of nineteen real documents two have a number without a notation (rulebook 1.14)."""
    draft = await registered(directives, instruction(), number=number, notation=notation)
    released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    assert (released.status_code, released.json()["number"], released.json()["notation"]) == (200, number, notation)
