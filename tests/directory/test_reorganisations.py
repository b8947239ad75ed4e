"""An administrator reorganises agencies for a day to come: seen before, taken back until its day, and then all at once."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from faults.bodies import today
from libs.common.clock import Clock
from libs.contracts.directory import AgencyChanged, ReorganisationChanged
from services.directory.domain.agency import Agency, agency_id
from services.directory.domain.membership import Role
from services.directory.scheduler.reorganisations import Reorganisations
from tests.directory.conftest import Member, at_once, member
from tests.signed_in import Client

ADMIN = Member(member(Role.SYSTEM_ADMIN), "SYSTEM_ADMIN")
TRACKER = Member(member(Role.OFFICE_TRACKER))
COMMITTEE, HEALTH, INTERIOR, FINANCE, OFFICE = (
    agency_id(f"quang-ngai-{key}") for key in ("ubnd-tinh", "so-y-te", "so-noi-vu", "so-tai-chinh", "van-phong-ubnd-tinh")
)
CENTRE = agency_id("quang-ngai-trung-tam-phuc-vu-hanh-chinh-cong")
DISTRICT = agency_id("quang-ngai-cu-huyen-binh-son")


def the_day() -> date:
    """On which what is planned takes effect."""
    return today() + timedelta(days=30)


def eve() -> date:
    return the_day() - timedelta(days=1)


CONCERNED = {
    "name": "Sở Y tế và Nội vụ",
    "short_name": "Sở YT và NV",
    "kind": "DEPARTMENT",
    "parent_id": str(COMMITTEE),
    "identifier": "H48.YNV",
}


def body(**other: Any) -> dict[str, Any]:
    return {
        "kind": "MERGE",
        "from_agency_ids": [str(HEALTH), str(INTERIOR)],
        "to_agency_ids": [],
        "new_agencies": [CONCERNED],
        "effective_on": the_day().isoformat(),
        "legal_basis": "Nghị quyết số 52/NQ-HĐND",
    } | other


def moved(from_: UUID, *to: UUID, kind: str = "MERGE", **other: Any) -> dict[str, Any]:
    return body(kind=kind, from_agency_ids=[str(from_)], to_agency_ids=[str(one) for one in to], new_agencies=[], **other)


async def plan(client: Client, sent: dict[str, Any] | None = None) -> str:
    answer = await client.post(ADMIN, "/reorganisations", sent or body())
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    found: str = answer.json()["id"]
    return found


def on(client: Client, day: date) -> Reorganisations:
    """The scheduler as it wakes on a day."""
    service = client.app.state.service
    return Reorganisations(service.database, service.hints, Clock(day - today()), every=60, lists=("agencies",))


async def one(client: Client, planned: str) -> dict[str, Any]:
    answer = await client.get(ADMIN, f"/reorganisations/{planned}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def memberships(client: Client, agency: UUID) -> list[Any]:
    return await client.rows(
        "SELECT person_id, position, role, is_head, valid_from, valid_to FROM membership WHERE agency_id = :agency "
        "ORDER BY person_id, role",
        agency=agency,
    )


async def test_a_merger_ends_both_begins_the_new_one_and_everybody_follows(directory: Client) -> None:
    planned = await plan(directory)
    before = {agency: await memberships(directory, agency) for agency in (HEALTH, INTERIOR)}
    assert await on(directory, eve()).once() == 0
    assert await on(directory, the_day()).once() == 1
    assert (await one(directory, planned))["standing"] == "IN_EFFECT"
    [begun] = (await one(directory, planned))["after"]
    for agency in (HEALTH, INTERIOR):
        record = (await directory.get(ADMIN, f"/agencies/{agency}")).json()
        assert record["valid_to"] == eve().isoformat()
        assert [(step["day"], [to["id"] for to in step["successors"]]) for step in record["became"]] == [
            (the_day().isoformat(), [begun["id"]])
        ]
        assert {row.valid_to for row in await memberships(directory, agency)} == {eve()}
    record = (await directory.get(ADMIN, f"/agencies/{begun['id']}")).json()
    assert (record["name"], record["valid_from"], record["codes"]) == (
        CONCERNED["name"],
        the_day().isoformat(),
        [{"kind": "IDENTIFIER", "code": "H48.YNV"}],
    )
    here = await memberships(directory, UUID(begun["id"]))
    as_they_were = [(row.person_id, row.position, row.role) for those in before.values() for row in those]
    assert sorted((row.person_id, row.position, row.role) for row in here) == sorted(as_they_were)
    assert {(row.is_head, row.valid_from, row.valid_to) for row in here} == {(False, the_day(), None)}, "of two heads none is one"


async def test_it_is_told_as_it_happened(directory: Client) -> None:
    planned = await plan(directory)
    await on(directory, the_day()).once()
    rows = await directory.rows("SELECT payload FROM event_log WHERE aggregate_id = CAST(:id AS uuid) ORDER BY version", id=planned)
    first, second = (ReorganisationChanged.model_validate(row.payload) for row in rows)
    assert (first.state.standing, second.state.standing) == ("PLANNED", "IN_EFFECT")
    assert (second.state.ended_agency_ids, second.state.effective_on) == ((HEALTH, INTERIOR), the_day())
    assert second.change.reason == "Nghị quyết số 52/NQ-HĐND"
    [successor] = second.state.successor_ids
    [begun] = await directory.rows("SELECT payload FROM event_log WHERE aggregate_id = :id", id=successor)
    assert AgencyChanged.model_validate(begun.payload).state.valid_from == the_day()
    [told] = await directory.rows("SELECT payload FROM event_log WHERE aggregate_id = :id AND version = 2", id=HEALTH)
    assert AgencyChanged.model_validate(told.payload).state.valid_to == eve()


async def test_the_trees_of_eve_and_day(directory: Client) -> None:
    """A unit of one that ends stands under its successor, and stood where it did."""
    await plan(directory, moved(OFFICE, COMMITTEE))
    await on(directory, the_day()).once()

    async def found(day: date) -> dict[str, Any]:
        return {item["id"]: item for item in (await directory.get(TRACKER, "/agency-tree", day=day.isoformat())).json()["items"]}

    before, after = await found(eve()), await found(the_day())
    assert (str(OFFICE) in before, str(OFFICE) in after) == (True, False)
    assert (before[str(CENTRE)]["parent_id"], after[str(CENTRE)]["parent_id"]) == (str(OFFICE), str(COMMITTEE))


async def test_late_and_twice_it_is_the_same_day(directory: Client) -> None:
    """The directory slept for three days; the processes that wake do it once."""
    planned = await plan(directory)
    late = the_day() + timedelta(days=3)
    assert [await on(directory, late).once(), await on(directory, late).once()] == [1, 0]
    assert {row.valid_to for row in await memberships(directory, HEALTH)} == {eve()}
    assert (await directory.get(ADMIN, f"/agencies/{HEALTH}")).json()["valid_to"] == eve().isoformat()
    before = await directory.everything()
    assert await on(directory, late).once() == 0
    assert await directory.everything() == before
    assert (await one(directory, planned))["version"] == 2


async def test_killed_in_the_middle_nothing_has_happened_and_then_all(directory: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    planned, other = await plan(directory), await plan(directory, moved(FINANCE, OFFICE))
    before = await directory.everything()
    end = Agency.end

    def dies(self: Agency, **words: Any) -> None:
        if self.id == INTERIOR:
            raise RuntimeError("pulled out")
        end(self, **words)

    monkeypatch.setattr(Agency, "end", dies)
    assert await on(directory, the_day()).once() == 1, "what fails holds up no other"
    assert ((await one(directory, planned))["standing"], (await one(directory, other))["standing"]) == ("PLANNED", "IN_EFFECT")
    assert [row for row in await memberships(directory, HEALTH) if row.valid_to] == []
    monkeypatch.undo()
    assert await on(directory, the_day()).once() == 1
    assert (await one(directory, planned))["standing"] == "IN_EFFECT"
    assert before != await directory.everything()


async def test_renamed_the_head_stays_the_head(directory: Client) -> None:
    named = CONCERNED | {"name": "Sở Y tế và Dân số", "short_name": "Sở YTDS", "identifier": None}
    planned = await plan(directory, body(kind="RENAME", from_agency_ids=[str(HEALTH)], new_agencies=[named]))
    await on(directory, the_day()).once()
    [begun] = (await one(directory, planned))["after"]
    heads = [row.person_id for row in await memberships(directory, HEALTH) if row.is_head]
    assert [row.person_id for row in await memberships(directory, UUID(begun["id"])) if row.is_head] == heads != []


async def test_split_nobody_has_a_place_until_he_is_given_one(directory: Client) -> None:
    planned = await plan(directory, moved(HEALTH, INTERIOR, FINANCE, kind="SPLIT"))
    there = [await memberships(directory, agency) for agency in (INTERIOR, FINANCE)]
    follows = (await one(directory, planned))["consequences"]
    assert (follows["moves_by_itself"], follows["people_moving"], follows["people_without_place"]) == (False, 0, 6)
    await on(directory, the_day()).once()
    assert {row.valid_to for row in await memberships(directory, HEALTH)} == {eve()}
    assert [await memberships(directory, agency) for agency in (INTERIOR, FINANCE)] == there


async def test_carved_out_the_old_one_lives_on_with_its_people(directory: Client) -> None:
    planned = await plan(directory, body(kind="CARVE_OUT", from_agency_ids=[str(HEALTH)]))
    there = await memberships(directory, HEALTH)
    assert (await one(directory, planned))["consequences"]["people_without_place"] == 0
    await on(directory, the_day()).once()
    assert await memberships(directory, HEALTH) == there
    record = (await directory.get(ADMIN, f"/agencies/{HEALTH}")).json()
    assert (record["valid_to"], record["became"]) == (None, [])
    [begun] = (await one(directory, planned))["after"]
    assert (await directory.get(ADMIN, f"/agencies/{begun['id']}")).json()["valid_from"] == the_day().isoformat()


async def test_what_would_follow_is_shown_and_nothing_kept(directory: Client) -> None:
    before = await directory.everything()
    answer = await directory.post(ADMIN, "/reorganisations/preview", body(), key="once")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(one["id"], one["people"], one["heads"]) for one in found["before"]] == [(str(HEALTH), 6, 1), (str(INTERIOR), 7, 1)]
    assert [(one["name"], one["is_new"], one["people"]) for one in found["after"]] == [(CONCERNED["name"], True, 0)]
    assert (found["moves_by_itself"], found["people_moving"], found["heads_meeting"], found["people_without_place"]) == (True, 13, 2, 0)
    assert found["subordinates"] == []
    absorbed = (await directory.post(ADMIN, "/reorganisations/preview", moved(OFFICE, COMMITTEE), key="once")).json()
    assert str(CENTRE) in [one["id"] for one in absorbed["subordinates"]]
    assert await directory.everything() == before


async def test_what_is_withdrawn_never_happens_and_its_agencies_are_free(directory: Client) -> None:
    planned = await plan(directory)
    refused = await directory.post(ADMIN, f"/reorganisations/{planned}/withdraw", {"reason": "Hoãn"})
    assert refused.status_code == 428
    answer = await directory.post(ADMIN, f"/reorganisations/{planned}/withdraw", {"reason": "Hoãn"}, version=1)
    assert (answer.status_code, answer.json()["standing"]) == (200, "WITHDRAWN")
    found = await one(directory, planned)
    assert (found["withdrawn_because"], found["may_withdraw"], found["consequences"]) == ("Hoãn", False, None)
    again = await directory.post(ADMIN, f"/reorganisations/{planned}/withdraw", {"reason": "Hoãn"}, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "reorganisation-withdrawn")
    assert await on(directory, the_day()).once() == 0
    await plan(directory)


async def test_from_its_day_on_it_is_not_withdrawn(directory: Client) -> None:
    planned = await plan(directory)
    await on(directory, the_day()).once()
    answer = await directory.post(ADMIN, f"/reorganisations/{planned}/withdraw", {"reason": "Hoãn"}, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "reorganisation-in-effect")


async def test_the_same_request_once_more_plans_nothing(directory: Client) -> None:
    first = await directory.post(ADMIN, "/reorganisations", body(), key="once")
    before = await directory.everything()
    again = await directory.post(ADMIN, "/reorganisations", body(), key="once")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await directory.everything() == before


async def test_what_is_refused_leaves_everything_as_it_was(directory: Client) -> None:
    planned = await plan(directory, moved(FINANCE, OFFICE))
    named = body(kind="RENAME", from_agency_ids=[str(INTERIOR)], new_agencies=[CONCERNED | {"name": "Sở Một", "short_name": "S1"}])
    renamed = await plan(directory, named)
    await directory.post(ADMIN, f"/reorganisations/{renamed}/withdraw", {"reason": "Hoãn"}, version=1)
    held = await plan(directory, named)
    before = await directory.everything()

    def renaming(**new: Any) -> dict[str, Any]:
        free = {"name": "Sở Hai", "short_name": "S2", "identifier": None}
        return body(kind="RENAME", from_agency_ids=[str(HEALTH)], new_agencies=[CONCERNED | free | new])

    nobody = str(uuid4())
    for sent, expected in (
        (moved(HEALTH, INTERIOR, effective_on=today().isoformat()), (422, "reorganisation-not-to-come", "effective_on")),
        (moved(HEALTH, kind="MERGE"), (422, "reorganisation-wrong-number", "to_agency_ids")),
        (moved(HEALTH, HEALTH), (422, "reorganisation-succeeds-itself", "to_agency_ids")),
        (body(from_agency_ids=[str(HEALTH), str(HEALTH)]), (422, "reorganisation-named-twice", "from_agency_ids")),
        (moved(DISTRICT, HEALTH), (422, "reorganisation-agency-not-living", "from_agency_ids")),
        (moved(HEALTH, UUID(nobody)), (422, "reorganisation-agency-not-living", "to_agency_ids")),
        (moved(HEALTH, FINANCE), (409, "reorganisation-agency-in-another-plan", "to_agency_ids")),
        (moved(OFFICE, HEALTH), (409, "reorganisation-agency-in-another-plan", "from_agency_ids")),
        (renaming(kind="DISTRICT"), (422, "agency-kind-abolished", "new_agencies.0.kind")),
        (renaming(parent_id=str(DISTRICT)), (422, "agency-parent-not-living", "new_agencies.0.parent_id")),
        (renaming(parent_id=str(HEALTH)), (422, "agency-parent-not-living", "new_agencies.0.parent_id")),
        (renaming(name="SỞ TÀI CHÍNH"), (409, "agency-name-taken", "new_agencies.0.name")),
        (renaming(short_name="sở một"), (409, "agency-name-planned", "new_agencies.0.short_name")),
        (renaming(identifier="H48"), (409, "agency-code-taken", "new_agencies.0.identifier")),
        (renaming(identifier="h48.ynv"), (409, "agency-name-planned", "new_agencies.0.identifier")),
        (renaming(name=" "), (422, "invalid-body", None)),
        (body(kind="ABSORB"), (422, "invalid-body", None)),
        (body(from_agency_ids=[nobody] * 151), (422, "invalid-body", None)),
        (body(legal_basis=""), (422, "invalid-body", None)),
        (body(anything=1), (422, "invalid-body", None)),
    ):
        for path in ("/reorganisations", "/reorganisations/preview"):
            answer = await directory.post(ADMIN, path, sent)
            problem = answer.json()
            assert (answer.status_code, problem["code"], problem.get("field")) == expected, sent
            assert await directory.everything() == before, sent
    adding = {
        "name": "Sở Một",
        "short_name": "Sở 1",
        "kind": "WORKING_GROUP",
        "valid_from": today().isoformat(),
        "reason": "x",
        "identifier": "H48.YNV",
    }
    for other, field in (({}, "name"), ({"name": "Sở Ba"}, "identifier")):
        answer = await directory.post(ADMIN, "/agencies", adding | other)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "agency-name-planned", field)
    for person in (TRACKER, Member(member(Role.AGENCY_HEAD)), Member(member(Role.OFFICE_LEAD), "OFFICE_LEAD")):
        for path in (
            "/reorganisations",
            "/reorganisations/preview",
            f"/reorganisations/{planned}/withdraw",
            f"/reorganisations/{nobody}/withdraw",
        ):
            refused = await directory.post(person, path, {"anything": 1})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), "who may not does not learn what was wrong"
        for path in ("/reorganisations", f"/reorganisations/{held}", f"/reorganisations/{nobody}"):
            assert (await directory.get(person, path)).status_code == 403
    assert (await directory.get(ADMIN, f"/reorganisations/{nobody}")).status_code == 404
    assert await directory.everything() == before


async def test_an_agency_may_take_the_name_and_the_code_of_one_that_ends(directory: Client) -> None:
    await plan(directory, body(new_agencies=[CONCERNED | {"name": "Sở Y tế", "short_name": "SYT"}]))


async def test_of_two_plans_that_end_one_agency_at_once_one_is_refused(directory: Client) -> None:
    answers = await at_once(
        directory,
        directory.post(ADMIN, "/reorganisations", moved(HEALTH, FINANCE)),
        directory.post(ADMIN, "/reorganisations", moved(HEALTH, OFFICE)),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_all_are_listed_in_pages_the_latest_day_first(directory: Client) -> None:
    days = [the_day() + timedelta(days=number) for number in (0, 2, 1)]
    planned = [
        await plan(directory, moved(agency, OFFICE, effective_on=day.isoformat()))
        for agency, day in zip((HEALTH, INTERIOR, FINANCE), days, strict=True)
    ]
    first = (await directory.get(ADMIN, "/reorganisations", limit=2)).json()
    second = (await directory.get(ADMIN, "/reorganisations", limit=2, cursor=first["next_cursor"])).json()
    assert [one["id"] for one in (*first["items"], *second["items"])] == [planned[1], planned[2], planned[0]]
    assert (first["total"], second["next_cursor"]) == (3, None)
    shown = second["items"][0]
    assert [one["id"] for one in shown["before"]] == shown["ending"] == [str(HEALTH)]
    assert (shown["after"][0]["id"], shown["may_withdraw"]) == (str(OFFICE), True)
    assert shown["planned_by"] is not None
