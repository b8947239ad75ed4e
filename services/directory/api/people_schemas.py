"""What the API answers about the people of an agency and those who manage them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from libs.common.actor import Actor
from services.directory.domain.managing_people import manages_people_of, may_end
from services.directory.domain.membership import Membership, Place, Role
from services.directory.queries.membership_history import MembershipAct
from services.directory.queries.memberships import HeldMembership


class PeopleRightsOut(BaseModel):
    """What whoever asks may do among the people of an agency. `may_give` are roles, the least first."""

    manages: bool
    may_give: list[Role]
    may_name_head: bool


class HeldMembershipOut(BaseModel):
    """Somebody in a position of an agency. `valid_to` is the last day; one that was ended before it began has it before `valid_from`.

    `officer_code` is told to whom manages the agency's people. `may_change`: whoever asks may end it, or give another in its place.
    """

    id: UUID
    version: int
    person_id: UUID
    name: str
    officer_code: str | None
    agency_id: UUID
    position: str
    role: Role
    is_head: bool
    valid_from: date | None
    valid_to: date | None
    may_change: bool

    @staticmethod
    def of(found: HeldMembership, asking: Actor, *, day: date) -> "HeldMembershipOut":
        place = Place(found.person_id, found.agency_id, found.position, Role(found.role), found.is_head)
        has_ended = found.valid_to is not None and found.valid_to < day
        return HeldMembershipOut(
            id=found.id,
            version=found.version,
            person_id=found.person_id,
            name=found.name,
            officer_code=found.officer_code if manages_people_of(asking, found.agency_id) else None,
            agency_id=found.agency_id,
            position=found.position,
            role=place.role,
            is_head=found.is_head,
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            may_change=not has_ended and may_end(asking, place),
        )


class OneMembershipOut(HeldMembershipOut):
    """`is_last_who_manages`: when it ends, nobody of the agency can manage its people any more."""

    is_last_who_manages: bool


class ActOnMembership(StrEnum):
    GIVEN = "GIVEN"
    ENDED = "ENDED"


class MembershipActOut(BaseModel):
    """`actor_person_id` is None where the software did it by itself. `valid_to` is as it was told at that moment."""

    membership_id: UUID
    version: int
    act: ActOnMembership
    occurred_at: datetime
    person_id: UUID
    name: str
    position: str
    role: Role
    valid_from: date | None
    valid_to: date | None
    reason: str
    actor_person_id: UUID | None
    actor_agency_id: UUID | None

    @staticmethod
    def of(found: MembershipAct) -> "MembershipActOut":
        return MembershipActOut(
            membership_id=found.membership_id,
            version=found.version,
            act=ActOnMembership.GIVEN if found.version == 1 else ActOnMembership.ENDED,
            occurred_at=found.occurred_at,
            person_id=found.person_id,
            name=found.name,
            position=found.position,
            role=Role(found.role),
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            reason=found.reason,
            # A service acts for itself, and for no agency.
            actor_person_id=UUID(found.actor) if found.actor_agency_id else None,
            actor_agency_id=found.actor_agency_id,
        )


class GivenMembershipOut(BaseModel):
    id: UUID
    version: int
    person_id: UUID

    @staticmethod
    def of(membership: Membership) -> "GivenMembershipOut":
        return GivenMembershipOut(id=membership.id, version=membership.version, person_id=membership.place.person_id)
