"""What is told, and to whom (rulebook 1.2, 1.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from libs.contracts.tasks import TaskState


class NoticeKind(StrEnum):
    RELEASED = "released"
    """A task was assigned to the agency."""
    SUBMITTED = "submitted"
    """A result awaits the Office."""
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    OVERDUE = "overdue"


AGENCY_ROLES = ("AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER")
OFFICE_ROLES = ("OFFICE_TRACKER", "OFFICE_LEAD")


@dataclass(frozen=True)
class Audience:
    """Whoever acts for `agency_id` in one of `roles`. Without an agency: everybody in these roles."""

    agency_id: UUID | None
    roles: tuple[str, ...]


def lead_of(task: TaskState) -> list[Audience]:
    return [Audience(task.lead_agency_id, AGENCY_ROLES)] if task.lead_agency_id is not None else []


def coordinators_of(task: TaskState) -> list[Audience]:
    return [Audience(one.agency_id, AGENCY_ROLES) for one in task.assignments if one.role == "COORDINATING"]


def office_of(_: TaskState) -> list[Audience]:
    """The Office and the leaders it works for. They sit in different agencies and oversee every task, so the role alone decides."""
    return [Audience(None, OFFICE_ROLES)]


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
}
"""Kind → who hears of it."""
