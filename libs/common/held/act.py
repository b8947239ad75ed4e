"""What is held: who decided what upon which version, and when. A service gives it its effect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from uuid_utils.compat import uuid7

from libs.common.actor import Actor
from libs.common.change import Change, StaleVersion
from libs.common.domain import Aggregate, DomainError, Forbidden
from libs.common.live import Hint, concerned

Command = TypeVar("Command", bound=BaseModel)


class ActIsHeld(DomainError):
    """A decision waits for its effect: first it takes effect or is recalled, then others may act."""

    code = "act-is-held"


class NothingHeld(DomainError):
    """The held act has taken effect or is doing so, or it was recalled: there is nothing left to recall or to hasten."""

    code = "nothing-held"


class RightEnded(DomainError):
    """Whoever decided does not hold this membership any more, or not in this role."""

    code = "right-has-ended"


@dataclass(frozen=True)
class HeldAct:
    """`acted_at` is business time: the act happened when the person acted, whenever it takes effect.

    `seconds_left` is machine time. `void_because` is the code of the refusal that it met when its time had come.
    """

    id: UUID
    aggregate_id: UUID
    aggregate_version: int
    kind: str
    command: Mapping[str, Any]
    person_id: UUID
    membership_id: UUID
    agency_id: UUID
    role: str
    request_id: str
    acted_at: datetime
    seconds_left: float = 0.0
    void_because: str | None = None

    @staticmethod
    def of(change: Change, aggregate: Aggregate, kind: str, command: BaseModel | None, *, at: datetime) -> "HeldAct":
        actor = change.actor
        assert actor.person_id is not None, "only what a person does is held"
        assert actor.membership_id is not None
        assert actor.agency_id is not None
        return HeldAct(
            id=uuid7(),
            aggregate_id=aggregate.id,
            aggregate_version=aggregate.version,
            kind=kind,
            command=command.model_dump(mode="json") if command is not None else {},
            person_id=actor.person_id,
            membership_id=actor.membership_id,
            agency_id=actor.agency_id,
            role=actor.role,
            request_id=change.request_id,
            acted_at=at,
        )

    def as_command(self, model: type[Command]) -> Command:
        return model.model_validate(self.command)

    def require_version(self, aggregate: Aggregate) -> None:
        """Raises StaleVersion: it belongs to what the person saw when he acted."""
        if aggregate.version != self.aggregate_version:
            raise StaleVersion(present_version=aggregate.version)

    def require_own(self, actor: Actor) -> None:
        """Raises Forbidden: only the person who acted takes it back or hastens it."""
        if actor.person_id != self.person_id:
            raise Forbidden("somebody else's act")

    def hint(self, lists: Iterable[str]) -> Hint:
        """Only the office of the person who acted sees the mark."""
        return Hint({name: concerned(agencies=[self.agency_id]) for name in lists})
