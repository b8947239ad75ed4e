"""Người, chức vụ, tư cách: a person acts in a position of an agency, with the role that comes with it (rulebook 1.2)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, Refusal
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


class MembershipEndsEarlier(DomainError):
    """It was to end by then in any case; whoever stays longer is given a new one."""

    code = "membership-ends-earlier"


class LastDayIsOver(DomainError):
    """What was done on a day that is over was done by right."""

    code = "membership-last-day-is-over"
    refusal = Refusal.NEVER_RIGHT
    field = "last_day"


class MembershipFromThePast(DomainError):
    """Nobody can have acted in it before anybody knew of it."""

    code = "membership-from-the-past"
    refusal = Refusal.NEVER_RIGHT
    field = "valid_from"


class EndsBeforeItBegins(DomainError):
    """Its last day lies before its first."""

    code = "membership-ends-before-it-begins"
    refusal = Refusal.NEVER_RIGHT
    field = "valid_to"


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

    @staticmethod
    def give(id: UUID, place: Place, *, valid_from: date, valid_to: date | None, reason: str, at: datetime) -> "Membership":  # noqa: A002
        """From today or a day to come. Raises MembershipFromThePast and EndsBeforeItBegins."""
        if valid_from < vietnam_date(at):
            raise MembershipFromThePast
        if valid_to is not None and valid_to < valid_from:
            raise EndsBeforeItBegins
        membership = Membership(id, place, valid_from=valid_from, valid_to=valid_to)
        membership.record(events.MembershipGranted(reason=reason, occurred_at=at))
        return membership

    def end(self, *, reason: str, at: datetime, last_day: date | None = None) -> date:
        """The first day on which it is over. Without a last day that is today: whoever was moved loses access at once.

        One that has not begun by then never does. Raises MembershipHasEnded, LastDayIsOver and MembershipEndsEarlier.
        """
        today = vietnam_date(at)
        if self.valid_to is not None and self.valid_to < today:
            raise MembershipHasEnded
        if last_day is not None and last_day < today:
            raise LastDayIsOver
        if last_day is not None and self.valid_to is not None and self.valid_to <= last_day:
            raise MembershipEndsEarlier
        self.valid_to = today - timedelta(days=1) if last_day is None else last_day
        self.record(events.MembershipEnded(reason=reason, occurred_at=at))
        return self.valid_to + timedelta(days=1)

    def leave(self, *, last_day: date, reason: str, at: datetime) -> None:
        """The agency has ended with this day, and with it every position that it had."""
        self.valid_to = last_day
        self.record(events.MembershipEnded(reason=reason, occurred_at=at))

    def follow(self, id: UUID, agency_id: UUID, *, since: date, stays_head: bool, reason: str, at: datetime) -> "Membership":  # noqa: A002
        """The same person in the same position of the agency that took over (rulebook 1.11). Asked before `leave`.

        Where several heads meet, none is the head until one is appointed; what each may do stays his role.
        """
        place = replace(self.place, agency_id=agency_id, is_head=self.place.is_head and stays_head)
        begins = since if self.valid_from is None else max(since, self.valid_from)
        followed = Membership(id, place, valid_from=begins, valid_to=self.valid_to)
        followed.record(events.MembershipGranted(reason=reason, occurred_at=at))
        return followed
