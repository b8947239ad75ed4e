"""What the sign-in server knows otherwise than the directory, and what mends it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from services.directory.domain.accounts import (
    ChangeAccount,
    ChangeOrganization,
    Difference,
    Drift,
    Found,
    FoundAccount,
    FoundOrganization,
    GiveRight,
    Join,
    Leave,
    MakeAccount,
    MakeOrganization,
    Member,
    Wanted,
    WantedAccount,
    WantedOrganization,
    acts_for,
    differences,
    foreign,
)

HEALTH = WantedOrganization(UUID(int=1), "so-y-te", "Sở Y tế", lives=True)
FINANCE = WantedOrganization(UUID(int=2), "so-tai-chinh", "Sở Tài chính", lives=True)
DISTRICT = WantedOrganization(UUID(int=3), "huyen-binh-son", "Huyện Bình Sơn", lives=False)
AN = WantedAccount(UUID(int=11), "An.SYT", "Nguyễn Văn An", "CB-0011", is_open=True, organizations=frozenset({"so-y-te"}))
BINH = WantedAccount(UUID(int=12), "binh.stc", "Lê Thị Bình", None, is_open=True, organizations=frozenset({"so-y-te", "so-tai-chinh"}))
LEFT = WantedAccount(UUID(int=13), "cu.stc", "Trần Cư", "CB-0013", is_open=False, organizations=frozenset())
WANTED = Wanted([HEALTH, FINANCE, DISTRICT], [AN, BINH, LEFT])


def account_of(wanted: WantedAccount) -> FoundAccount:
    return FoundAccount(str(wanted.id), wanted.username.lower(), wanted.name, wanted.officer_code, wanted.is_open, may_use=True)


IN_STEP = Found(
    [FoundOrganization("o1", "so-y-te", HEALTH.title, is_open=True), FoundOrganization("o2", "so-tai-chinh", FINANCE.title, is_open=True)],
    [account_of(one) for one in WANTED.accounts],
    {"so-y-te": [Member(str(AN.id)), Member(str(BINH.id))], "so-tai-chinh": [Member(str(BINH.id))]},
)
AN_S, BINH_S, LEFT_S = (str(one.id) for one in WANTED.accounts)
STRANGER = FoundAccount("f0", "khach", "Khách", None, is_open=True, may_use=False)


def all_of(found: Found) -> list[Difference]:
    return [*differences(WANTED, found), *foreign(WANTED, found)]


def without_organization(alias: str) -> Found:
    return replace(IN_STEP, organizations=[one for one in IN_STEP.organizations if one.alias != alias])


def organization(alias: str, **changed: object) -> Found:
    return replace(
        IN_STEP,
        organizations=[replace(one, **changed) if one.alias == alias else one for one in IN_STEP.organizations],  # type: ignore[arg-type]
    )


def account(id: str, **changed: object) -> Found:  # noqa: A002
    return replace(
        IN_STEP,
        accounts=[replace(one, **changed) if one.id == id else one for one in IN_STEP.accounts],  # type: ignore[arg-type]
    )


def members(alias: str, *there: Member) -> Found:
    return replace(IN_STEP, members={**IN_STEP.members, alias: there})


def with_more(*accounts: FoundAccount) -> Found:
    return replace(IN_STEP, accounts=[*IN_STEP.accounts, *accounts])


def test_what_is_in_step_differs_in_nothing() -> None:
    assert all_of(IN_STEP) == []


OTHERWISE: dict[Drift, tuple[Found, Callable[[Difference], bool]]] = {
    Drift.ORGANIZATION_MISSING: (
        without_organization("so-y-te"),
        lambda one: one.act == MakeOrganization(HEALTH) and one.concerns == HEALTH.id,
    ),
    Drift.ORGANIZATION_CALLED_OTHERWISE: (
        organization("so-y-te", title="Sở Y tế"),
        lambda one: (one.act, one.found) == (ChangeOrganization("o1", HEALTH), "Sở Y tế"),
    ),
    Drift.ORGANIZATION_SHUT: (organization("so-y-te", is_open=False), lambda one: one.act == ChangeOrganization("o1", HEALTH)),
    Drift.ORGANIZATION_OPEN: (
        replace(IN_STEP, organizations=[*IN_STEP.organizations, FoundOrganization("o3", "huyen-binh-son", DISTRICT.title, is_open=True)]),
        lambda one: one.act == ChangeOrganization("o3", DISTRICT),
    ),
    Drift.ORGANIZATION_FOREIGN: (
        replace(IN_STEP, organizations=[*IN_STEP.organizations, FoundOrganization("o9", "cong-ty", "Công ty", is_open=True)]),
        lambda one: one.act is None and one.subject == "cong-ty",
    ),
    Drift.ACCOUNT_MISSING: (
        replace(IN_STEP, accounts=[one for one in IN_STEP.accounts if one.id != AN_S], members={**IN_STEP.members}),
        lambda one: one.act == MakeAccount(AN) and one.concerns == AN.id,
    ),
    Drift.ACCOUNT_SHUT: (account(AN_S, is_open=False), lambda one: one.act == ChangeAccount(AN)),
    Drift.ACCOUNT_OPEN: (account(LEFT_S, is_open=True), lambda one: one.act == ChangeAccount(LEFT)),
    Drift.ACCOUNT_FOREIGN: (with_more(STRANGER), lambda one: one.act is None and (one.subject, one.found) == ("khach", "f0")),
    Drift.USERNAME_OTHER: (account(AN_S, username="an"), lambda one: one.act is None and one.found == "an"),
    Drift.NAME_OTHER: (account(AN_S, name="An"), lambda one: one.act == ChangeAccount(AN)),
    Drift.OFFICER_CODE_OTHER: (
        account(BINH_S, officer_code="CB-0011"),
        lambda one: (one.act, one.found) == (ChangeAccount(BINH), "CB-0011"),
    ),
    Drift.RIGHT_MISSING: (account(AN_S, may_use=False), lambda one: one.act == GiveRight(AN_S)),
    Drift.MEMBERSHIP_MISSING: (
        members("so-tai-chinh"),
        lambda one: (one.act, one.should) == (Join("so-tai-chinh", BINH_S), "so-tai-chinh"),
    ),
    Drift.MEMBERSHIP_UNWANTED: (
        members("so-tai-chinh", Member(BINH_S), Member(LEFT_S)),
        lambda one: (one.act, one.subject, one.found) == (Leave("so-tai-chinh", LEFT_S), "cu.stc", "so-tai-chinh"),
    ),
    # Its membership cannot be taken without the account being lost.
    Drift.MEMBERSHIP_BY_PROVIDER: (
        members("so-tai-chinh", Member(BINH_S), Member(LEFT_S, came_by_provider=True)),
        lambda one: one.act is None,
    ),
}


@pytest.mark.parametrize("drift", OTHERWISE, ids=str)
def test_each_way_of_being_otherwise_is_named_alone(drift: Drift) -> None:
    found, as_expected = OTHERWISE[drift]
    (told,) = all_of(found)
    assert (told.drift, as_expected(told)) == (drift, True), told


def test_every_way_is_tried() -> None:
    assert {*OTHERWISE, Drift.USERNAME_TAKEN} == {*Drift}


def test_an_account_that_has_anothers_name_is_never_taken_over() -> None:
    theirs = replace(STRANGER, username="an.syt")
    found = replace(with_more(theirs), accounts=[one for one in with_more(theirs).accounts if one.id != AN_S], members={})
    of_an = [one for one in all_of(found) if one.subject in (AN.username, "an.syt")]
    assert [(one.drift, one.act, one.found) for one in of_an] == [(Drift.USERNAME_TAKEN, None, "f0"), (Drift.ACCOUNT_FOREIGN, None, "f0")]


def test_into_an_empty_server_everything_is_made_in_order_and_nothing_of_what_has_ended() -> None:
    acts = acts_for(differences(WANTED, Found([], [], {})))
    made = [(kind, acts[kind]) for kind in acts if acts[kind]]
    assert made == [
        (MakeOrganization, [MakeOrganization(HEALTH), MakeOrganization(FINANCE)]),
        (MakeAccount, [MakeAccount(AN), MakeAccount(BINH), MakeAccount(LEFT)]),
        (Join, [Join("so-y-te", AN_S), Join("so-tai-chinh", BINH_S), Join("so-y-te", BINH_S)]),
    ]


def test_several_differences_of_one_account_are_one_change() -> None:
    told = all_of(account(AN_S, is_open=False, officer_code="x", name="y"))
    assert [one.drift for one in told] == [Drift.ACCOUNT_SHUT, Drift.OFFICER_CODE_OTHER, Drift.NAME_OTHER]
    assert [act for acts in acts_for(told).values() for act in acts] == [ChangeAccount(AN)]


@pytest.mark.parametrize(("person", "code", "found", "should"), [(AN, None, "", "CB-0011"), (BINH, "CB-0011", "CB-0011", "")])
def test_a_code_that_is_missing_on_one_side_is_told_as_nothing(person: WantedAccount, code: str | None, found: str, should: str) -> None:
    (told,) = all_of(account(str(person.id), officer_code=code))
    assert (told.drift, told.found, told.should) == (Drift.OFFICER_CODE_OTHER, found, should)


def test_two_agencies_of_one_name_are_two_organizations() -> None:
    before = replace(DISTRICT, name=HEALTH.name)
    assert before.title != HEALTH.title
