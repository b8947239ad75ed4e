"""Tài khoản: what the sign-in server should know of agencies and people, and where it knows otherwise (docs/decisions/0040).

One organization for each agency, under its key; one account for each person, under his id. What somebody is in his office is not told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True)
class WantedOrganization:
    """Of the agency `id`, whose key is the `alias`; `lives`: today."""

    id: UUID
    alias: str
    name: str
    lives: bool

    @property
    def title(self) -> str:
        """Two agencies may have one name, one after the other or in two provinces; two organizations may not."""
        return f"{self.name} ({self.alias})"


@dataclass(frozen=True)
class WantedAccount:
    """`organizations` are the aliases of the living agencies in which he has a membership today; without a membership he is shut out.

    `officer_code` never changes; None where it is not known.
    """

    id: UUID
    username: str
    name: str
    officer_code: str | None
    is_open: bool
    organizations: frozenset[str]


@dataclass(frozen=True)
class Wanted:
    """All agencies and people, or those that are looked at with the agencies in which they are."""

    organizations: Collection[WantedOrganization]
    accounts: Collection[WantedAccount]


@dataclass(frozen=True)
class FoundOrganization:
    """`id` is the sign-in server's own."""

    id: str
    alias: str
    title: str
    is_open: bool


@dataclass(frozen=True)
class FoundAccount:
    """`may_use`: its tokens say that he may use Chidao."""

    id: str
    username: str
    name: str
    officer_code: str | None
    is_open: bool
    may_use: bool


@dataclass(frozen=True)
class Member:
    """`came_by_provider`: the account came into being through the organization's own provider, and would be deleted with its membership."""

    account: str
    came_by_provider: bool = False


@dataclass(frozen=True)
class Found:
    """`members` are by the alias of the organization."""

    organizations: Collection[FoundOrganization]
    accounts: Collection[FoundAccount]
    members: Mapping[str, Collection[Member]]


class Drift(StrEnum):
    """In which way the sign-in server knows otherwise."""

    ORGANIZATION_MISSING = "organization-missing"
    ORGANIZATION_CALLED_OTHERWISE = "organization-called-otherwise"
    ORGANIZATION_SHUT = "organization-shut"
    ORGANIZATION_OPEN = "organization-open"
    ORGANIZATION_FOREIGN = "organization-foreign"
    ACCOUNT_MISSING = "account-missing"
    ACCOUNT_SHUT = "account-shut"
    ACCOUNT_OPEN = "account-open"
    ACCOUNT_FOREIGN = "account-foreign"
    USERNAME_TAKEN = "username-taken"
    USERNAME_OTHER = "username-other"
    NAME_OTHER = "name-other"
    OFFICER_CODE_OTHER = "officer-code-other"
    RIGHT_MISSING = "right-missing"
    MEMBERSHIP_MISSING = "membership-missing"
    MEMBERSHIP_UNWANTED = "membership-unwanted"
    MEMBERSHIP_BY_PROVIDER = "membership-by-provider"


@dataclass(frozen=True)
class MakeOrganization:
    wanted: WantedOrganization


@dataclass(frozen=True)
class ChangeOrganization:
    id: str
    wanted: WantedOrganization


@dataclass(frozen=True)
class MakeAccount:
    wanted: WantedAccount


@dataclass(frozen=True)
class ChangeAccount:
    wanted: WantedAccount


@dataclass(frozen=True)
class GiveRight:
    account: str


@dataclass(frozen=True)
class Join:
    alias: str
    account: str


@dataclass(frozen=True)
class Leave:
    alias: str
    account: str


