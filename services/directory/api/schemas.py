"""What the API answers."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.directory.domain.membership import Membership, Role
from services.directory.queries.agencies import FoundAgency
from services.directory.queries.people import Me


class SuccessorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str


class AgencyOut(BaseModel):
    """`matched_alias`: the former or other name by which a search found it. `successors`: living ones that took over from an ended one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    matched_alias: str | None
    successors: list[SuccessorOut]

    @staticmethod
    def of(found: FoundAgency) -> "AgencyOut":
        return AgencyOut.model_validate(found)


class AgencyGroupOut(BaseModel):
    """`count` of living agencies in one's own province; the words stand in the message catalogue under `key`."""

    key: str
    name: str
    count: int


class NamedAgencyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str


class RecognisedNameOut(BaseModel):
    """One name of a list. `agency` is who is meant, `was_called` the former name by which it was found; where it is None, `offers` are
    the first of those who may be meant."""

    model_config = ConfigDict(from_attributes=True)

    typed: str
    agency: NamedAgencyOut | None
    was_called: str | None
    offers: list[NamedAgencyOut]


class AgencyOfMembershipOut(BaseModel):
    id: UUID
    key: str
    name: str
    short_name: str
    kind: str


class MembershipOut(BaseModel):
    id: UUID
    agency: AgencyOfMembershipOut
    position: str
    role: Role
    is_head: bool


class PersonOut(BaseModel):
    id: UUID
    name: str


class MeOut(BaseModel):
    person: PersonOut
    memberships: list[MembershipOut]

    @staticmethod
    def of(found: Me) -> "MeOut":
        return MeOut(
            person=PersonOut(id=found.person_id, name=found.name),
            memberships=[
                MembershipOut(
                    id=one.id,
                    agency=AgencyOfMembershipOut(
                        id=one.agency_id,
                        key=one.agency_key,
                        name=one.agency_name,
                        short_name=one.agency_short_name,
                        kind=one.agency_kind,
                    ),
                    position=one.position,
                    role=Role(one.role),
                    is_head=one.is_head,
                )
                for one in found.memberships
            ],
        )


class NamedPersonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    position: str | None
    agency_id: UUID | None


class PeopleOut(BaseModel):
    items: list[NamedPersonOut]


class EndedMembershipOut(BaseModel):
    id: UUID
    version: int
    valid_to: date | None

    @staticmethod
    def of(membership: Membership) -> "EndedMembershipOut":
        return EndedMembershipOut(id=membership.id, version=membership.version, valid_to=membership.valid_to)
