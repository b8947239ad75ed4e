"""What the API answers."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.directory.domain.agency import Agency, AgencyKind, CodeKind
from services.directory.domain.membership import Membership, Role
from services.directory.queries.agencies import FoundAgency
from services.directory.queries.agency_record import AgencyRecord
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


class NameOut(BaseModel):
    """`is_former`: of an agency whose work it took over."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    is_former: bool


class CodeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: CodeKind
    code: str


class ParentOut(BaseModel):
    """Under whom an agency stood up to and with `valid_to`, or stands now."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str
    valid_to: date | None


class TakeOverOut(BaseModel):
    """On `day` the `successors` began with the work of those that had `ended` the day before."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    ended: list[SuccessorOut]
    successors: list[SuccessorOut]


class AgencyRecordOut(AgencyOut):
    """`names` beside the two that it goes by. `came_from` tells each step that led to it, `became` each that followed, the earliest first.

    `may_see_people`: whoever asks may ask for its people too; `may_change`: and say by which other names documents call it.
    """

    names: list[NameOut]
    codes: list[CodeOut]
    parents: list[ParentOut]
    came_from: list[TakeOverOut]
    became: list[TakeOverOut]
    version: int
    may_see_people: bool
    may_change: bool

    @staticmethod
    def of_record(found: AgencyRecord, *, may_see_people: bool, may_change: bool) -> "AgencyRecordOut":
        known = AgencyOut.of(found.agency).model_dump() | {
            name: getattr(found, name) for name in ("names", "codes", "parents", "came_from", "became", "version")
        }
        return AgencyRecordOut.model_validate(known | {"may_see_people": may_see_people, "may_change": may_change}, from_attributes=True)


class AgencyInTreeOut(BaseModel):
    """`parent_id` is that of the day. `origins` had ended before it, and their work was taken over. `is_within`: of one's own province."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str
    kind: AgencyKind
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    is_within: bool
    origins: list[SuccessorOut]


class AgencyTreeOut(BaseModel):
    """Those that lived on `day`, one's own province first, each by name; `ended` counts those that had ended before it.

    `may_add` are the kinds of which whoever asks may add an agency.
    """

    day: date
    items: list[AgencyInTreeOut]
    ended: int
    may_add: list[AgencyKind]


class EndedAgencyOut(BaseModel):
    """`successors` are those that live on the day and took over, were it through others."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    short_name: str
    kind: AgencyKind
    scope: str
    valid_from: date | None
    valid_to: date
    successors: list[SuccessorOut]


class MemberOut(BaseModel):
    """Somebody in a position of an agency, and until when."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    position: str
    role: Role
    is_head: bool
    valid_from: date | None
    valid_to: date | None


class ChangedAgencyOut(BaseModel):
    id: UUID
    version: int

    @staticmethod
    def of(agency: Agency) -> "ChangedAgencyOut":
        return ChangedAgencyOut(id=agency.id, version=agency.version)


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