Act = MakeOrganization | ChangeOrganization | MakeAccount | ChangeAccount | GiveRight | Join | Leave
IN_ORDER: tuple[type[Act], ...] = (MakeOrganization, ChangeOrganization, MakeAccount, ChangeAccount, GiveRight, Leave, Join)
"""An act of one kind needs what those of the kinds before it have made."""


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise: of which agency (by its alias) or whom (by his username), what was found and what should be.

    `concerns` is the id of that agency or person, None of somebody foreign. `act` mends it, and may mend others with it; None: only a
    person may decide.
    """

    drift: Drift
    subject: str
    found: str = ""
    should: str = ""
    concerns: UUID | None = None
    act: Act | None = None


def differences(wanted: Wanted, found: Found) -> Iterator[Difference]:
    """What is otherwise among all that is wanted, and what is there that nobody wants."""
    organizations = {one.alias: one for one in found.organizations}
    for organization in wanted.organizations:
        yield from _of_organization(organization, organizations.get(organization.alias))
    accounts = {one.id: one for one in found.accounts}
    by_name = {one.username: one for one in found.accounts}
    members = {alias: {one.account: one for one in there} for alias, there in found.members.items()}
    for account in wanted.accounts:
        there, of_that_name = accounts.get(str(account.id)), by_name.get(account.username.lower())
        yield from _of_account(account, there, of_that_name)
        # He gets no account as long as another has his name.
        if there is not None or of_that_name is None:
            yield from _of_memberships(account, members)


def foreign(wanted: Wanted, found: Found) -> Iterator[Difference]:
    """What is there of nobody in the directory, where `wanted` is all agencies and people. It opens nothing, and is left for a person."""
    aliases, ids = {one.alias for one in wanted.organizations}, {str(one.id) for one in wanted.accounts}
    for organization in found.organizations:
        if organization.alias not in aliases:
            yield Difference(Drift.ORGANIZATION_FOREIGN, organization.alias, found=organization.title)
    for account in found.accounts:
        if account.id not in ids:
            yield Difference(Drift.ACCOUNT_FOREIGN, account.username, found=account.id)


def acts_for(found: Iterable[Difference]) -> dict[type[Act], list[Act]]:
    """What mends them, each once, by kind and in the order in which it is to be done."""
    mending = dict.fromkeys(one.act for one in found if one.act is not None)
    return {kind: [act for act in mending if type(act) is kind] for kind in IN_ORDER}


def _of_organization(wanted: WantedOrganization, found: FoundOrganization | None) -> Iterator[Difference]:
    if found is None:
        # An agency that ended before anybody could sign in for it needs none.
        if wanted.lives:
            yield Difference(Drift.ORGANIZATION_MISSING, wanted.alias, "", wanted.title, wanted.id, MakeOrganization(wanted))
        return
    change = ChangeOrganization(found.id, wanted)
    if found.title != wanted.title:
        yield Difference(Drift.ORGANIZATION_CALLED_OTHERWISE, wanted.alias, found.title, wanted.title, wanted.id, change)
    if found.is_open != wanted.lives:
        drift = Drift.ORGANIZATION_OPEN if found.is_open else Drift.ORGANIZATION_SHUT
        yield Difference(drift, wanted.alias, concerns=wanted.id, act=change)


def _of_account(wanted: WantedAccount, found: FoundAccount | None, of_that_name: FoundAccount | None) -> Iterator[Difference]:
    who = wanted.username
    if found is None:
        if of_that_name is None:
            yield Difference(Drift.ACCOUNT_MISSING, who, "", str(wanted.id), wanted.id, MakeAccount(wanted))
        else:
            # Whoever made it by hand must say whose it is: taken over, it would open the directory to whoever knows its password.
            yield Difference(Drift.USERNAME_TAKEN, who, of_that_name.id, str(wanted.id), wanted.id)
        return
    change = ChangeAccount(wanted)
    if found.username != who.lower():
        # Keycloak lets nobody change it, and somebody knows himself by it.
        yield Difference(Drift.USERNAME_OTHER, who, found.username, who, wanted.id)
    if found.is_open != wanted.is_open:
        yield Difference(Drift.ACCOUNT_OPEN if found.is_open else Drift.ACCOUNT_SHUT, who, concerns=wanted.id, act=change)
    if found.officer_code != wanted.officer_code:
        yield Difference(Drift.OFFICER_CODE_OTHER, who, found.officer_code or "", wanted.officer_code or "", wanted.id, change)
    if found.name != wanted.name:
        yield Difference(Drift.NAME_OTHER, who, found.name, wanted.name, wanted.id, change)
    if not found.may_use:
        yield Difference(Drift.RIGHT_MISSING, who, concerns=wanted.id, act=GiveRight(found.id))


def _of_memberships(wanted: WantedAccount, members: Mapping[str, Mapping[str, Member]]) -> Iterator[Difference]:
    account, who = str(wanted.id), wanted.username
    for alias in sorted(wanted.organizations):
        if account not in members.get(alias, {}):
            yield Difference(Drift.MEMBERSHIP_MISSING, who, "", alias, wanted.id, Join(alias, account))
    for alias, there in members.items():
        if alias in wanted.organizations or account not in there:
            continue
        if there[account].came_by_provider:
            yield Difference(Drift.MEMBERSHIP_BY_PROVIDER, who, alias, "", wanted.id)
        else:
            yield Difference(Drift.MEMBERSHIP_UNWANTED, who, alias, "", wanted.id, Leave(alias, account))
