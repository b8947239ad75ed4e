"""An instruction is given to agencies named one by one, or to a group without some of it (rulebook 1.14)."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.contracts import bounds
from tests.directives.documents import coordinating, document, instruction, lead
from tests.directives.test_life_of_a_directive import registered
from tests.directives.test_release_summary import summary
from tests.signed_in import FINANCE, FINANCE_CLERK, HEALTH, NORTH_WARD, OFFICE_LEAD, SOUTH_COMMUNE, TRACKER, Client

HIT = "Các cơ quan bị thiệt hại"


def composed(*agencies: Any, name: str = HIT, **other: Any) -> dict[str, Any]:
    given = {"name": name, "agency_ids": [str(one) for one in agencies]}
    return instruction(**{"assignments": [], "composed_group": given, **other})


def without(*left_out: Any, group: str = "communes") -> dict[str, Any]:
    return instruction(assignments=[], lead_group=group, left_out_agency_ids=[str(one) for one in left_out])


async def refused(client: Client, asked: dict[str, Any]) -> list[tuple[str, str]]:
    before = await client.everything()
    answer = await client.post(TRACKER, "/directives", document(asked))
    assert (answer.status_code, await client.everything()) == (422, before), answer.text
    return [(one["field"].removeprefix("instructions.0."), one["code"]) for one in answer.json()["errors"]]


async def told_of_release(client: Client) -> dict[str, Any]:
    (row,) = await client.rows("SELECT payload->'state' AS state FROM event_log WHERE type LIKE '%instruction-released.v1'")
    state: dict[str, Any] = row.state
    return state


async def test_a_composed_group_is_kept_corrected_and_given_to_each_of_it(directives: Client) -> None:
    draft = await registered(directives, composed(HEALTH, FINANCE))
    (kept,) = (await directives.get(TRACKER, f"/directives/{draft['id']}")).json()["instructions"]
    assert kept["composed_group"] == {"name": HIT, "agency_ids": [str(HEALTH), str(FINANCE)]}
    assert (kept["lead_group"], kept["lead_agency_ids"], kept["left_out_agency_ids"]) == (None, [], [])
    corrected = document(composed(FINANCE, SOUTH_COMMUNE, HEALTH))
    address = f"/directives/{draft['id']}"
    assert (await directives.post(TRACKER, address, corrected, version=1, method="PUT")).status_code == 200
    before = await summary(directives, draft)
    assert (before["given"], before["groups"]) == (3, 1)
    released = await directives.post(OFFICE_LEAD, f"{address}/release", version=2)
    assert released.json()["instructions"][0]["lead_agency_ids"] == [str(FINANCE), str(SOUTH_COMMUNE), str(HEALTH)]
    state = await told_of_release(directives)
    assert (state["group"], state["group_name"], state["left_out_agency_ids"]) == ("composed", HIT, [])
    assert state["lead_agency_ids"] == [str(FINANCE), str(SOUTH_COMMUNE), str(HEALTH)]
    seen = (await directives.get(FINANCE_CLERK, address)).json()["instructions"]
    assert [one["composed_group"]["name"] for one in seen] == [HIT]


async def test_a_group_without_one_of_it_is_given_to_the_others(directives: Client) -> None:
    draft = await registered(directives, without(NORTH_WARD))
    assert draft["instructions"][0]["left_out_agency_ids"] == [str(NORTH_WARD)]
    before = await summary(directives, draft)
    assert [one["agency_id"] for one in before["agencies"]] == [str(SOUTH_COMMUNE)]  # type: ignore[attr-defined]
    released = await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    assert released.json()["instructions"][0]["lead_agency_ids"] == [str(SOUTH_COMMUNE)]
    state = await told_of_release(directives)
    assert (state["group"], state["group_name"], state["left_out_agency_ids"]) == ("communes", None, [str(NORTH_WARD)])


async def test_who_is_left_out_may_coordinate(directives: Client) -> None:
    asked = without(NORTH_WARD) | {"assignments": [coordinating(NORTH_WARD)]}
    draft = await registered(directives, asked)
    await directives.post(OFFICE_LEAD, f"/directives/{draft['id']}/release", version=1)
    state = await told_of_release(directives)
    assert (state["lead_agency_ids"], state["coordinating_agency_ids"]) == ([str(SOUTH_COMMUNE)], [str(NORTH_WARD)])


async def test_an_agency_of_another_province_is_in_no_group(directives: Client) -> None:
    elsewhere = uuid4()
    async with directives.admin.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO agency_replica SELECT (jsonb_populate_record(a, jsonb_build_object('id', CAST(:id AS uuid), "
                "'scope', 'elsewhere'))).* FROM agency_replica a WHERE id = :like"
            ),
            {"id": elsewhere, "like": FINANCE},
        )
        await connection.execute(
            text("""INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, version)
                    VALUES (:id, :id, :agency, 'AGENCY_HEAD', true, 1)"""),
            {"id": uuid4(), "agency": elsewhere},
        )
    assert await refused(directives, composed(HEALTH, elsewhere)) == [("composed_group.agency_ids.1", "agency-of-another-province")]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (composed(HEALTH), [("composed_group.agency_ids", "group-too-small")]),
        (composed(), [("composed_group.agency_ids", "group-too-small")]),
        (composed(HEALTH, FINANCE, HEALTH), [("composed_group.agency_ids.2", "agency-twice")]),
        (composed(HEALTH, uuid4()), [("composed_group.agency_ids.1", "unknown-agency")]),
        (composed(HEALTH, NORTH_WARD), [("composed_group.agency_ids.1", "member-without-account")]),
        (composed(HEALTH, FINANCE, assignments=[lead(SOUTH_COMMUNE)]), [("assignments", "two-leads")]),
        (composed(HEALTH, FINANCE, lead_group="communes"), [("assignments", "two-leads")]),
        (composed(HEALTH, FINANCE, assignments=[coordinating(HEALTH)]), [("assignments.0.agency_id", "agency-twice")]),
        (composed(HEALTH, FINANCE, reporting_agency_id=str(HEALTH)), [("reporting_agency_id", "reporting-agency-not-needed")]),
        (composed(HEALTH, FINANCE, name="🌊" * 130), [("composed_group.name", "text-too-long")]),
        (without(HEALTH), [("left_out_agency_ids.0", "left-out-is-no-member")]),
        (without(NORTH_WARD, NORTH_WARD), [("left_out_agency_ids.1", "agency-twice")]),
        (without(NORTH_WARD, SOUTH_COMMUNE), [("lead_group", "empty-group")]),
        (instruction(left_out_agency_ids=[str(NORTH_WARD)]), [("left_out_agency_ids", "left-out-of-no-group")]),
    ],
)
async def test_what_a_group_must_satisfy(directives: Client, asked: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert await refused(directives, asked) == wrong


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (composed(HEALTH, FINANCE, name="  "), "composed_group.name"),
        (composed(HEALTH, FINANCE, name="x" * (bounds.GROUP_NAME.characters + 1)), "composed_group.name"),
        (composed(*[uuid4()] * (bounds.MOST_IN_A_GROUP + 1)), "composed_group.agency_ids"),
        (without(*[uuid4()] * (bounds.MOST_IN_A_GROUP + 1)), "left_out_agency_ids"),
        (composed(HEALTH, "sở y tế"), "composed_group.agency_ids.1"),
    ],
)
async def test_a_body_that_is_none(directives: Client, asked: dict[str, Any], field: str) -> None:
    assert field in [one for one, _ in await refused(directives, asked)]


async def test_the_group_is_judged_again_on_the_day_of_its_release(directives: Client) -> None:
    """Whoever has lost his account since, or has ended, is named to the one who releases; nothing is released meanwhile."""
    draft = await registered(directives, composed(HEALTH, FINANCE))
    left_out = await registered(directives, without(NORTH_WARD))
    async with directives.admin.begin() as connection:
        await connection.execute(text("UPDATE membership_replica SET valid_to = '2020-01-01' WHERE agency_id = :id"), {"id": FINANCE})
        await connection.execute(text("UPDATE agency_replica SET valid_to = '2020-01-01' WHERE id = :id"), {"id": NORTH_WARD})
    for one, code in ((draft, "member-without-account"), (left_out, "left-out-is-no-member")):
        answer = await directives.post(OFFICE_LEAD, f"/directives/{one['id']}/release", version=1)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await directives.rows("SELECT 1 FROM event_log WHERE type LIKE '%instruction-released.v1'") == []
