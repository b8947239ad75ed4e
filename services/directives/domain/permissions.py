"""Who may do what with a directive: a table, default deny (rulebook 1.2, 1.4)."""

from libs.common.actor import Actor
from libs.common.domain import Forbidden
from services.directives.domain.lifecycle import Action

_OFFICE = frozenset({"OFFICE_TRACKER", "OFFICE_LEAD"})

ALLOWED: dict[Action, frozenset[str]] = {
    Action.REGISTER: _OFFICE,
    Action.CHANGE: _OFFICE,
    Action.SUBMIT_FOR_RELEASE: _OFFICE,
    Action.RELEASE: frozenset({"OFFICE_LEAD"}),
}
SEES_ALL = _OFFICE | {"LEADER", "INSPECTOR"}


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
    """Others see what was released to their agency."""
    return actor.role in SEES_ALL
