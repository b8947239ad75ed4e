"""What the acts of giving a membership share: what is said of it, and that nothing that holds meanwhile stands against it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.calendar_day import CalendarDay
from libs.common.domain import DomainError, Refusal
from services.directory.domain.agency import Agency
from services.directory.domain.managing_people import MANAGE_THEIR_OWN, permit_to_give, permit_to_leave_nobody
from services.directory.domain.membership import Membership, Place, Role
from services.directory.persistence.repository import MembershipRepository
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.use_cases.deciding import Reason

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Position = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class AgencyNotLiving(DomainError):
    """Nobody acts for an agency before its first day, nor after its last."""

    code = "agency-not-living"
    refusal = Refusal.NEVER_RIGHT
    field = "valid_from"


class MembershipKnown(DomainError):
    """The same person has the same role there already in that time."""

    code = "membership-known"
    field = "role"


class AgencyHasHead(DomainError):
    """An agency has one head; the membership of the one before is ended first."""

    code = "agency-has-head"
    field = "is_head"


class Given(BaseModel):
    """`position` is what it is called, `role` what it may do. `is_head`: it is at the head of the agency. `valid_to` is the last day,
    where it is known."""

    model_config = ConfigDict(extra="forbid")

    position: Position
    role: Role
    is_head: bool = False
    valid_from: CalendarDay
    valid_to: CalendarDay | None = None
    reason: Reason

    def place(self, person_id: UUID, agency_id: UUID) -> Place:
        return Place(person_id, agency_id, self.position, self.role, self.is_head)


async def give(
    given: Given, person_id: UUID, agency: Agency, uow: DirectoryUnitOfWork, *, by: Actor, now: datetime, instead_of: UUID | None = None
) -> Membership:
    """A new membership; whoever gives has locked them. Raises what `permit_to_give` and `Membership.give` do, AgencyNotLiving,
    MembershipKnown and AgencyHasHead."""
    place = given.place(person_id, agency.id)
    permit_to_give(by, place, agency.details.kind)
    if not agency.details.lives_on(given.valid_from):
        raise AgencyNotLiving
    membership = Membership.give(uuid7(), place, valid_from=given.valid_from, valid_to=given.valid_to, reason=given.reason, at=now)
    beside = await uow.memberships.beside(membership, instead_of=instead_of)
    if beside.is_same:
        raise MembershipKnown
    if given.is_head and beside.is_other_head:
        raise AgencyHasHead
    return uow.memberships.touch(membership)


async def require_somebody_who_manages(ended: Membership, over_from: date, uow: DirectoryUnitOfWork, *, by: Actor, is_meant: bool) -> None:
    """Raises LastWhoManages and LastAdministrator; whoever ends has locked the memberships."""
    if await leaves_nobody(ended, over_from, uow.memberships):
        permit_to_leave_nobody(by, ended.place.role, is_meant=is_meant)


async def leaves_nobody(ended: Membership, over_from: date, memberships: MembershipRepository) -> bool:
    """Whether nobody else lasts on that day who does for people what this one did."""
    role = ended.place.role
    if role is Role.SYSTEM_ADMIN:
        return not await memberships.another_administrator_lasts(ended, day=over_from)
    return role in MANAGE_THEIR_OWN and not await memberships.another_lasts(ended, MANAGE_THEIR_OWN, day=over_from)
