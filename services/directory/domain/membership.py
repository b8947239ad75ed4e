"""Người, chức vụ, tư cách: a person acts in a position of an agency, with the role that comes with it (rulebook 1.2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError
from services.directory.domain import events


class Role(StrEnum):
    LEADER = "LEADER"
    OFFICE_LEAD = "OFFICE_LEAD"
    OFFICE_TRACKER = "OFFICE_TRACKER"
    AGENCY_HEAD = "AGENCY_HEAD"
    AGENCY_CLERK = "AGENCY_CLERK"
    AGENCY_OFFICER = "AGENCY_OFFICER"
    HOME_AFFAIRS = "HOME_AFFAIRS"
    INSPECTOR = "INSPECTOR"
    SYSTEM_ADMIN = "SYSTEM_ADMIN"


class MembershipHasEnded(DomainError):
    """It ended before; history is not rewritten."""

    code = "membership-has-ended"


@dataclass(frozen=True)
class Person:
    """Names stay in this service; all others know people by id.

    `officer_code` (số hiệu cán bộ, công chức) is what a person is known by when he comes from elsewhere. It never changes; None of whom
    nobody has told it.
    """

    id: UUID
    username: str
    name: str
    officer_code: str | None = None


@dataclass(frozen=True)
class Place:
    """Where and as what a person acts."""

    person_id: UUID
    agency_id: UUID
    position: str
    role: Role
    is_head: bool


class Membership(Aggregate):
    """Tư cách. `valid_to` is its last day; None while it lasts."""

    def __init__(self, id: UUID, place: Place, *, valid_from: date | None, valid_to: date | None = None, version: int = 0) -> None:  # noqa: A002
        super().__init__(id, version)
        self.place = place
        self.valid_from = valid_from
        self.valid_to = valid_to

    @staticmethod
    def grant(id: UUID, place: Place, *, valid_from: date | None, reason: str, at: datetime) -> "Membership":  # noqa: A002
        membership = Membership(id, place, valid_from=valid_from)
        membership.record(events.MembershipGranted(reason=reason, occurred_at=at))
        return membership

    def end(self, *, reason: str, at: datetime) -> None:
        """Yesterday was its last day: whoever was moved loses access at once."""
        if self.valid_to is not None:
            raise MembershipHasEnded
        self.valid_to = vietnam_date(at) - timedelta(days=1)
        self.record(events.MembershipEnded(reason=reason, occurred_at=at))
