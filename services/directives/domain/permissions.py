"""Who may do what with a directive: a table, default deny (rulebook 1.2, 1.4)."""

from collections.abc import Sequence
from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import Forbidden
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.lifecycle import Action

_OFFICE = frozenset({"OFFICE_TRACKER", "OFFICE_LEAD"})

ALLOWED: dict[Action, frozenset[str]] = {
    Action.REGISTER: _OFFICE,
    Action.CHANGE: _OFFICE,
    Action.SUBMIT_FOR_RELEASE: _OFFICE,
    Action.RELEASE: frozenset({"OFFICE_LEAD"}),
}
SEES_ALL = _OFFICE | {"LEADER", "INSPECTOR"}
# An administrator configures, and has no part in the tasks.
SEES_OWN_AGENCY = frozenset({"AGENCY_HEAD", "AGENCY_CLERK", "AGENCY_OFFICER", "HOME_AFFAIRS"})


def roles_allowed(action: Action, *, release_needs_approval: bool) -> frozenset[str]:
    """A tracker releases himself only where the setting says that a release needs no approval."""
    if action is Action.RELEASE and not release_needs_approval:
        return ALLOWED[action] | {"OFFICE_TRACKER"}
    return ALLOWED[action]


def permit(actor: Actor, action: Action, *, release_needs_approval: bool = True) -> None:
    """Raises Forbidden."""
    if actor.role not in roles_allowed(action, release_needs_approval=release_needs_approval):
        raise Forbidden(f"{actor.role} may not {action}")


def sees_all(actor: Actor) -> bool:
    return actor.role in SEES_ALL


def agency_that_sees(actor: Actor) -> UUID | None:
    """The agency whose released instructions this actor sees, who does not see all."""
    return actor.agency_id if actor.role in SEES_OWN_AGENCY else None


def instructions_seen(actor: Actor, directive: Directive) -> Sequence[Instruction]:
    """Of a document that an agency may open: what it has a part in, and nothing of the others' work (rulebook 1.13)."""
    if sees_all(actor):
        return directive.instructions
    agency = agency_that_sees(actor)
    return [one for one in directive.instructions if agency in one.agency_ids]
