"""What the directory promises: agencies and memberships. Names of agencies travel in these events only; people by id."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from libs.contracts.contract import Contract, Part


class AgencyState(Part):
    """Cơ quan, đơn vị. `valid_to` is the last day; `sort_key` puts names in Vietnamese alphabetical order."""

    id: UUID
    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    sort_key: str


class AgencyChange(Part):
    reason: str


class AgencyChanged(Contract):
    type: ClassVar[str] = "chidao.directory.agency-changed.v1"
    state: AgencyState
    change: AgencyChange


class MembershipState(Part):
    """Tư cách: a person in a position of an agency, with the role that comes with it."""

    id: UUID
    person_id: UUID
    agency_id: UUID
    role: str
    is_head: bool
    valid_from: date | None
    valid_to: date | None


class MembershipChange(Part):
    reason: str


class MembershipChanged(Contract):
    type: ClassVar[str] = "chidao.directory.membership-changed.v1"
    state: MembershipState
    change: MembershipChange
