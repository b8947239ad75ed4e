"""The mark of a held act in an answer, and the sentences of its refusals."""

from datetime import datetime
from math import ceil
from uuid import UUID

from pydantic import BaseModel

from libs.common.actor import Actor
from libs.common.held.act import HeldAct


class HeldOut(BaseModel):
    """A decision that waits for its effect, as the office of whoever made it sees it.

    `is_own`: the actor made it, and may recall or hasten it. `void_because`: it could not take effect, and why.
    """

    id: UUID
    kind: str
    by: UUID
    acted_at: datetime
    seconds_left: int
    is_own: bool
    void_because: str | None

    @staticmethod
    def of(act: HeldAct | None, actor: Actor) -> "HeldOut | None":
        if act is None:
            return None
        return HeldOut(
            id=act.id,
            kind=act.kind,
            by=act.membership_id,
            acted_at=act.acted_at,
            seconds_left=ceil(act.seconds_left),
            is_own=act.person_id == actor.person_id,
            void_because=act.void_because,
        )
