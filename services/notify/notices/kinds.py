"""What is told, and to whom (rulebook 1.2, 1.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from libs.common.actor import Actor
from libs.contracts.tasks import TaskState


class NoticeKind(StrEnum):
    RELEASED = "released"
    """A task was assigned to the agency."""
    SUBMITTED = "submitted"
    """A result awaits the Office."""
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    MOVED_AWAY = "moved-away"
    """Another agency leads from now on; told to the agency that led, or reported, until then."""
    OVERDUE = "overdue"
    OVERDUE_OF_GROUP = "overdue-of-group"
    """Parts of one group that became overdue on one day."""
    OVERDUE_OF_DAY = "overdue-of-day"
    """Everything else that became overdue on one day."""


GATHERING = (NoticeKind.OVERDUE_OF_GROUP, NoticeKind.OVERDUE_OF_DAY)
"""Those that gather what was told of many tasks: they grow, and are unread again when they do (docs/decisions/0025)."""
AGENCY_ROLES = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER")
OFFICE_ROLES = ("OFFICE_TRACKER", "OFFICE_LEAD")


@dataclass(frozen=True)
class Audience:
    """Whoever acts for `agency_id` in one of `roles`. Without an agency: everybody in these roles."""

    agency_id: UUID | None
    roles: tuple[str, ...]


OFFICE = Audience(None, OFFICE_ROLES)
"""The Office and the leaders it works for. They sit in different agencies and oversee every task, so the role alone decides."""


def audience_with(actor: Actor) -> Audience | None:
    """The one audience that he belongs to; None for who is told nothing."""
    if actor.role in OFFICE_ROLES:
        return OFFICE
    return Audience(actor.agency_id, AGENCY_ROLES) if actor.role in AGENCY_ROLES else None


def lead_of(task: TaskState) -> list[Audience]:
    """The lead, and who reports in its place where it has no account."""
    agencies = (task.lead_agency_id, task.reporting_agency_id)
    return [Audience(agency_id, AGENCY_ROLES) for agency_id in agencies if agency_id is not None]


def coordinators_of(task: TaskState) -> list[Audience]:
    return [Audience(one.agency_id, AGENCY_ROLES) for one in task.assignments if one.role == "COORDINATING"]


def office_of(_: TaskState) -> list[Audience]:
    return [OFFICE]


def lead_and_coordinators_of(task: TaskState) -> list[Audience]:
    return [*lead_of(task), *coordinators_of(task)]


def lead_and_office_of(task: TaskState) -> list[Audience]:
    return [*lead_of(task), *office_of(task)]


AUDIENCES: dict[NoticeKind, Callable[[TaskState], list[Audience]]] = {
    NoticeKind.RELEASED: lead_and_coordinators_of,
    NoticeKind.SUBMITTED: office_of,
    NoticeKind.CONFIRMED: lead_of,
    NoticeKind.RETURNED: lead_of,
    NoticeKind.OVERDUE: lead_and_office_of,
    NoticeKind.OVERDUE_OF_GROUP: office_of,
    NoticeKind.OVERDUE_OF_DAY: office_of,
}
"""Kind → who hears of it."""
