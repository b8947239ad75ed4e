"""Cơ quan, đơn vị: with validity, because agencies merge and past figures must still be right (rulebook 1.1 rule 9)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, Refusal
from libs.contracts.bounds import MOST_ALIASES
from services.directory.domain import events
from services.directory.domain.alphabet import sort_key

# Agencies of the imported data keep their id in every database; a key is no code of the State and never changes.
NAMESPACE = UUID("8d6f0b5e-6f0b-5c55-9d3c-2a5b1f7f4a10")
# Where the bodies of the State lie that belong to no province.
CENTRAL = "trung-uong"


def agency_id(key: str) -> UUID:
    return uuid5(NAMESPACE, key)


class AgencyKind(StrEnum):
    """Loại cơ quan (rulebook 1.2)."""

    PROVINCE_COMMITTEE = "PROVINCE_COMMITTEE"
    OFFICE = "OFFICE"
    DEPARTMENT = "DEPARTMENT"
    CENTRAL_BRANCH = "CENTRAL_BRANCH"
    PUBLIC_UNIT = "PUBLIC_UNIT"
    STATE_ENTERPRISE = "STATE_ENTERPRISE"
    MASS_ORGANISATION = "MASS_ORGANISATION"
    WORKING_GROUP = "WORKING_GROUP"
    """Tổ công tác, ban chỉ đạo, hội đồng: a body made for a time, of people of several agencies."""
    COMMUNE = "COMMUNE"
    WARD = "WARD"
    SPECIAL_ZONE = "SPECIAL_ZONE"
    DISTRICT = "DISTRICT"
    """Ended everywhere on 30 June 2025: history only."""
    EXTERNAL = "EXTERNAL"
    """Whoever stands outside the administration of the province: central bodies, the Party, the Council."""


ADDABLE = (
    AgencyKind.DEPARTMENT,
    AgencyKind.CENTRAL_BRANCH,
    AgencyKind.PUBLIC_UNIT,
    AgencyKind.STATE_ENTERPRISE,
    AgencyKind.MASS_ORGANISATION,
    AgencyKind.WORKING_GROUP,
    AgencyKind.EXTERNAL,
)
"""What may come up by itself, in the order in which it is offered. A committee of the people and its Office follow from an act on the
province or its communes, which is a reorganisation (rulebook 1.11)."""


class CodeKind(StrEnum):
    """Which system a code belongs to (rulebook 4.1). No code is a key: one may come back with another meaning."""

    IDENTIFIER = "IDENTIFIER"
    """Decision 20/2020."""
    FORMER_IDENTIFIER = "FORMER_IDENTIFIER"
    """QCVN 102:2016."""
    ADMINISTRATIVE_UNIT = "ADMINISTRATIVE_UNIT"
    """Decision 19/2025 and the lists before it."""


@dataclass(frozen=True)
class AgencyCode:
    kind: CodeKind
    code: str


@dataclass(frozen=True)
class FormerParent:
    """Under whom an agency stood up to and with a day, where it is another than now."""

    parent_id: UUID
    valid_to: date


class KindNotAddable(DomainError):
    """An agency of this kind comes into being by a reorganisation alone."""

    code = "agency-kind-not-addable"
    refusal = Refusal.NEVER_RIGHT
    field = "kind"


class CentralOfAnotherKind(DomainError):
    """Only a body that stands outside the province may belong to none."""

    code = "agency-central-of-another-kind"
    refusal = Refusal.NEVER_RIGHT
    field = "is_central"


class AgencyFromThePast(DomainError):
    """Nothing can have been given to an agency before anybody knew of it."""

    code = "agency-from-the-past"
    refusal = Refusal.NEVER_RIGHT
    field = "valid_from"


class ParentNotLiving(DomainError):
    """Whoever it stands under must live on its first day."""

    code = "agency-parent-not-living"
    refusal = Refusal.NEVER_RIGHT
    field = "parent_id"


class AgencyNameTaken(DomainError):
    """An agency that lives has the name already: documents would not say which of the two they mean. `bearer` tells which it is."""

    code = "agency-name-taken"


class AgencyNamePlanned(DomainError):
    """An agency that is to begin by a planned reorganisation will have the name, or the code."""

    code = "agency-name-planned"


class AgencyCodeTaken(DomainError):
    """An agency that lives has the code already. `bearer` tells which it is."""

    code = "agency-code-taken"
    field = "identifier"


class AliasKnown(DomainError):
    """It has this name already, now or from an agency that it took over."""

    code = "agency-alias-known"
    field = "alias"


class AliasUnknown(DomainError):
    """It has no such other name; its own two and those that were taken over are none of these."""

    code = "agency-alias-unknown"
    field = "alias"


class TooManyAliases(DomainError):
    """More than its events may tell."""

    code = "agency-too-many-aliases"
    field = "alias"


@dataclass(frozen=True)
class AgencyDetails:
    """`aliases` are forms found in documents; `former_names` of them belonged to agencies it took over. `valid_to` is the last day.

    `successors` took over from it when it ended. `parent_id` is the last parent, `former_parents` are those before it.
    """

    key: str
    name: str
    short_name: str
    kind: AgencyKind
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[str, ...]
    former_names: tuple[str, ...]
    successors: tuple[UUID, ...] = ()
    codes: tuple[AgencyCode, ...] = ()
    former_parents: tuple[FormerParent, ...] = ()

    def lives_on(self, day: date) -> bool:
        """Its first and its last day belong to it."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Agency(Aggregate):
    def __init__(self, id: UUID, details: AgencyDetails, *, version: int = 0) -> None:  # noqa: A002
        super().__init__(id, version)
        self.details = details

    @staticmethod
    def enter(details: AgencyDetails, *, reason: str, at: datetime) -> "Agency":
        agency = Agency(agency_id(details.key), details)
        agency.record(events.AgencyEntered(reason=reason, occurred_at=at))
        return agency

    @staticmethod
    def add(details: AgencyDetails, *, reason: str, at: datetime) -> "Agency":
        """One that nobody knew of until now (rulebook 1.14). Raises KindNotAddable, CentralOfAnotherKind and
        AgencyFromThePast."""
        if details.kind not in ADDABLE:
            raise KindNotAddable
        if details.scope == CENTRAL and details.kind is not AgencyKind.EXTERNAL:
            raise CentralOfAnotherKind
        if details.valid_from is None or details.valid_from < vietnam_date(at):
            raise AgencyFromThePast
        return Agency.enter(details, reason=reason, at=at)

    def end(self, *, last_day: date, successors: tuple[UUID, ...], reason: str, at: datetime) -> None:
        """By a reorganisation (rulebook 1.11). Its names and codes are free again from the next day on."""
        self.details = replace(self.details, valid_to=last_day, successors=successors)
        self.record(events.AgencyEnded(reason=reason, occurred_at=at))

    def move_under(self, parent: UUID | None, *, since: date, reason: str, at: datetime) -> None:
        """Whoever it stood under until then is kept for the tree of earlier days."""
        before = self.details.parent_id
        former = () if before is None else (FormerParent(before, since - timedelta(days=1)),)
        self.details = replace(self.details, parent_id=parent, former_parents=(*self.details.former_parents, *former))
        self.record(events.AgencyMovedUnder(reason=reason, occurred_at=at))

    def also_call(self, alias: str, *, reason: str, at: datetime) -> None:
        """Documents call it so, too. Raises AliasKnown and TooManyAliases."""
        known = self.details
        if alias in (known.name, known.short_name, *known.aliases, *known.former_names):
            raise AliasKnown
        if len(known.aliases) >= MOST_ALIASES:
            raise TooManyAliases
        self._call((*known.aliases, alias), reason=reason, at=at)

    def no_longer_call(self, alias: str, *, reason: str, at: datetime) -> None:
        """It was never called so, or another agency is meant by it. Raises AliasUnknown."""
        if alias not in self.details.aliases:
            raise AliasUnknown
        self._call(tuple(one for one in self.details.aliases if one != alias), reason=reason, at=at)

    def _call(self, aliases: tuple[str, ...], *, reason: str, at: datetime) -> None:
        self.details = replace(self.details, aliases=aliases)
        self.record(events.AgencyCalledOtherwise(reason=reason, occurred_at=at))

    def put_in_order(self, *, at: datetime) -> None:
        """Its name is ordered otherwise than when it was entered."""
        self.record(events.AgencyPutInOrder(reason="order of names", occurred_at=at))

    @property
    def sort_key(self) -> str:
        return sort_key(self.details.name)
