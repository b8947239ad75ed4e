"""Acts before which a person proves anew who he is: the law that services ask, each of the acts that are its own.

An act that joins them later (deciding an extension, closing a period, changing scores) is one line here, and one word in the route that
does it (docs/decisions/0039-step-up.md).
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How surely somebody has proved who he is; `acr` of a token, as the realm maps it (deploy/keycloak/realm.toml)."""

    SIGNED_IN = 1
    """By a password, a passkey, or his agency's own provider."""
    PROVED_AGAIN = 2
    """By something more than for the sign-in: a code from his telephone."""


class StepUpAct(StrEnum):
    RELEASE_DIRECTIVE = "RELEASE_DIRECTIVE"
    ADD_AGENCY = "ADD_AGENCY"
    DECIDE_SETTING = "DECIDE_SETTING"
    DECIDE_CALENDAR = "DECIDE_CALENDAR"
    GIVE_MEMBERSHIP = "GIVE_MEMBERSHIP"
    CHANGE_MEMBERSHIP = "CHANGE_MEMBERSHIP"
    END_MEMBERSHIP = "END_MEMBERSHIP"
    PLAN_REORGANISATION = "PLAN_REORGANISATION"
    WITHDRAW_REORGANISATION = "WITHDRAW_REORGANISATION"


STEP_UP: Mapping[StepUpAct, Level] = {
    StepUpAct.RELEASE_DIRECTIVE: Level.PROVED_AGAIN,
    StepUpAct.ADD_AGENCY: Level.PROVED_AGAIN,
    StepUpAct.DECIDE_SETTING: Level.PROVED_AGAIN,
    StepUpAct.DECIDE_CALENDAR: Level.PROVED_AGAIN,
    StepUpAct.GIVE_MEMBERSHIP: Level.PROVED_AGAIN,
    StepUpAct.CHANGE_MEMBERSHIP: Level.PROVED_AGAIN,
    StepUpAct.END_MEMBERSHIP: Level.PROVED_AGAIN,
    StepUpAct.PLAN_REORGANISATION: Level.PROVED_AGAIN,
    StepUpAct.WITHDRAW_REORGANISATION: Level.PROVED_AGAIN,
}
"""How lately it must have been is the province's to say: `step_up_minutes` of its settings."""
