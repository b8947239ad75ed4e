"""What the directory service answers. Written by `python -m tests.portal.answers`, not by hand."""

from typing import Literal, TypedDict

from portal.route import Route


class AgencyGroupOut(TypedDict):
    key: str
    name: str
    count: int


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


class MeOut(TypedDict):
    person: "PersonOut"
    memberships: list["MembershipOut"]


class MembershipOut(TypedDict):
    id: str
    agency: "AgencyOfMembershipOut"
    position: str
    role: Literal[
        "LEADER",
        "OFFICE_LEAD",
        "OFFICE_TRACKER",
        "AGENCY_HEAD",
        "AGENCY_CLERK",
        "AGENCY_OFFICER",
        "HOME_AFFAIRS",
        "INSPECTOR",
        "SYSTEM_ADMIN",
    ]
    is_head: bool


class NamedPersonOut(TypedDict):
    id: str
    name: str
    position: str | None
    agency_id: str | None


class PageOfAgencyOut(TypedDict):
    items: list["AgencyOut"]
    next_cursor: str | None
    total: int


class PeopleOut(TypedDict):
    items: list["NamedPersonOut"]


class PersonOut(TypedDict):
    id: str
    name: str


AGENCIES: Route["PageOfAgencyOut"] = Route("directory", "/agencies")
AGENCY: Route["AgencyOut"] = Route("directory", "/agencies/{agency_id}")
AGENCY_GROUPS: Route[list["AgencyGroupOut"]] = Route("directory", "/agency-groups")
ME: Route["MeOut"] = Route("directory", "/me")
PEOPLE: Route["PeopleOut"] = Route("directory", "/people")
