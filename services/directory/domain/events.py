"""What happens in the directory, in our own words."""

from dataclasses import dataclass

from libs.common.domain import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AgencyEntered(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class MembershipGranted(DomainEvent):
    reason: str


@dataclass(frozen=True, kw_only=True)
class MembershipEnded(DomainEvent):
    reason: str
