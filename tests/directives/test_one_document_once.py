"""Of one issuer, number, notation and year there is one document, unless a reason says why this is another (rulebook 1.14)."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.directives.documents import document, today
from tests.signed_in import OFFICE_LEAD, TRACKER, Client

NUMBER = {"number": "77", "notation": "QĐ-UBND"}
REASON = "Văn bản của kỳ họp khác, đánh số riêng"


async def register(client: Client, **other: Any) -> Any:
    return await client.post(TRACKER, "/directives", document(**NUMBER | other))


async def test_a_second_registration_names_the_first(directives: Client) -> None:
    first = (await register(directives, subject="Phòng, chống dịch")).json()
    before = await directives.everything()
    for typed in ({}, {"notation": "QÐ\u2011UBND"}, {"number": "77\u200b", "notation": "qđ - ubnd"}, {"kind": "quyet-dinh"}):
        answer = await register(directives, **typed)
        told = answer.json()
        assert (answer.status_code, told["code"], told["field"]) == (409, "document-registered-already", "number"), typed
        assert told["first"] == {"id": first["id"], "label": "77/QĐ-UBND", "subject": "Phòng, chống dịch"}
    assert await directives.everything() == before


async def test_what_differs_is_another_document(directives: Client) -> None:
    assert (await register(directives)).status_code == 201
    last_year = today().replace(month=1, day=1) - timedelta(days=1)
    for other in ({"notation": "CT-UBND"}, {"number": "78"}, {"issue_date": last_year.isoformat()}):
        assert (await register(directives, **other)).status_code == 201, other
    for _ in range(2):
        assert (await register(directives, number=None, notation=None)).status_code == 201, "not numbered yet"


async def test_with_a_reason_it_is_registered_and_the_reason_is_kept(directives: Client) -> None:
    first = (await register(directives)).json()
    second = await register(directives, another_document_reason=REASON)
    assert (second.status_code, second.json()["another_document_reason"]) == (201, REASON)
    address = f"/directives/{second.json()['id']}"
    assert (await directives.get(TRACKER, address)).json()["another_document_reason"] == REASON
    (told,) = await directives.rows(
        "SELECT payload->'change'->>'another_document_reason' AS reason FROM event_log WHERE aggregate_id::text = :id",
        id=second.json()["id"],
    )
    assert told.reason == REASON
    corrected = await directives.post(TRACKER, address, document(**NUMBER | {"subject": "Khác"}), version=1, method="PUT")
    assert (corrected.status_code, corrected.json()["another_document_reason"]) == (200, REASON), "said once"
    other = await directives.post(TRACKER, f"/directives/{first['id']}", document(**NUMBER | {"subject": "Khác"}), version=1, method="PUT")
    assert (other.status_code, other.json()["another_document_reason"]) == (200, None), "the first may be corrected as ever"
    assert (await directives.post(OFFICE_LEAD, f"{address}/release", version=2)).status_code == 200


async def test_a_draft_does_not_take_the_number_of_another(directives: Client) -> None:
    first = (await register(directives)).json()
    draft = (await register(directives, number="78")).json()
    taken = await directives.post(TRACKER, f"/directives/{draft['id']}", document(**NUMBER), version=1, method="PUT")
    assert (taken.status_code, taken.json()["first"]["id"]) == (409, first["id"])


async def test_of_many_at_once_one_is_registered(directives: Client) -> None:
    answers = await asyncio.gather(*(register(directives) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 11]
