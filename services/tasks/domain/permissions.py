"""Who may do what with a task: (role, relation of his agency to the task) × action, default deny (rulebook 1.2, 1.4, 1.13).

| action          | who                                                            |
|-----------------|----------------------------------------------------------------|
| ACCEPT          | head or clerk of the lead agency                               |
| REPORT_PROGRESS | head, clerk or officer of the lead agency                      |
| SUBMIT_RESULT   | head or clerk of the lead agency                               |
| CONFIRM, RETURN_RESULT | Office tracker, Office leader                           |

The agency that reports in place of a lead without an account may what the lead may (rulebook 1.14). Whoever took over from an agency that
has ended has its part at once; where several did, or none, the Office leader chooses who leads (rulebook 1.11, 1.15): `may_choose_lead`.
Nobody confirms what he entered or submitted himself, and what the Office or the Committee leads or reports is confirmed by an Office
leader (rulebook 1.14): `other_hands`.
"""

from enum import StrEnum
from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import Forbidden
from services.tasks.domain.lifecycle import TRANSITIONS, Action, State
from services.tasks.domain.task import STRENGTH, Task


class OwnResult(Forbidden):
    """Nobody confirms what he entered or submitted himself, in whatever membership he acts."""

    code = "own-result"


class OfficeLeaderConfirms(Forbidden):
    """A result of the Office, or of the Committee itself, is confirmed by an Office leader."""

    code = "office-leader-confirms"


class Relation(StrEnum):
    LEAD = "LEAD"
    """Cơ quan chủ trì."""
    REPORTING = "REPORTING"
    """Cơ quan báo cáo thay: acts for a lead that has no account."""
    COORDINATING = "COORDINATING"
    """Cơ quan phối hợp: sees, does not report the result."""
    OVERSIGHT = "OVERSIGHT"
    """Leaders, the Office and inspection see every task."""
    NONE = "NONE"


OVERSIGHT_ROLES = frozenset({"LEADER", "OFFICE_LEAD", "OFFICE_TRACKER", "INSPECTOR"})
# They see what their agency leads, coordinates or reports for another. An administrator configures, and has no part in the tasks.
AGENCY_ROLES = frozenset({"AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS"})

RECEIVES_AND_REPORTS = frozenset({Action.ACCEPT, Action.REPORT_PROGRESS, Action.SUBMIT_RESULT})
ALLOWED: dict[tuple[str, Relation], frozenset[Action]] = {
    ("AGENCY_HEAD", Relation.LEAD): RECEIVES_AND_REPORTS,
    ("AGENCY_CLERK", Relation.LEAD): RECEIVES_AND_REPORTS,
    ("AGENCY_OFFICER", Relation.LEAD): frozenset({Action.REPORT_PROGRESS}),
    ("AGENCY_HEAD", Relation.REPORTING): RECEIVES_AND_REPORTS,
    ("AGENCY_CLERK", Relation.REPORTING): RECEIVES_AND_REPORTS,
    ("AGENCY_OFFICER", Relation.REPORTING): frozenset({Action.REPORT_PROGRESS}),
    ("OFFICE_TRACKER", Relation.OVERSIGHT): frozenset({Action.CONFIRM, Action.RETURN_RESULT}),
    ("OFFICE_LEAD", Relation.OVERSIGHT): frozenset({Action.CONFIRM, Action.RETURN_RESULT}),
}


def relation_of(actor: Actor, task: Task) -> Relation:
    if actor.role in OVERSIGHT_ROLES:
        return Relation.OVERSIGHT
    agency = agency_that_sees(actor)
    parts = {one.role for one in task.in_force if one.held_by == agency}
    return next((Relation(role.value) for role in STRENGTH if role in parts), Relation.NONE)


def agency_that_sees(actor: Actor) -> UUID | None:
    """The agency whose tasks this actor sees, who does not see all."""
    return actor.agency_id if actor.role in AGENCY_ROLES else None


def own_agency(actor: Actor) -> UUID | None:
    """The agency whose own work this actor lists: of those who oversee as well, for the Office may lead like any other (rulebook 1.14)."""
    return actor.agency_id if actor.role in AGENCY_ROLES | OVERSIGHT_ROLES else None


def actions_of(actor: Actor, task: Task) -> frozenset[Action]:
    """What this actor may ever do with this task, whatever its state. A group is done by its members, so nobody acts on it."""
    if task.is_group:
        return frozenset()
    return ALLOWED.get((actor.role, relation_of(actor, task)), frozenset())


def left_to_others(actor: Actor, task: Task) -> dict[Action, frozenset[str]]:
    """What the agency that reports can do next and this actor of it may not, each with the roles of those who may."""
    own_relation = relation_of(actor, task)
    if own_relation not in (Relation.LEAD, Relation.REPORTING):
        return {}
    own = actions_of(actor, task)
    found = {
        action: frozenset(role for (role, relation), actions in ALLOWED.items() if relation is own_relation and action in actions)
        for action in TRANSITIONS[task.state]
        if action not in own
    }
    return {action: roles for action, roles in found.items() if roles}


def may_choose_lead(actor: Actor) -> bool:
    """Of a task whose lead has ended, and no one agency took over."""
    return actor.role == "OFFICE_LEAD"


def permit_to_choose_lead(actor: Actor) -> None:
    """Raises Forbidden."""
    if not may_choose_lead(actor):
        raise Forbidden


def permit_to_oversee(actor: Actor) -> None:
    """Raises Forbidden for whoever does not see every task."""
    if actor.role not in OVERSIGHT_ROLES:
        raise Forbidden


def permit_to_see_numbers(actor: Actor) -> None:
    """How many tasks an agency has, and none of them: an administrator plans by it. Raises Forbidden."""
    if actor.role not in OVERSIGHT_ROLES | {"SYSTEM_ADMIN"}:
        raise Forbidden


def permit(actor: Actor, action: Action, task: Task) -> None:
    """Raises Forbidden, OwnResult or OfficeLeaderConfirms."""
    if action not in actions_of(actor, task):
        raise Forbidden(f"{actor.role} of this agency may not {action}")
    others = other_hands(actor, action, task)
    if others is not None:
        raise others


def other_hands(actor: Actor, action: Action, task: Task) -> type[Forbidden] | None:
    """Why whoever may confirm at all may not confirm this one (rulebook 1.14): OwnResult or OfficeLeaderConfirms; None where he may."""
    if action is not Action.CONFIRM or task.state is not State.AWAITING_CONFIRMATION:
        return None
    if actor.person_id in task.course.origin.persons:
        return OwnResult
    if task.course.origin.of_the_house and actor.role != "OFFICE_LEAD":
        return OfficeLeaderConfirms
    return None
