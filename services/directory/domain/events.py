"""What happens in the directory, in our own words."""

from dataclasses import dataclass
from datetime import date

from libs.common.domain import DomainEvent
from libs.contracts.province import CalendarDays, SettingValue


@dataclass(frozen=True, kw_only=True)
class AgencyEntered(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class AgencyPutInOrder(DomainEvent):
    """Nothing of the agency has changed but its place among the others."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AgencyCalledOtherwise(DomainEvent):
    """Documents call it by one name more, or by one less than was thought."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AgencyEnded(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class AgencyMovedUnder(DomainEvent):
    """It stands under another agency from now on."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MembershipGranted(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class MembershipEnded(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettingDecided(DomainEvent):
    """`value` None takes back what was decided for `valid_from`."""

    value: SettingValue | None
    valid_from: date | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class CalendarDecided(DomainEvent):
    """`days` None takes back what was decided for `valid_from`."""

    days: CalendarDays | None
    valid_from: date | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReorganisationPlanned(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReorganisationTakenBack(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReorganisationTookEffect(DomainEvent):
    reason: str
