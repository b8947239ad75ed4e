"""What the directory service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Literal, TypedDict

from portal.route import Route


class AgencyConcernedOut(TypedDict):
    id: str
    name: str
    short_name: str
    kind: Literal["PROVINCE_COMMITTEE", "OFFICE", "DEPARTMENT", "CENTRAL_BRANCH", "PUBLIC_UNIT", "STATE_ENTERPRISE", "MASS_ORGANISATION", "WORKING_GROUP", "COMMUNE", "WARD", "SPECIAL_ZONE", "DISTRICT", "EXTERNAL"]
    people: int
    heads: int
    is_new: bool


class AgencyGroupOut(TypedDict):
    key: str
    name: str
    count: int


class AgencyInTreeOut(TypedDict):
    id: str
    name: str
    short_name: str
    kind: Literal["PROVINCE_COMMITTEE", "OFFICE", "DEPARTMENT", "CENTRAL_BRANCH", "PUBLIC_UNIT", "STATE_ENTERPRISE", "MASS_ORGANISATION", "WORKING_GROUP", "COMMUNE", "WARD", "SPECIAL_ZONE", "DISTRICT", "EXTERNAL"]
    scope: str
    parent_id: str | None
    valid_from: str | None
    valid_to: str | None
    is_within: bool
    origins: list[SuccessorOut]


class AgencyOfMembershipOut(TypedDict):
    id: str
    key: str
    name: str
    short_name: str
    kind: str


class AgencyOut(TypedDict):
    id: str
    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: str | None
    valid_from: str | None
    valid_to: str | None
    matched_alias: str | None
    successors: list[SuccessorOut]


class AgencyRecordOut(TypedDict):
    id: str
    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: str | None
    valid_from: str | None
    valid_to: str | None
    matched_alias: str | None
    successors: list[SuccessorOut]
    names: list[NameOut]
    codes: list[CodeOut]
    parents: list[ParentOut]
    came_from: list[TakeOverOut]
    became: list[TakeOverOut]
    version: int
    may_see_people: bool
    may_change: bool


class AgencyTreeOut(TypedDict):
    day: str
    items: list[AgencyInTreeOut]
    ended: int
    may_add: list[Literal["PROVINCE_COMMITTEE", "OFFICE", "DEPARTMENT", "CENTRAL_BRANCH", "PUBLIC_UNIT", "STATE_ENTERPRISE", "MASS_ORGANISATION", "WORKING_GROUP", "COMMUNE", "WARD", "SPECIAL_ZONE", "DISTRICT", "EXTERNAL"]]


class CalendarDayOut(TypedDict):
    date: str
    type: Literal["LE", "BU", "HOAN_DOI_NGHI", "HOAN_DOI_LAM"]
    name: str
    legal_basis: str | None
    pending: bool


class CalendarDecisionOut(TypedDict):
    version: int
    valid_from: str | None
    standing: Literal["IN_FORCE", "PLANNED", "PAST", "REPLACED", "WITHDRAWN", "WITHDRAWAL"]
    reason: str
    decided_by: str | None
    decided_at: str
    days: list[CalendarDayOut] | None


class CalendarOut(TypedDict):
    year: int
    version: int
    days: list[CalendarDayOut]
    working_days: int
    last_planned: str | None
    may_decide: bool
    decisions: list[CalendarDecisionOut]


class CodeOut(TypedDict):
    kind: Literal["IDENTIFIER", "FORMER_IDENTIFIER", "ADMINISTRATIVE_UNIT"]
    code: str


class ConsequencesOut(TypedDict):
    before: list[AgencyConcernedOut]
    after: list[AgencyConcernedOut]
    ending: list[str]
    subordinates: list[ReorganisedAgencyOut]
    moves_by_itself: bool
    people_moving: int
    heads_meeting: int
    people_without_place: int


class EndedAgencyOut(TypedDict):
    id: str
    name: str
    short_name: str
    kind: Literal["PROVINCE_COMMITTEE", "OFFICE", "DEPARTMENT", "CENTRAL_BRANCH", "PUBLIC_UNIT", "STATE_ENTERPRISE", "MASS_ORGANISATION", "WORKING_GROUP", "COMMUNE", "WARD", "SPECIAL_ZONE", "DISTRICT", "EXTERNAL"]
    scope: str
    valid_from: str | None
    valid_to: str
    successors: list[SuccessorOut]


class HeldMembershipOut(TypedDict):
    id: str
    version: int
    person_id: str
    name: str
    officer_code: str | None
    agency_id: str
    position: str
    role: Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]
    is_head: bool
    valid_from: str | None
    valid_to: str | None
    may_change: bool


class MeOut(TypedDict):
    person: PersonOut
    memberships: list[MembershipOut]


class MemberOut(TypedDict):
    id: str
    name: str
    position: str
    role: Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]
    is_head: bool
    valid_from: str | None
    valid_to: str | None


class MembershipActOut(TypedDict):
    membership_id: str
    version: int
    act: Literal["GIVEN", "ENDED"]
    occurred_at: str
    person_id: str
    name: str
    position: str
    role: Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]
    valid_from: str | None
    valid_to: str | None
    reason: str
    actor_person_id: str | None
    actor_agency_id: str | None


class MembershipOut(TypedDict):
    id: str
    agency: AgencyOfMembershipOut
    position: str
    role: Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]
    is_head: bool


class NameOut(TypedDict):
    name: str
    is_former: bool


class NamedAgencyOut(TypedDict):
    id: str
    name: str
    short_name: str


class NamedPersonOut(TypedDict):
    id: str
    name: str
    position: str | None
    agency_id: str | None


class OneMembershipOut(TypedDict):
    id: str
    version: int
    person_id: str
    name: str
    officer_code: str | None
    agency_id: str
    position: str
    role: Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]
    is_head: bool
    valid_from: str | None
    valid_to: str | None
    may_change: bool
    is_last_who_manages: bool


class PageOfAgencyOut(TypedDict):
    items: list[AgencyOut]
    next_cursor: str | None
    total: int | None


class PageOfEndedAgencyOut(TypedDict):
    items: list[EndedAgencyOut]
    next_cursor: str | None
    total: int | None


class PageOfHeldMembershipOut(TypedDict):
    items: list[HeldMembershipOut]
    next_cursor: str | None
    total: int | None


class PageOfMemberOut(TypedDict):
    items: list[MemberOut]
    next_cursor: str | None
    total: int | None


class PageOfMembershipActOut(TypedDict):
    items: list[MembershipActOut]
    next_cursor: str | None
    total: int | None


class PageOfReorganisationOut(TypedDict):
    items: list[ReorganisationOut]
    next_cursor: str | None
    total: int | None


class ParentOut(TypedDict):
    id: str
    name: str
    short_name: str
    valid_to: str | None


class PeopleOut(TypedDict):
    items: list[NamedPersonOut]


class PeopleRightsOut(TypedDict):
    manages: bool
    may_give: list[Literal["LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS", "INSPECTOR", "SYSTEM_ADMIN"]]
    may_name_head: bool


class PersonOut(TypedDict):
    id: str
    name: str


class RecognisedNameOut(TypedDict):
    typed: str
    agency: NamedAgencyOut | None
    was_called: str | None
    offers: list[NamedAgencyOut]


class ReorganisationOut(TypedDict):
    id: str
    version: int
    kind: Literal["MERGE", "SPLIT", "CARVE_OUT", "DISSOLVE", "RENAME"]
    standing: Literal["PLANNED", "WITHDRAWN", "IN_EFFECT"]
    before: list[ReorganisedAgencyOut]
    after: list[ReorganisedAgencyOut]
    ending: list[str]
    effective_on: str
    legal_basis: str
    planned_by: str | None
    planned_at: str
    withdrawn_because: str | None
    may_withdraw: bool


class ReorganisationWithConsequencesOut(TypedDict):
    id: str
    version: int
    kind: Literal["MERGE", "SPLIT", "CARVE_OUT", "DISSOLVE", "RENAME"]
    standing: Literal["PLANNED", "WITHDRAWN", "IN_EFFECT"]
    before: list[ReorganisedAgencyOut]
    after: list[ReorganisedAgencyOut]
    ending: list[str]
    effective_on: str
    legal_basis: str
    planned_by: str | None
    planned_at: str
    withdrawn_because: str | None
    may_withdraw: bool
    consequences: ConsequencesOut | None


class ReorganisedAgencyOut(TypedDict):
    id: str
    name: str
    short_name: str


class SettingDecisionOut(TypedDict):
    version: int
    valid_from: str | None
    standing: Literal["IN_FORCE", "PLANNED", "PAST", "REPLACED", "WITHDRAWN", "WITHDRAWAL"]
    reason: str
    decided_by: str | None
    decided_at: str
    value: bool | int | str | None


class SettingOut(TypedDict):
    key: str
    version: int
    kind: Literal["choice", "number", "yes-no"]
    choices: list[str]
    least: int | None
    most: int | None
    today: bool | int | str
    may_decide: bool
    decisions: list[SettingDecisionOut]


class SuccessorOut(TypedDict):
    id: str
    name: str
    short_name: str


class TakeOverOut(TypedDict):
    day: str
    ended: list[SuccessorOut]
    successors: list[SuccessorOut]


AGENCIES: Route[PageOfAgencyOut] = Route("directory", "/agencies")
AGENCY: Route[AgencyRecordOut] = Route("directory", "/agencies/{agency_id}")
ENDED_MEMBERSHIPS_OF_AGENCY: Route[PageOfHeldMembershipOut] = Route("directory", "/agencies/{agency_id}/ended-memberships")
MEMBERSHIP_HISTORY_OF_AGENCY: Route[PageOfMembershipActOut] = Route("directory", "/agencies/{agency_id}/membership-history")
MEMBERSHIPS_OF_AGENCY: Route[PageOfHeldMembershipOut] = Route("directory", "/agencies/{agency_id}/memberships")
PEOPLE_OF_AGENCY: Route[PageOfMemberOut] = Route("directory", "/agencies/{agency_id}/people")
PEOPLE_RIGHTS_OF_AGENCY: Route[PeopleRightsOut] = Route("directory", "/agencies/{agency_id}/people-rights")
AGENCY_GROUPS: Route[list[AgencyGroupOut]] = Route("directory", "/agency-groups")
AGENCY_TREE: Route[AgencyTreeOut] = Route("directory", "/agency-tree")
ENDED_AGENCIES: Route[PageOfEndedAgencyOut] = Route("directory", "/ended-agencies")
ME: Route[MeOut] = Route("directory", "/me")
MEMBERSHIP: Route[OneMembershipOut] = Route("directory", "/memberships/{membership_id}")
NAMED_AGENCIES: Route[list[RecognisedNameOut]] = Route("directory", "/named-agencies")
PEOPLE: Route[PeopleOut] = Route("directory", "/people")
PROVINCE_CALENDARS: Route[list[int]] = Route("directory", "/province/calendars")
CALENDAR_OF_YEAR: Route[CalendarOut] = Route("directory", "/province/calendars/{year}")
PROVINCE_SETTINGS: Route[list[SettingOut]] = Route("directory", "/province/settings")
SETTING_OF_KEY: Route[SettingOut] = Route("directory", "/province/settings/{key}")
REORGANISATIONS: Route[PageOfReorganisationOut] = Route("directory", "/reorganisations")
REORGANISATION: Route[ReorganisationWithConsequencesOut] = Route("directory", "/reorganisations/{reorganisation_id}")
