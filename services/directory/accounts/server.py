"""Accounts and organizations of a Keycloak, in our words. Each act may be repeated: what is done already is done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from libs.common.actor import MAY_USE
from libs.keycloak.administration import Administration, KeycloakRefused
from services.directory.domain.accounts import (
    Found,
    FoundAccount,
    FoundOrganization,
    Member,
    Wanted,
    WantedAccount,
    WantedOrganization,
)

# At once it makes 60 to 90 things a second by four, and fewer by sixteen.
AT_ONCE = 4
PAGE = 200
OFFICER_CODE = "officer_code"

Thing = TypeVar("Thing")
Told = Callable[[int, int], None]
"""How much of what is there has been read, and how much there is."""


class SignInServer(Protocol):
    """What is asked of the sign-in server. Everything raises KeycloakRefused."""

    async def everything(self, told: Told) -> Found: ...

    async def found_of(self, wanted: Wanted) -> Found:
        """What there is of these, and whoever has one of their names."""
        ...

    async def make_organization(self, wanted: WantedOrganization) -> None: ...

    async def change_organization(self, id: str, wanted: WantedOrganization) -> None: ...  # noqa: A002

    async def make_accounts(self, wanted: Sequence[WantedAccount], credentials: Sequence[Mapping[str, Any]]) -> None:
        """All of them or, when one is refused, none. `credentials` are those of each."""
        ...

    async def change_account(self, wanted: WantedAccount) -> None: ...

    async def give_right(self, account: str) -> None: ...

    async def join(self, alias: str, account: str) -> None: ...

    async def leave(self, alias: str, account: str) -> None: ...


class KeycloakAccounts:
    """The accounts of the realm that `administration` administers. Ids of organizations are remembered as long as it lives."""

    def __init__(self, administration: Administration) -> None:
        self._server = administration
        self._ids: dict[str, str] = {}

    async def everything(self, told: Told) -> Found:
        organizations = await self._organizations()
        total = int(await self._server.get("users/count")) + len(organizations)
        read = 0

        def more(number: int) -> None:
            nonlocal read
            read += number
            told(min(read, total), total)

        allowed = {user["id"] async for page in self._pages(f"roles/{MAY_USE}/users", briefRepresentation="true") for user in page}
        accounts: list[FoundAccount] = []
        async for page in self._pages("users", briefRepresentation="false"):
            accounts += [_account(user, may_use=user["id"] in allowed) for user in page]
            more(len(page))
        members: dict[str, list[Member]] = {}

        async def read_members(organization: FoundOrganization) -> None:
            pages = self._pages(f"organizations/{organization.id}/members", briefRepresentation="true")
            members[organization.alias] = [_member(one) async for page in pages for one in page]
            more(1)

        await each(organizations, read_members)
        return Found(organizations, accounts, members)

    async def found_of(self, wanted: Wanted) -> Found:
        organizations = await self._organizations()
        accounts: list[FoundAccount] = []
        members: dict[str, list[Member]] = {}

        async def look(account: WantedAccount) -> None:
            at = f"users/{account.id}"
            user = await self._server.find(at)
            if user is None:
                accounts.extend(
                    [
                        _account(one, may_use=False)
                        for one in await self._server.get("users", username=account.username, exact="true", briefRepresentation="false")
                    ]
                )
                return
            roles = {role["name"] for role in await self._server.get(f"{at}/role-mappings/realm")}
            accounts.append(_account(user, may_use=MAY_USE in roles))
            for organization in await self._server.get(f"organizations/members/{account.id}/organizations"):
                member = await self._server.get(f"organizations/{organization['id']}/members/{account.id}")
                members.setdefault(organization["alias"], []).append(_member(member))

        await each(wanted.accounts, look)
        return Found(organizations, accounts, members)

    async def make_organization(self, wanted: WantedOrganization) -> None:
        body = {"alias": wanted.alias, "name": wanted.title, "enabled": wanted.lives}
        self._ids[wanted.alias] = await self._server.post("organizations", body)

    async def change_organization(self, id: str, wanted: WantedOrganization) -> None:  # noqa: A002
        found = await self._server.get(f"organizations/{id}")
        await self._server.put(f"organizations/{id}", {**found, "name": wanted.title, "enabled": wanted.lives})

    async def make_accounts(self, wanted: Sequence[WantedAccount], credentials: Sequence[Mapping[str, Any]]) -> None:
        users = [
            {**_described(one), "id": str(one.id), "realmRoles": [MAY_USE], "credentials": [dict(credential) for credential in credentials]}
            for one in wanted
        ]
        # Of the ways to make people this one alone keeps the id.
        await self._server.post("partialImport", {"ifResourceExists": "SKIP", "users": users})

    async def change_account(self, wanted: WantedAccount) -> None:
        at = f"users/{wanted.id}"
        found = await self._server.get(at)
        described = _described(wanted)
        attributes = {**found.get("attributes", {}), **described["attributes"]}
        await self._server.put(at, {**found, **described, "username": found["username"], "attributes": attributes})
        if not wanted.is_open:
            # Whoever is shut out is so where he is signed in, too.
            await self._server.post(f"{at}/logout", {})

    async def give_right(self, account: str) -> None:
        role = await self._server.get(f"roles/{MAY_USE}")
        await self._server.post(f"users/{account}/role-mappings/realm", [role])

    async def join(self, alias: str, account: str) -> None:
        with _done_already(409):
            await self._server.post(f"organizations/{await self._id_of(alias)}/members", account)

    async def leave(self, alias: str, account: str) -> None:
        with _done_already(404):
            await self._server.delete(f"organizations/{await self._id_of(alias)}/members/{account}")

    async def _organizations(self) -> list[FoundOrganization]:
        pages = self._pages("organizations", briefRepresentation="true")
        found = [FoundOrganization(one["id"], one["alias"], one["name"], one["enabled"]) async for page in pages for one in page]
        self._ids = {one.alias: one.id for one in found}
        return found

    async def _id_of(self, alias: str) -> str:
        if alias not in self._ids:
            raise KeycloakRefused(f"no organization {alias}", 404)
        return self._ids[alias]

    async def _pages(self, path: str, **query: str) -> AsyncIterator[list[Any]]:
        first = 0
        while page := await self._server.get(path, first=first, max=PAGE, **query):
            yield page
            first += len(page)


async def each(things: Iterable[Thing], act: Callable[[Thing], Awaitable[None]], *, at_once: int = AT_ONCE) -> None:
    """`act` on all of them, `at_once` at a time; the first that raises ends the others, and is raised."""
    waiting = iter(things)

    async def work() -> None:
        for thing in waiting:
            await act(thing)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(work())
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


@contextmanager
def _done_already(status: int) -> Iterator[None]:
    """Keycloak answers so to who asks for what is so already."""
    try:
        yield
    except KeycloakRefused as refused:
        if refused.status != status:
            raise


def _described(wanted: WantedAccount) -> dict[str, Any]:
    """As Keycloak spells it. Its names are in two parts, ours in one."""
    codes = [] if wanted.officer_code is None else [wanted.officer_code]
    return {
        "username": wanted.username,
        "firstName": "",
        "lastName": wanted.name,
        "enabled": wanted.is_open,
        "attributes": {OFFICER_CODE: codes},
    }


def _account(user: Mapping[str, Any], *, may_use: bool) -> FoundAccount:
    name = " ".join(part for part in (user.get("lastName"), user.get("firstName")) if part)
    codes: list[str] = user.get("attributes", {}).get(OFFICER_CODE, [])
    return FoundAccount(user["id"], user["username"], name, codes[0] if codes else None, user["enabled"], may_use)


def _member(user: Mapping[str, Any]) -> Member:
    return Member(user["id"], came_by_provider=user.get("membershipType") == "MANAGED")
