"""What the directory promises: agencies, memberships and the rules of the province. Names of agencies travel in these events only;
people by id."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID, uuid5

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from libs.contracts.contract import Contract, Part
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import CalendarDay

_RULES = UUID("0f2b8a3e-51a6-5d0c-9b7e-6c1d4e2f7a90")


def setting_id(key: str) -> UUID:
    """The aggregate of a setting: the same in every province."""
    return uuid5(_RULES, f"setting/{key}")


def calendar_id(year: int) -> UUID:
    """The aggregate of the working calendar of a year."""
    return uuid5(_RULES, f"calendar/{year}")


class AgencyCode(Part):
    """`kind` says to which system it belongs. No code is a key: one may come back with another meaning (rulebook 4.1)."""

    kind: str
    code: str


class AgencyState(Part):
    """Cơ quan, đơn vị. `valid_to` is the last day; `sort_key` puts names in Vietnamese alphabetical order.

    `aliases` are other names by which documents call it, `former_names` those of agencies that it took over. What was told before these
    and `codes` were added has none.
    """

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
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    codes: tuple[AgencyCode, ...] = ()


class AgencyChange(Part):
    reason: str


class AgencyChanged(Contract):
    type: ClassVar[str] = "chidao.directory.agency-changed.v1"
    state: AgencyState
    change: AgencyChange


class ReorganisationState(Part):
    """Sắp xếp cơ quan. `standing` is PLANNED, WITHDRAWN or IN_EFFECT; only then anything of it has happened (rulebook 1.11).

    `ended_agency_ids` end with the eve of `effective_on`, and each of `successor_ids` takes over from each of them: of several that end
    there is never more than one. Who is carved out of stands in `from_agency_ids` alone, and lives on.
    """

    id: UUID
    kind: str
    standing: str
    effective_on: date
    legal_basis: str
    from_agency_ids: tuple[UUID, ...]
    ended_agency_ids: tuple[UUID, ...]
    successor_ids: tuple[UUID, ...]


class ReorganisationChange(Part):
    reason: str


class ReorganisationChanged(Contract):
    """What it does to agencies and memberships, their own events tell; this one tells who takes over from whom."""

    type: ClassVar[str] = "chidao.directory.reorganisation-changed.v1"
    state: ReorganisationState
    change: ReorganisationChange


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


class DecisionChange(Part):
    """Why it was decided."""

    reason: str


class ProvinceSettingState(Part):
    """One decision on a setting (`province.py`), valid from a day on; of two for one day the later version counts.

    `value` None takes back what was decided for that day. A key that this release does not know may have any value: nobody asks for it.
    """

    key: str
    value: StrictBool | StrictInt | StrictStr | None
    valid_from: date | None

    @model_validator(mode="after")
    def _is_a_value_of_its_setting(self) -> Self:
        if self.value is not None and self.key in SETTINGS:
            SETTINGS[self.key].checked(self.value)
        return self


class ProvinceSettingChanged(Contract):
    type: ClassVar[str] = "chidao.directory.province-setting-changed.v1"
    state: ProvinceSettingState
    change: DecisionChange


class WorkingCalendarState(Part):
    """One decision on the working calendar of a year: all its days that depart from the plain week. `days` None takes a decision back."""

    year: int = Field(ge=1, le=9999)
    days: tuple[CalendarDay, ...] | None
    valid_from: date | None


class WorkingCalendarChanged(Contract):
    type: ClassVar[str] = "chidao.directory.working-calendar-changed.v1"
    state: WorkingCalendarState
    change: DecisionChange
