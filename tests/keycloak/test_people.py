"""The directory's agencies and people in a real Keycloak: made, kept in step, found where somebody changed them by hand, and followed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from chidao.main import app
from faults.bodies import today
from libs.common.actor import MAY_USE, Actor
from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.messaging.event_log import Cause
from libs.keycloak.administration import Administration, KeycloakRefused, administration
from realm.applying import apply, differences
from services.directory.accounts.server import KeycloakAccounts
from services.directory.accounts.stepping import drift, step_everything
from services.directory.demo import DemoMember, demo_members
from services.directory.domain.accounts import Drift
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.province import Province
from services.directory.scheduler.accounts_in_step import AccountsInStep
from services.directory.use_cases.import_province import import_province
from tests.conftest import ServiceDatabase
from tests.keycloak.conftest import Applied

PEOPLE = 60
# What an account needs that keeps agencies and people in step, and no more.
RIGHTS = ("manage-users", "manage-realm")


@dataclass
class Directory:
    """A directory with all agencies of the demonstration and a few of its people."""

    database: Database
    url: str
    members: list[DemoMember]

    async def end(self, member: DemoMember) -> None:
        """All memberships of somebody, in a way of which the directory tells."""
        transaction = self._transaction()
        async with transaction:
            for membership_id, _ in member.memberships:
                membership = await transaction.memberships.get(membership_id)
                membership.end(reason="Điều động", at=datetime.now(UTC))
            await transaction.commit()

    async def load(self, members: list[DemoMember]) -> None:
        await import_province(Province("quang-ngai"), self._transaction(), now=datetime.now(UTC), members=members)

    def _transaction(self) -> DirectoryUnitOfWork:
        return DirectoryUnitOfWork(self.database, to_contract, actor=Actor.of_service("directory"), cause=Cause("test"))


def everybody_anew() -> list[DemoMember]:
    """Ids of people are one for all realms of a server, and each test has a realm of its own."""
    members = []
    for one in demo_members(Province("quang-ngai"), today()):
        person = replace(one.person, id=uuid4())
        members.append(DemoMember(person, tuple((uuid4(), replace(place, person_id=person.id)) for _, place in one.memberships)))
    return members


@pytest.fixture
async def directory(database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Directory]:
    made = database("directory")
    opened = Database(made.app_url)
    members = everybody_anew()
    several = [one for one in members if len(one.memberships) > 1]
    # Those of one membership come last, and are taken first.
    chosen = [*several, *[one for one in members if len(one.memberships) == 1][: PEOPLE - len(several)]]
    loaded = Directory(opened, made.app_url, chosen)
    await loaded.load(chosen)
    yield loaded
    await opened.dispose()


@pytest.fixture
async def realm(applied: Applied, request: pytest.FixtureRequest) -> str:
    """A realm of its own for each test, as it is described."""
    name = request.node.name.replace("_", "-")[:30].strip("-")
    other = replace(applied.wanted, name=name, settings={**applied.wanted.settings, "realm": name})
    async with applied.server(name) as server:
        assert (await apply(server, other))[1] == []
    return name


def asked(applied: Applied, realm: str, directory: Directory, folder: Path) -> list[str]:
    secret = folder / "operator"
    secret.write_text(applied.keycloak.password)
    return ["--url", applied.keycloak.url, "--password-file", str(secret), "--realm", realm, "--directory-url", directory.url]


async def organization_of(server: Administration, alias: str) -> str:
    return str(next(one["id"] for one in await server.get("organizations", max=1000) if one["alias"] == alias))


async def test_agencies_and_people_come_and_a_second_time_changes_nothing(applied: Applied, realm: str, directory: Directory) -> None:
    async with applied.server(realm) as server:
        accounts = KeycloakAccounts(server)
        first = await step_everything(directory.database, accounts, today())
        assert (first.left, dict(first.refused)) == ([], {})
        assert first.mended[Drift.ACCOUNT_MISSING] == PEOPLE
        member = directory.members[0]
        user = await server.get(f"users/{member.person.id}")
        assert (user["username"], user["lastName"], user["enabled"]) == (member.person.username, member.person.name, True)
        assert user["attributes"]["officer_code"] == [member.person.officer_code]
        assert user.get("email") is None
        roles = [role["name"] for role in await server.get(f"users/{member.person.id}/role-mappings/realm")]
        assert roles == [MAY_USE], "no role of an office"
        agencies = {place.agency_id for _, place in member.memberships}
        assert len(await server.get(f"organizations/members/{member.person.id}/organizations")) == len(agencies)
        assert await drift(directory.database, accounts, today()) == []
        second = await step_everything(directory.database, accounts, today())
        assert (sum(second.mended.values()), second.left, dict(second.refused)) == (0, [], {})
        other = replace(applied.wanted, name=realm, settings={**applied.wanted.settings, "realm": realm})
        assert await differences(server, other) == [], "the realm is what is described, with people in it"


Plant = Callable[[Administration, Directory], Awaitable[object]]


@dataclass(frozen=True)
class ByHand:
    change: Plant
    drift: Drift
    is_mended: bool = True


def of_the_user(**changed: Any) -> Plant:
    """Of the next person of whom nothing was changed before."""

    async def change(server: Administration, directory: Directory) -> None:
        at = f"users/{directory.members.pop().person.id}"
        await server.put(at, {**(await server.get(at)), **changed})

    return change


async def deleted(server: Administration, directory: Directory) -> None:
    await server.delete(f"users/{directory.members.pop().person.id}")


async def taken_over(server: Administration, directory: Directory) -> None:
    person = directory.members.pop().person
    await server.delete(f"users/{person.id}")
    await server.post("users", {"username": person.username, "enabled": True})


async def out_of_the_organization(server: Administration, directory: Directory) -> None:
    person = directory.members.pop().person
    for one in await server.get(f"organizations/members/{person.id}/organizations"):
        await server.delete(f"organizations/{one['id']}/members/{person.id}")


async def in_another_organization(server: Administration, directory: Directory) -> None:
    member = directory.members.pop()
    (there,) = await server.get(f"organizations/members/{member.person.id}/organizations")
    other = next(one for one in await server.get("organizations", max=5) if one["id"] != there["id"])
    await server.post(f"organizations/{other['id']}/members", str(member.person.id))


async def without_the_right(server: Administration, directory: Directory) -> None:
    at = f"users/{directory.members.pop().person.id}/role-mappings/realm"
    await server.delete(at, [await server.get(f"roles/{MAY_USE}")])


async def organization_changed(server: Administration, alias: str, **changed: Any) -> None:
    at = f"organizations/{await organization_of(server, alias)}"
    await server.put(at, {**(await server.get(at)), **changed})


async def organization_deleted(server: Administration, _: Directory) -> None:
    await server.delete(f"organizations/{await organization_of(server, 'quang-ngai-so-tai-chinh')}")


CHANGED_BY_HAND = (
    ByHand(of_the_user(enabled=False), Drift.ACCOUNT_SHUT),
    ByHand(of_the_user(lastName="Người Khác"), Drift.NAME_OTHER),
    ByHand(of_the_user(attributes={"officer_code": ["CB-0000"]}), Drift.OFFICER_CODE_OTHER),
    ByHand(of_the_user(attributes={}), Drift.OFFICER_CODE_OTHER),
    ByHand(deleted, Drift.ACCOUNT_MISSING),
    ByHand(taken_over, Drift.USERNAME_TAKEN, is_mended=False),
    ByHand(lambda server, _: server.post("users", {"username": "nguoi.la", "enabled": True}), Drift.ACCOUNT_FOREIGN, is_mended=False),
    ByHand(out_of_the_organization, Drift.MEMBERSHIP_MISSING),
    ByHand(in_another_organization, Drift.MEMBERSHIP_UNWANTED),
    ByHand(without_the_right, Drift.RIGHT_MISSING),
    ByHand(lambda server, _: organization_changed(server, "quang-ngai-so-y-te", enabled=False), Drift.ORGANIZATION_SHUT),
    ByHand(lambda server, _: organization_changed(server, "quang-ngai-so-y-te", name="Sở Y"), Drift.ORGANIZATION_CALLED_OTHERWISE),
    ByHand(organization_deleted, Drift.ORGANIZATION_MISSING),
    ByHand(
        lambda server, _: server.post("organizations", {"alias": "cong-ty", "name": "Công ty", "enabled": True}),
        Drift.ORGANIZATION_FOREIGN,
        is_mended=False,
    ),
)


async def test_whatever_somebody_changed_by_hand_is_named_and_mended_or_left(
    applied: Applied, realm: str, directory: Directory, tmp_path: Path
) -> None:
    async with applied.server(realm) as server:
        accounts = KeycloakAccounts(server)
        await step_everything(directory.database, accounts, today())
        for by_hand in CHANGED_BY_HAND:
            await by_hand.change(server, directory)
        found = {one.drift for one in await drift(directory.database, accounts, today())}
        assert found >= {by_hand.drift for by_hand in CHANGED_BY_HAND}
        stepped = await step_everything(directory.database, accounts, today())
        assert dict(stepped.refused) == {}
        assert {one.drift for one in stepped.left} == {by_hand.drift for by_hand in CHANGED_BY_HAND if not by_hand.is_mended}
        assert {*stepped.mended} >= {by_hand.drift for by_hand in CHANGED_BY_HAND if by_hand.is_mended}
        left = await drift(directory.database, accounts, today())
        assert sorted(left, key=str) == sorted(stepped.left, key=str)


async def test_one_who_left_and_one_who_came_are_followed(applied: Applied, realm: str, directory: Directory) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[KeycloakAccounts]:
        async with applied.server(realm) as server:
            yield KeycloakAccounts(server)

    follows = AccountsInStep(directory.database, Clock(), opened, every=1)
    async with applied.server(realm) as server:
        accounts = KeycloakAccounts(server)
        await step_everything(directory.database, accounts, today())
        assert await follows.once(accounts) == 0
        left, comes = directory.members[-1], everybody_anew()[-1]
        await directory.end(left)
        await directory.load([comes])
        assert await follows.once(accounts) == 2
        gone = await server.get(f"users/{left.person.id}")
        assert gone["enabled"] is False
        assert await server.get(f"organizations/members/{left.person.id}/organizations") == []
        assert (await server.get(f"users/{comes.person.id}"))["enabled"] is True
        assert await drift(directory.database, accounts, today()) == []


async def test_an_account_that_may_only_do_this_is_enough(applied: Applied, realm: str, directory: Directory) -> None:
    name = f"directory-{realm}"
    async with applied.server("master") as master:
        await master.post("users", {"username": name, "enabled": True, "credentials": [{"type": "password", "value": "x-1"}]})
        (made,) = await master.get("users", username=name, exact="true")
        (client,) = await master.get("clients", clientId=f"{realm}-realm")
        rights = [await master.get(f"clients/{client['id']}/roles/{right}") for right in RIGHTS]
        await master.post(f"users/{made['id']}/role-mappings/clients/{client['id']}", rights)
    async with administration(applied.keycloak.url, operator=name, password="x-1", realm=realm) as server:
        stepped = await step_everything(directory.database, KeycloakAccounts(server), today())
        assert (stepped.left, dict(stepped.refused)) == ([], {})
        assert stepped.mended[Drift.ACCOUNT_MISSING] == PEOPLE
    async with administration(applied.keycloak.url, operator=name, password="x-1", realm="master") as server:
        with pytest.raises(KeycloakRefused, match="403"):
            await server.get("users")


async def organizations_in(applied: Applied, realm: str) -> int:
    async with applied.server(realm) as server:
        return len(await server.get("organizations", max=1000))


def test_the_commands(applied: Applied, realm: str, directory: Directory, tmp_path: Path) -> None:
    where = asked(applied, realm, directory, tmp_path)
    username = directory.members[0].person.username

    def chidao(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["people", *words, *where])
        # How far it is, and why it cannot, is said beside the answer.
        return done.exit_code, done.output if done.exit_code else done.stdout

    code, said = chidao("diff")
    assert (code, f"{PEOPLE} × chưa có tài khoản (user missing)" in said) == (1, True), said
    assert f"khác (differs): {username}: chưa có tài khoản (user missing)" in said
    killed = subprocess.Popen(
        [sys.executable, "-c", "from chidao.main import app; app()", "people", "apply", *where], stderr=subprocess.DEVNULL
    )
    while asyncio.run(organizations_in(applied, realm)) == 0:
        assert killed.poll() is None
        time.sleep(0.1)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    there = asyncio.run(organizations_in(applied, realm))
    code, said = chidao("diff")
    (missing,) = [line for line in said.splitlines() if line.endswith("× cơ quan chưa có tổ chức (organization missing)")]
    code, said = chidao("apply")
    assert (code, f"đã sửa (mended): {missing}" in said) == (0, True), said
    assert asyncio.run(organizations_in(applied, realm)) == there + int(missing.split()[0]), "none of them twice"
    assert chidao("apply") == (0, "Không có gì phải sửa (nothing to mend).\n")
    assert chidao("diff") == (0, "Đúng danh bạ (as the directory says).\n")
    (tmp_path / "operator").write_text("wrong")
    code, said = chidao("diff")
    assert (code, "không thực hiện được" in said) == (1, True)
