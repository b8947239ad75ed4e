"""The life of a directive before its tasks begin, as one table (rulebook 1.4, states NHAP and CHO_DUYET)."""

from enum import StrEnum

from libs.common.domain import DomainError
from services.directives.domain.vocabulary import DirectiveState


class Action(StrEnum):
    REGISTER = "REGISTER"
    CHANGE = "CHANGE"
    SUBMIT_FOR_RELEASE = "SUBMIT_FOR_RELEASE"
    RELEASE = "RELEASE"


TRANSITIONS: dict[DirectiveState, dict[Action, DirectiveState]] = {
    DirectiveState.DRAFT: {
        Action.CHANGE: DirectiveState.DRAFT,
        Action.SUBMIT_FOR_RELEASE: DirectiveState.AWAITING_RELEASE,
        Action.RELEASE: DirectiveState.RELEASED,
    },
    DirectiveState.AWAITING_RELEASE: {
        Action.CHANGE: DirectiveState.DRAFT,
        Action.RELEASE: DirectiveState.RELEASED,
    },
    DirectiveState.RELEASED: {},
}


class AlreadyReleased(DomainError):
    """A released directive is an issued document: it does not change and is not released twice."""

    code = "already-released"


class AlreadySubmitted(DomainError):
    """The directive already awaits its release."""

    code = "already-submitted"


def next_state(state: DirectiveState, action: Action) -> DirectiveState:
    """Raises AlreadyReleased or AlreadySubmitted where the table has no such step."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise AlreadyReleased if state is DirectiveState.RELEASED else AlreadySubmitted from None
