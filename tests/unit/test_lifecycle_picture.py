"""The picture in the documents is the one that the table gives."""

from chidao.lifecycle_picture import ACTION_WORDS, PICTURE, STATE_WORDS, picture
from services.tasks.domain.lifecycle import Action, State


def test_the_picture_is_up_to_date() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run `python -m chidao.lifecycle_picture`"


def test_it_holds_every_state_and_action() -> None:
    drawn = picture()
    assert set(STATE_WORDS) == set(State)
    assert set(ACTION_WORDS) == set(Action)
    assert all(state.value in drawn for state in State)
