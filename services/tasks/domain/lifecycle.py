"""The life of a task, as one table (rulebook 1.4). Screens, answers, the picture in the documents and the tests are made from it."""

from enum import StrEnum

from libs.common.domain import DomainError


class State(StrEnum):
    ASSIGNED = "ASSIGNED"
    """DA_GIAO, đã giao."""
    ACCEPTED = "ACCEPTED"
    """DA_NHAN, đã tiếp nhận."""
    IN_PROGRESS = "IN_PROGRESS"
    """DANG_TH, đang thực hiện."""
    AWAITING_CONFIRMATION = "AWAITING_CONFIRMATION"
    """CHO_XAC_NHAN, chờ Văn phòng xác nhận."""
    RESULT_RETURNED = "RESULT_RETURNED"
    """KQ_TRA_LAI, kết quả bị trả lại."""
    COMPLETED = "COMPLETED"
    """HOAN_THANH, hoàn thành."""


class Action(StrEnum):
    ACCEPT = "ACCEPT"
    """Tiếp nhận."""
    REPORT_PROGRESS = "REPORT_PROGRESS"
    """Báo cáo tiến độ."""
    SUBMIT_RESULT = "SUBMIT_RESULT"
    """Báo cáo hoàn thành."""
    CONFIRM = "CONFIRM"
    """Xác nhận kết quả."""
    RETURN_RESULT = "RETURN_RESULT"
    """Trả lại kết quả."""


TRANSITIONS: dict[State, dict[Action, State]] = {
    State.ASSIGNED: {
        Action.ACCEPT: State.ACCEPTED,
    },
    State.ACCEPTED: {
        Action.REPORT_PROGRESS: State.IN_PROGRESS,
        Action.SUBMIT_RESULT: State.AWAITING_CONFIRMATION,
    },
    State.IN_PROGRESS: {
        Action.REPORT_PROGRESS: State.IN_PROGRESS,
        Action.SUBMIT_RESULT: State.AWAITING_CONFIRMATION,
    },
    State.AWAITING_CONFIRMATION: {
        Action.CONFIRM: State.COMPLETED,
        Action.RETURN_RESULT: State.RESULT_RETURNED,
    },
    State.RESULT_RETURNED: {
        Action.SUBMIT_RESULT: State.AWAITING_CONFIRMATION,
    },
    State.COMPLETED: {},
}


class ActionNotAllowed(DomainError):
    """Not in this state now; `state` says which it is."""

    code = "action-not-allowed"


class AlreadyConfirmed(ActionNotAllowed):
    """A confirmed result stays confirmed."""

    code = "already-confirmed"


class NotAccepted(ActionNotAllowed):
    """The agency has not accepted the task yet."""

    code = "not-accepted"


class AlreadyAccepted(ActionNotAllowed):
    """The task was accepted before."""

    code = "already-accepted"


class AwaitsConfirmation(ActionNotAllowed):
    """A result awaits the Office's decision; until then the agency changes nothing."""

    code = "awaits-confirmation"


class NoResultToDecide(ActionNotAllowed):
    """There is no result that awaits a decision."""

    code = "no-result-to-decide"


class ResultIsReturned(ActionNotAllowed):
    """After a return the next word is a new result."""

    code = "result-is-returned"


def next_state(state: State, action: Action) -> State:
    """Raises ActionNotAllowed, in the words of the state, where the table has no such step."""
    refused = why_not(state, action)
    if refused is not None:
        raise refused(state=state.value)
    return TRANSITIONS[state][action]


def why_not(state: State, action: Action) -> type[ActionNotAllowed] | None:
    """How the state refuses this step; None where the table has it."""
    if action in TRANSITIONS[state]:
        return None
    if state is State.COMPLETED:
        return AlreadyConfirmed
    if action is Action.ACCEPT:
        return AlreadyAccepted
    if action in (Action.CONFIRM, Action.RETURN_RESULT):
        return NoResultToDecide
    if state is State.ASSIGNED:
        return NotAccepted
    if state is State.AWAITING_CONFIRMATION:
        return AwaitsConfirmation
    return ResultIsReturned if state is State.RESULT_RETURNED else ActionNotAllowed
