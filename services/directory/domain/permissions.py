"""Who may do what with agencies and their people: tables, default deny (rulebook 1.2, 4.6).

| role                                            | adds and names agencies | people of an agency, with their positions |
|-------------------------------------------------|-------------------------|-------------------------------------------|
| LEADER, OFFICE_LEAD, OFFICE_TRACKER, INSPECTOR  | no                      | of every agency                           |
| AGENCY_HEAD, AGENCY_CLERK, AGENCY_OFFICER       | no                      | of their own                              |
| HOME_AFFAIRS                                    | no                      | of their own                              |
| SYSTEM_ADMIN                                    | yes                     | of every agency                           |

Whoever adds agencies reorganises them too, and alone sees what is planned before its day.
Agencies themselves are public: everybody signed in sees the tree of any day. Why people are not: docs/decisions/0036-who-sees-people.md.
"""

from enum import Enum
from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import Forbidden


class SeesPeople(Enum):
    OF_ALL_AGENCIES = "of-all-agencies"
    OF_OWN_AGENCY = "of-own-agency"
    NONE = "none"


CHANGES_AGENCIES = frozenset({"SYSTEM_ADMIN"})
PEOPLE_OF_AGENCIES: dict[str, SeesPeople] = {
    "LEADER": SeesPeople.OF_ALL_AGENCIES,
    "OFFICE_LEAD": SeesPeople.OF_ALL_AGENCIES,
    "OFFICE_TRACKER": SeesPeople.OF_ALL_AGENCIES,
    "INSPECTOR": SeesPeople.OF_ALL_AGENCIES,
    "SYSTEM_ADMIN": SeesPeople.OF_ALL_AGENCIES,
    "AGENCY_HEAD": SeesPeople.OF_OWN_AGENCY,
    "AGENCY_CLERK": SeesPeople.OF_OWN_AGENCY,
    "AGENCY_OFFICER": SeesPeople.OF_OWN_AGENCY,
    "HOME_AFFAIRS": SeesPeople.OF_OWN_AGENCY,
}


def may_change_agencies(actor: Actor) -> bool:
    return actor.role in CHANGES_AGENCIES


def permit_to_change_agencies(actor: Actor) -> None:
    """Raises Forbidden."""
    if not may_change_agencies(actor):
        raise Forbidden


def sees_people_of(actor: Actor, agency_id: UUID) -> bool:
    seen = PEOPLE_OF_AGENCIES.get(actor.role, SeesPeople.NONE)
    return seen is SeesPeople.OF_ALL_AGENCIES or (seen is SeesPeople.OF_OWN_AGENCY and actor.agency_id == agency_id)
