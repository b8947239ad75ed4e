"""Who manages whose people, and which roles he gives and ends: tables, default deny (rulebook 1.2, 4.5; decision 0038).

| acting as                                         | manages the people of | gives and ends                                 |
|---------------------------------------------------|-----------------------|------------------------------------------------|
| SYSTEM_ADMIN                                      | every agency          | every role, and names its head                 |
| AGENCY_HEAD                                       | his own               | AGENCY_HEAD, AGENCY_CLERK, AGENCY_OFFICER      |
| AGENCY_CLERK                                      | his own               | AGENCY_CLERK, AGENCY_OFFICER                   |
| OFFICE_LEAD                                       | his own, the Office   | OFFICE_TRACKER, AGENCY_CLERK, AGENCY_OFFICER   |
| LEADER, OFFICE_TRACKER, AGENCY_OFFICER,           | nobody                | none                                           |
| HOME_AFFAIRS, INSPECTOR                           |                       |                                                |

Beside the table: an agency has the roles of its kind alone, nobody changes his own rights, and whoever heads an agency is named and
recalled from above it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import DomainError, Forbidden, Refusal
from services.directory.domain.agency import AgencyKind
from services.directory.domain.membership import Place, Role


class Manages(Enum):
    ALL_AGENCIES = "all-agencies"
    OWN_AGENCY = "own-agency"
    NONE = "none"


class OwnRights(DomainError):
    """Nobody gives himself a right, nor takes one from himself: another one answers for it."""

    code = "own-rights"
    refusal = Refusal.FORBIDDEN


class RoleNotYoursToGive(DomainError):
    """A role that reaches further than what one may give."""

    code = "role-not-yours-to-give"
    refusal = Refusal.FORBIDDEN
    field = "role"


class HeadNotYoursToName(DomainError):
    """Whoever heads an agency is appointed from above it."""

    code = "head-not-yours-to-name"
    refusal = Refusal.FORBIDDEN
    field = "is_head"


class RoleNotOfThisAgency(DomainError):
    """Agencies of this kind have no such role."""

    code = "role-not-of-this-agency"
    refusal = Refusal.NEVER_RIGHT
    field = "role"


class LastWhoManages(DomainError):
    """Nobody of the agency could manage its people any more. Only an administrator may mean that, and says so (`leaves_nobody`)."""

    code = "last-who-manages"
    field = "leaves_nobody"


class LastAdministrator(DomainError):
    """Nobody could give rights any more, not even those that were given up."""

    code = "last-administrator"


FROM_THE_LEAST = (
    Role.AGENCY_OFFICER,
    Role.AGENCY_CLERK,
    Role.AGENCY_HEAD,
    Role.OFFICE_TRACKER,
    Role.OFFICE_LEAD,
    Role.HOME_AFFAIRS,
    Role.INSPECTOR,
    Role.LEADER,
    Role.SYSTEM_ADMIN,
)
"""In the order in which they are offered, so that nobody is given more than was chosen."""
OF_AN_AGENCY = frozenset({Role.AGENCY_HEAD, Role.AGENCY_CLERK, Role.AGENCY_OFFICER})
ROLES_OF_KIND: Mapping[AgencyKind, frozenset[Role]] = {
    AgencyKind.PROVINCE_COMMITTEE: frozenset({Role.LEADER, Role.AGENCY_HEAD}),
    AgencyKind.OFFICE: OF_AN_AGENCY | {Role.OFFICE_LEAD, Role.OFFICE_TRACKER, Role.SYSTEM_ADMIN},
    # Home Affairs, the Inspectorate and the technical owner are departments; which one it is, the administrator knows who gives the role.
    AgencyKind.DEPARTMENT: OF_AN_AGENCY | {Role.HOME_AFFAIRS, Role.INSPECTOR, Role.SYSTEM_ADMIN},
    AgencyKind.CENTRAL_BRANCH: OF_AN_AGENCY,
    AgencyKind.PUBLIC_UNIT: OF_AN_AGENCY,
    AgencyKind.STATE_ENTERPRISE: OF_AN_AGENCY,
    AgencyKind.MASS_ORGANISATION: OF_AN_AGENCY,
    AgencyKind.WORKING_GROUP: OF_AN_AGENCY,
    AgencyKind.COMMUNE: OF_AN_AGENCY,
    AgencyKind.WARD: OF_AN_AGENCY,
    AgencyKind.SPECIAL_ZONE: OF_AN_AGENCY,
    # Inspection committees of the Party have standing read access.
    AgencyKind.EXTERNAL: OF_AN_AGENCY | {Role.INSPECTOR},
}
"""Which roles there are in an agency (rulebook 1.2). Of a district there is only history."""


@dataclass(frozen=True)
class Right:
    """Whose people somebody manages, and which roles he gives and ends there."""

    manages: Manages
    gives: frozenset[Role]


NO_RIGHT = Right(Manages.NONE, frozenset())
RIGHTS: Mapping[str, Right] = {
    "SYSTEM_ADMIN": Right(Manages.ALL_AGENCIES, frozenset(Role)),
    "AGENCY_HEAD": Right(Manages.OWN_AGENCY, OF_AN_AGENCY),
    "AGENCY_CLERK": Right(Manages.OWN_AGENCY, frozenset({Role.AGENCY_CLERK, Role.AGENCY_OFFICER})),
    "OFFICE_LEAD": Right(Manages.OWN_AGENCY, frozenset({Role.OFFICE_TRACKER, Role.AGENCY_CLERK, Role.AGENCY_OFFICER})),
}
MANAGE_THEIR_OWN = frozenset(Role(role) for role, right in RIGHTS.items() if right.manages is Manages.OWN_AGENCY)


def _right_of(actor: Actor) -> Right:
    return RIGHTS.get(actor.role, NO_RIGHT)


def manages_anybody(actor: Actor) -> bool:
    return _right_of(actor).manages is not Manages.NONE


def manages_people_of(actor: Actor, agency_id: UUID) -> bool:
    manages = _right_of(actor).manages
    return manages is Manages.ALL_AGENCIES or (manages is Manages.OWN_AGENCY and actor.agency_id == agency_id)


def permit_to_manage(actor: Actor, agency_id: UUID) -> None:
    """Raises Forbidden: agencies are no secret."""
    if not manages_people_of(actor, agency_id):
        raise Forbidden


def names_heads(actor: Actor) -> bool:
    return _right_of(actor).manages is Manages.ALL_AGENCIES


def roles_to_give(actor: Actor, agency_id: UUID, kind: AgencyKind) -> list[Role]:
    """Those that somebody may give in an agency of this kind, the least first; none where he does not manage its people."""
    if not manages_people_of(actor, agency_id):
        return []
    there = ROLES_OF_KIND.get(kind, frozenset())
    return [role for role in FROM_THE_LEAST if role in there and role in _right_of(actor).gives]


def permit_to_end(actor: Actor, place: Place) -> None:
    """Whoever may give it may end it. Raises Forbidden, OwnRights, HeadNotYoursToName and RoleNotYoursToGive."""
    permit_to_manage(actor, place.agency_id)
    if place.person_id == actor.person_id:
        raise OwnRights
    if place.is_head and not names_heads(actor):
        raise HeadNotYoursToName
    if place.role not in _right_of(actor).gives:
        raise RoleNotYoursToGive


def permit_to_give(actor: Actor, place: Place, kind: AgencyKind) -> None:
    """`kind` is that of the agency. Raises the same, and RoleNotOfThisAgency."""
    permit_to_end(actor, place)
    if place.role not in ROLES_OF_KIND.get(kind, frozenset()):
        raise RoleNotOfThisAgency


def may_end(actor: Actor, place: Place) -> bool:
    try:
        permit_to_end(actor, place)
    except DomainError:
        return False
    return True


def permit_to_leave_nobody(actor: Actor, role: Role, *, is_meant: bool) -> None:
    """When nobody else lasts who manages what whoever had this role did. Raises LastAdministrator, and LastWhoManages unless it is meant
    by one who may."""
    if role is Role.SYSTEM_ADMIN:
        raise LastAdministrator
    if not (is_meant and names_heads(actor)):
        raise LastWhoManages
