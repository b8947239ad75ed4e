"""The tables of the life cycles: every state is reached, and nothing is possible that the rulebook does not know."""

import pytest

from services.directives.domain import lifecycle as directive_lifecycle
from services.directives.domain.vocabulary import DirectiveState
from services.tasks.domain.lifecycle import TRANSITIONS, Action, ActionNotAllowed, State, next_state

# Rulebook 1.4, as far as it is built: (from, action) → to.
RULEBOOK = {
    ("ASSIGNED", "ACCEPT"): "ACCEPTED",
    ("ACCEPTED", "REPORT_PROGRESS"): "IN_PROGRESS",
    ("IN_PROGRESS", "REPORT_PROGRESS"): "IN_PROGRESS",
    ("ACCEPTED", "SUBMIT_RESULT"): "AWAITING_CONFIRMATION",
    ("IN_PROGRESS", "SUBMIT_RESULT"): "AWAITING_CONFIRMATION",
    ("RESULT_RETURNED", "SUBMIT_RESULT"): "AWAITING_CONFIRMATION",
    ("AWAITING_CONFIRMATION", "CONFIRM"): "COMPLETED",
    ("AWAITING_CONFIRMATION", "RETURN_RESULT"): "RESULT_RETURNED",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_every_step(state: State, action: Action) -> None:
    expected = RULEBOOK.get((state.value, action.value))
    if expected is None:
        with pytest.raises(ActionNotAllowed) as refused:
            next_state(state, action)
        assert refused.value.code
    else:
        assert next_state(state, action) == expected


def test_every_state_is_reached() -> None:
    assert set(TRANSITIONS) == set(State)
    reached = {target for steps in TRANSITIONS.values() for target in steps.values()} | {State.ASSIGNED}
    assert reached == set(State)


def test_a_released_directive_stays_as_it_is() -> None:
    assert directive_lifecycle.TRANSITIONS[DirectiveState.RELEASED] == {}
    assert set(directive_lifecycle.TRANSITIONS) == set(DirectiveState)
