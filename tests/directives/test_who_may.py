"""Every role and every act with a document, over HTTP and from the table itself, with both values of `release_needs_approval`."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from libs.directory_replica import province
from services.directives.domain.lifecycle import Action
from services.directives.domain.permissions import ALLOWED, SEES_ALL, SEES_OWN_AGENCY, roles_allowed
from services.directory.domain.membership import Role
from tests import signed_in
from tests.conftest import ServiceDatabase
from tests.directives.documents import document, instruction, lead
from tests.issuer import Issuer, Person
from tests.signed_in import FINANCE, HEALTH, OFFICE, OFFICE_LEAD, TRACKER, Client, running_service

EVERYBODY = {(role, agency): Person(f"{role} {agency}", agency, role) for role in Role for agency in (OFFICE, HEALTH, FINANCE)}


@pytest.fixture
async def directives(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """With somebody of every role in each agency; what a test decides is valid with the next request."""
    monkeypatch.setattr(signed_in, "PEOPLE", (*signed_in.PEOPLE, *EVERYBODY.values()))
    monkeypatch.setattr(province, "RULES_KEPT_SECONDS", 0.0)
    async with running_service("directives", database("directives"), issuer, tmp_path) as client:
        yield client


async def draft(directives: Client) -> dict[str, Any]:
    made: dict[str, Any] = (await directives.post(TRACKER, "/directives", document(instruction(assignments=[lead(HEALTH)])))).json()
    return made


async def does(directives: Client, person: Person, action: Action, made: dict[str, Any]) -> Any:
    if action is Action.REGISTER:
        return await directives.post(person, "/directives", document())
    if action is Action.CHANGE:
        return await directives.post(person, f"/directives/{made['id']}", document(), version=made["version"], method="PUT")
    path = {Action.SUBMIT_FOR_RELEASE: "submit-for-release", Action.RELEASE: "release"}[action]
    return await directives.post(person, f"/directives/{made['id']}/{path}", version=made["version"])


@pytest.mark.parametrize("needs_approval", [True, False])
@pytest.mark.parametrize("action", [*Action])
async def test_what_the_table_grants_is_done_and_all_else_is_refused(directives: Client, action: Action, needs_approval: bool) -> None:
    await directives.rows(
        "INSERT INTO province_setting_replica (key, version, value) "
        "VALUES ('release_needs_approval', 1, CAST(:value AS jsonb)) RETURNING 1",
        value=json.dumps(needs_approval),
    )
    allowed = roles_allowed(action, release_needs_approval=needs_approval)
    made = await draft(directives)
    before = await directives.everything()
    for (role, agency), person in EVERYBODY.items():
        if role in allowed:
            continue
        answer = await does(directives, person, action, made)
        # A draft is nobody's but those who see all.
        unseen = role not in SEES_ALL and action is not Action.REGISTER
        assert (answer.status_code, answer.json()["code"]) == ((404, "not-found") if unseen else (403, "forbidden")), (role, agency)
    assert await directives.everything() == before
    granted = [person for (role, _), person in EVERYBODY.items() if role in allowed]
    assert granted
    for person in granted:
        made = await draft(directives)
        offered = (await directives.get(person, f"/directives/{made['id']}")).json()["available_actions"]
        assert action is Action.REGISTER or [one["allowed"] for one in offered if one["action"] == action] == [True]
        assert (await does(directives, person, action, made)).status_code in (200, 201), person.name


async def test_who_sees_a_document_before_and_after_its_release(directives: Client) -> None:
    made = await draft(directives)
    path = f"/directives/{made['id']}"

    async def seen() -> set[tuple[str, Any]]:
        found = set()
        for key, person in EVERYBODY.items():
            status = (await directives.get(person, path)).status_code
            listed = [one["id"] for one in (await directives.get(person, "/directives")).json()["items"]]
            assert (status, listed) in ((200, [made["id"]]), (404, [])), key
            if status == 200:
                found.add(key)
        return found

    all_of_them = {key for key in EVERYBODY if key[0] in SEES_ALL}
    assert await seen() == all_of_them
    assert (await directives.post(OFFICE_LEAD, f"{path}/release", version=1)).status_code == 200
    assert await seen() == all_of_them | {key for key in EVERYBODY if key[0] in SEES_OWN_AGENCY and key[1] == HEALTH}


def test_the_table_knows_every_act() -> None:
    assert ALLOWED.keys() == {*Action}
    assert {role for roles in ALLOWED.values() for role in roles} <= {role.value for role in Role}
