"""The sign-in server follows the directory: soon, again until it has been told, and never in the way of an act.

The server is a stand-in here, which holds what it is told; a real one is asked in tests/keycloak.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from faults.bodies import today
from libs.common.clock import Clock
from libs.common.db import Database
from libs.keycloak.administration import KeycloakRefused
from services.directory.accounts.stepping import Step, Stepped, drift, its_turn, step_everything
from services.directory.domain.accounts import (
    Drift,
    Found,
    FoundAccount,
    FoundOrganization,
    Member,
    Wanted,
    WantedAccount,
    WantedOrganization,
)
from services.directory.domain.membership import Role
from services.directory.persistence import accounts_behind as behind
from services.directory.queries import wanted_accounts
from services.directory.scheduler.accounts_in_step import AccountsInStep
from services.directory.settings import DirectorySettings
from tests.conftest import ServiceDatabase
from tests.directory.conftest import Member as DemoPerson
from tests.directory.conftest import load, member
from tests.issuer import Issuer
from tests.signed_in import Client, running_service

ADMIN = DemoPerson(member(Role.SYSTEM_ADMIN), Role.SYSTEM_ADMIN)
CLERK = DemoPerson(member(Role.AGENCY_CLERK, "COMMUNE"))


@dataclass
class StandIn:
    """A sign-in server that is a dictionary; `away`, `refuses` a username and `unreadable` an id say how it fails, `left` after how many
    changes it is gone."""

    organizations: dict[str, FoundOrganization] = field(default_factory=dict)
    accounts: dict[str, FoundAccount] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    away: bool = False
    refuses: str | None = None
    unreadable: str | None = None
    left: int = 1_000_000

    def change(self, what: str, number: int = 1) -> None:
        self.answer()
        self.left -= number
        if self.left < 0:
            raise KeycloakRefused("KeycloakConnectionError: Can't connect to server")
        self.changes[what] += number

    def answer(self) -> None:
        if self.away:
            raise KeycloakRefused("KeycloakConnectionError: Can't connect to server")

    async def everything(self, told: Callable[[int, int], None]) -> Found:
        self.answer()
        told(len(self.accounts), len(self.accounts))
        members = {alias: [Member(one) for one in there] for alias, there in self.members.items()}
        return Found([*self.organizations.values()], [*self.accounts.values()], members)

    async def found_of(self, wanted: Wanted) -> Found:
        found = await self.everything(lambda _, __: None)
        if any(str(one.id) == self.unreadable for one in wanted.accounts):
            raise KeycloakRefused("GET users: 500", 500)
        asked = {str(one.id) for one in wanted.accounts} | {one.username.lower() for one in wanted.accounts}
        return replace(found, accounts=[one for one in found.accounts if one.id in asked or one.username in asked])

    async def make_organization(self, wanted: WantedOrganization) -> None:
        self.change("organization")
        self.organizations[wanted.alias] = FoundOrganization(f"id of {wanted.alias}", wanted.alias, wanted.title, wanted.lives)

    async def change_organization(self, id: str, wanted: WantedOrganization) -> None:  # noqa: A002
        self.change("organization")
        self.organizations[wanted.alias] = FoundOrganization(id, wanted.alias, wanted.title, wanted.lives)

    async def make_accounts(self, wanted: Sequence[WantedAccount], credentials: Sequence[Mapping[str, Any]]) -> None:
        if any(one.username == self.refuses for one in wanted):
            raise KeycloakRefused("no such name", 400)
        self.change("account", len(wanted))
        for one in wanted:
            self._put(one)

    async def change_account(self, wanted: WantedAccount) -> None:
        self.change("account")
        self._put(wanted)

    def _put(self, one: WantedAccount) -> None:
        self.accounts[str(one.id)] = FoundAccount(str(one.id), one.username.lower(), one.name, one.officer_code, one.is_open, may_use=True)

    async def give_right(self, account: str) -> None:
        self.change("right")
        self.accounts[account] = replace(self.accounts[account], may_use=True)

    async def join(self, alias: str, account: str) -> None:
        if alias not in self.organizations or account not in self.accounts:
            raise KeycloakRefused("nobody there", 400)
        self.change("membership")
        self.members.setdefault(alias, set()).add(account)

    async def leave(self, alias: str, account: str) -> None:
        self.change("membership")
        self.members[alias].discard(account)


def database_of(client: Client) -> Database:
    opened: Database = client.app.state.service.database
    return opened


async def everything(client: Client, server: StandIn, day: date | None = None) -> Stepped:
    return await step_everything(database_of(client), server, day or today())


def follower(client: Client, server: StandIn, clock: Clock | None = None) -> AccountsInStep:
    @asynccontextmanager
    async def opened() -> AsyncIterator[StandIn]:
        yield server

    return AccountsInStep(database_of(client), clock or Clock(), opened, every=0.05)


async def how_far(client: Client) -> behind.Behind:
    async with database_of(client).read() as connection:
        return await behind.examined(connection)


async def end_membership(client: Client, person: DemoPerson) -> None:
    ended = await client.post(ADMIN, f"/memberships/{person.membership}/end", {"reason": "Điều động"}, version=1)
    assert ended.status_code == 200


async def test_everything_comes_into_an_empty_server_and_a_second_time_changes_nothing(directory: Client) -> None:
    server, steps = StandIn(), Counter[Step]()

    def progress(step: Step, done: int, total: int) -> None:
        steps[step] = max(steps[step], done)
        assert done <= total

    first = await step_everything(database_of(directory), server, today(), progress=progress)
    people = (await directory.rows("SELECT count(*) AS people FROM person"))[0].people
    [living] = await directory.rows("SELECT count(*) AS agencies FROM agency WHERE coalesce(valid_to, 'infinity') >= :day", day=today())
    assert (first.mended[Drift.ACCOUNT_MISSING], first.mended[Drift.ORGANIZATION_MISSING]) == (people, living.agencies)
    assert (steps[Step.ACCOUNTS], steps[Step.ORGANIZATIONS]) == (people, living.agencies)
    assert (first.left, dict(first.refused)) == ([], {})
    assert len({one.officer_code for one in server.accounts.values()}) == people
    before = server.changes.copy()
    second = await everything(directory, server)
    assert (sum(second.mended.values()), server.changes) == (0, before)
    assert await drift(database_of(directory), server, today()) == []
    assert (await how_far(directory)).waiting == 0, "nobody follows what has been told"


async def test_what_was_interrupted_goes_on(directory: Client) -> None:
    server = StandIn(left=600)
    with pytest.raises(KeycloakRefused):
        await everything(directory, server)
    made = server.changes.copy()
    assert made["organization"] > 100
    assert 0 < made["account"] < 1000
    server.left = 1_000_000
    again = await everything(directory, server)
    assert again.mended[Drift.ORGANIZATION_MISSING] == 0, "they are there"
    assert server.changes["organization"] == made["organization"]
    assert await drift(database_of(directory), server, today()) == []


async def test_one_who_is_refused_stops_nobody_else_and_stays_behind(directory: Client) -> None:
    server = StandIn(refuses=CLERK.name)
    stepped = await everything(directory, server)
    assert {one.subject for one in stepped.refused} == {CLERK.name}
    assert str(CLERK.id) not in server.accounts
    assert stepped.mended[Drift.ACCOUNT_MISSING] == len(server.accounts) > 500
    [waits] = await directory.rows("SELECT subject_id FROM account_behind")
    assert waits.subject_id == CLERK.id
    server.refuses = None
    assert await follower(directory, server).once(server) == 1
    assert server.accounts[str(CLERK.id)].is_open
    assert (await how_far(directory)).waiting == 0


async def test_people_are_read_in_pages(directory: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database_of(directory).read() as connection:
        whole = await wanted_accounts.everything_wanted(connection, today())
        monkeypatch.setattr(wanted_accounts, "PAGE", 100)
        async with asyncio.timeout(20):
            assert await wanted_accounts.everything_wanted(connection, today()) == whole


async def test_a_server_that_goes_away_while_it_is_told_is_nobodys_fault(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    await end_membership(directory, CLERK)
    server.left = 0
    with pytest.raises(KeycloakRefused):
        await follower(directory, server).once(server)
    assert ((await how_far(directory)).waiting, (await how_far(directory)).failed) == (1, 0)


async def test_who_leaves_is_shut_out_and_leaves_the_organization(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    follows, alias = follower(directory, server), CLERK.name.split(".", 1)[1]
    organization = f"quang-ngai-{alias}"
    assert str(CLERK.id) in server.members[organization]
    assert await follows.once(server) == 0
    await end_membership(directory, CLERK)
    assert await follows.once(server) == 1
    assert not server.accounts[str(CLERK.id)].is_open
    assert str(CLERK.id) not in server.members[organization]
    assert await follows.once(server) == 0


async def test_a_new_agency_gets_its_organization(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    body = {
        "name": "Ban Chỉ đạo thử nghiệm",
        "short_name": "BCĐ thử nghiệm",
        "kind": "WORKING_GROUP",
        "valid_from": today().isoformat(),
        "reason": "Thành lập",
    }
    answer = await directory.post(ADMIN, "/agencies", body)
    assert answer.status_code == 201, answer.text
    assert await follower(directory, server).once(server) == 1
    assert any(one.title.startswith("Ban Chỉ đạo thử nghiệm (") for one in server.organizations.values())


async def test_days_that_begin_are_heard_of(directory: Client) -> None:
    """Nothing happens on that day but that it comes."""
    server, tomorrow = StandIn(), today() + timedelta(days=1)
    async with directory.admin.begin() as connection:
        await connection.execute(text("UPDATE membership SET valid_to = :day WHERE id = :id"), {"day": today(), "id": CLERK.membership})
    await everything(directory, server)
    assert server.accounts[str(CLERK.id)].is_open, "its last day belongs to it"
    assert await follower(directory, server).once(server) == 0
    assert await follower(directory, server, Clock(timedelta(days=1))).once(server) == 1
    assert not server.accounts[str(CLERK.id)].is_open
    assert await drift(database_of(directory), server, tomorrow) == []
    assert await follower(directory, server).once(server) == 1, "a clock that was turned back"
    assert server.accounts[str(CLERK.id)].is_open


async def test_while_it_is_away_nothing_is_lost_and_it_is_told_later(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    server.away = True
    await end_membership(directory, CLERK)
    follows = follower(directory, server)
    for _ in range(3):
        with pytest.raises(KeycloakRefused):
            await follows.once(server)
    assert ((await how_far(directory)).waiting, (await how_far(directory)).failed) == (1, 0), "the fault is not that of the person"
    server.away = False
    assert await follows.once(server) == 1
    assert not server.accounts[str(CLERK.id)].is_open


async def test_one_of_whom_the_server_can_say_nothing_hinders_nobody(directory: Client) -> None:
    server = StandIn(unreadable=str(ADMIN.id))
    await everything(directory, server)
    async with directory.admin.begin() as connection:
        await behind.ask_for(connection, people=[ADMIN.id])
    await end_membership(directory, CLERK)
    assert await follower(directory, server).once(server) == 2
    assert not server.accounts[str(CLERK.id)].is_open
    [waits] = await directory.rows("SELECT subject_id, attempts FROM account_behind")
    assert (waits.subject_id, waits.attempts) == (ADMIN.id, 1)


async def test_one_who_fails_is_tried_again_after_pauses_that_grow(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    del server.accounts[str(CLERK.id)]
    server.refuses = CLERK.name
    async with directory.admin.begin() as connection:
        await behind.ask_for(connection, people=[CLERK.id])
    follows = follower(directory, server)
    pauses = []
    for _ in range(3):
        assert await follows.once(server) == 1
        assert await follows.once(server) == 0, "it is not his time again yet"
        [row] = await directory.rows("SELECT attempts, error, extract(epoch FROM try_at - now()) AS pause FROM account_behind")
        pauses.append(float(row.pause))
        assert "no such name" in row.error
        async with directory.admin.begin() as connection:
            await connection.execute(text("UPDATE account_behind SET try_at = now()"))
    assert pauses[0] < pauses[1] < pauses[2]
    assert (await how_far(directory)).failed == 1
    server.refuses = None
    assert await follows.once(server) == 1
    assert str(CLERK.id) in server.accounts


async def test_who_is_asked_for_while_he_is_told_is_told_again(directory: Client) -> None:
    server = StandIn()
    await everything(directory, server)
    async with directory.admin.begin() as connection:
        await behind.ask_for(connection, people=[CLERK.id])
        [tried] = await behind.due(connection, 10)
    async with directory.admin.begin() as connection:
        await behind.ask_for(connection, people=[CLERK.id])
        await behind.settle(connection, [tried], {})
    assert (await how_far(directory)).waiting == 1


async def test_whoever_tells_takes_turns(directory: Client) -> None:
    server = StandIn()
    async with its_turn(database_of(directory)):
        telling = asyncio.create_task(everything(directory, server))
        await asyncio.sleep(0.5)
        assert not server.organizations
    await telling
    assert server.organizations


async def test_the_code_of_an_officer_never_changes(directory: Client) -> None:
    change = text("UPDATE person SET officer_code = :code WHERE id = :id")
    with pytest.raises(IntegrityError):
        async with directory.admin.begin() as connection:
            await connection.execute(change, {"code": "CB-1", "id": CLERK.id})
    [row] = await directory.rows("SELECT officer_code FROM person WHERE id = :id", id=CLERK.id)
    assert row.officer_code.startswith("DEMO-")


async def test_with_keycloak_down_acts_go_on_and_deep_health_tells_what_is_behind(
    database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path
) -> None:
    secret = tmp_path / "operator.password"
    secret.write_text("-")
    nobody = {"keycloak_url": "http://127.0.0.1:9", "keycloak_password_file": secret, "accounts_looked_at_every_seconds": 0.05}
    async with running_service("directory", database("directory"), issuer, tmp_path, replica=False, **nobody) as client:
        await load(client)
        began = time.monotonic()
        await end_membership(client, CLERK)
        assert (await client.get(CLERK, "/agency-groups")).status_code == 401
        assert time.monotonic() - began < 1
        headers = {"Authorization": f"Bearer {issuer.service_token('tasks', 'directory')}"}
        async with asyncio.timeout(20):
            while (told := (await client.http.get("/health/deep", headers=headers)).json()["accounts_behind"])["waiting"] == 0:
                await asyncio.sleep(0.05)
        assert told["oldest_seconds"] >= 0
        async with asyncio.timeout(20):
            while "accounts in step" not in (await client.http.get("/health/ready")).json()["failing"]:
                await asyncio.sleep(0.05)


def test_an_address_without_a_password_is_no_setting(tmp_path: Path) -> None:
    given = {"database_url": "x", "issuer": "x", "jwks_url": "x", "token_url": "x", "client_id": "x", "private_key_file": tmp_path}
    with pytest.raises(ValidationError, match="told together"):
        DirectorySettings(**given, keycloak_url="http://127.0.0.1:9")
