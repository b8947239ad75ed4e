"""The page on which somebody picks who he wants to be: a demonstration has no passwords, and says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from embedded.oidc.issuing import Account, Position
from libs.common.folding import folded

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# A whole province on one page is too much for a phone: one group is shown, the first is whom a newcomer wants to try first.
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "office": ("Lãnh đạo, Văn phòng UBND tỉnh", ("PROVINCE_COMMITTEE", "OFFICE")),
    "departments": ("Sở, ban, ngành", ("DEPARTMENT", "CENTRAL_BRANCH")),
    "communes": ("Xã, phường, đặc khu", ("COMMUNE", "WARD", "SPECIAL_ZONE")),
}
OTHERS = "others"
NAME_OF_OTHERS = "Đơn vị khác"


@dataclass(frozen=True)
class Choice:
    """One person in one position; choosing signs in the person, with all positions he holds."""

    account: Account
    position: Position


@dataclass(frozen=True)
class AgencyChoices:
    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class Group:
    """`shown`: its people are on the page; of the other groups only name and size."""

    key: str
    name: str
    agencies: list[AgencyChoices]
    shown: bool


def groups_of(accounts: Iterable[Account], *, search: str, group: str) -> list[Group]:
    """People by group and agency, in the order in which `accounts` came; with `search` only those who have all its words."""
    words = folded(search).split()
    found: dict[str, dict[str, dict[tuple[UUID, str], Choice]]] = {key: {} for key in (*GROUPS, OTHERS)}
    for account in accounts:
        for position in account.positions:
            text = folded(f"{account.name} {position.position} {position.agency_name}")
            if all(word in text for word in words):
                choices = found[_group_of(position.agency_kind)].setdefault(position.agency_name, {})
                # A position may come with two roles; on this page it is one.
                choices.setdefault((account.person_id, position.position), Choice(account, position))
    shown = group if found.get(group) else next((key for key, agencies in found.items() if agencies), "")
    return [
        Group(
            key,
            GROUPS[key][0] if key in GROUPS else NAME_OF_OTHERS,
            [AgencyChoices(agency, list(choices.values())) for agency, choices in agencies.items()],
            shown=bool(words) or key == shown,
        )
        for key, agencies in found.items()
        if agencies
    ]


def _group_of(kind: str) -> str:
    return next((key for key, (_, kinds) in GROUPS.items() if kind in kinds), OTHERS)


def chooser_page(
    accounts: Sequence[Account], *, search: str, group: str, asked: Mapping[str, str], action: str, styles: Sequence[str], gone: bool
) -> str:
    """`asked` is the authorization request, carried along; `gone`: whoever was chosen may not sign in any more."""
    return TEMPLATES.get_template("chooser.html").render(
        groups=groups_of(accounts, search=search, group=group),
        search=search,
        asked=asked,
        action=action,
        styles=styles,
        gone=gone,
        people=len(accounts),
    )


def confirm_page(account: Account | None, person_id: UUID, *, asked: Mapping[str, str], action: str, styles: Sequence[str]) -> str:
    """One person is asked whether it is he; None: he may not sign in any more."""
    return TEMPLATES.get_template("confirm.html").render(
        person_id=person_id, name_of_person=account.name if account else "", asked=asked, action=action, styles=styles, gone=account is None
    )


def message_page(title: str, words: str, *, styles: Sequence[str]) -> str:
    return TEMPLATES.get_template("message.html").render(title=title, words=words, styles=styles)
