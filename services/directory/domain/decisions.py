"""What is decided for a day to come (rulebook 1.15): a value with the day from which it is valid, taken by an act with a reason.

Decisions are only added. Of two for one day the later counts; one that has not begun may be taken back. Nothing changes today or
before: what was judged by the old value stays judged.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from libs.common.actor import Actor
from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainError, DomainEvent, Refusal
from libs.contracts.province import Decision, Timeline

V = TypeVar("V")


class ChangeNotToCome(DomainError):
    """A rule changes for a day to come, never for today or before."""

    code = "change-not-to-come"
    refusal = Refusal.NEVER_RIGHT
    field = "valid_from"


class NothingChanges(DomainError):
    """The same is valid on that day anyway."""

    code = "nothing-changes"


class NothingPlanned(DomainError):
    """No change is planned for that day, or it was taken back before."""

    code = "nothing-planned"
    field = "valid_from"


class DecisionStanding(StrEnum):
    """What became of a decision, seen from one day."""

    IN_FORCE = "IN_FORCE"
    PLANNED = "PLANNED"
    PAST = "PAST"
    REPLACED = "REPLACED"
    """By a later decision for the same day."""
    WITHDRAWN = "WITHDRAWN"
    """Taken back before its day."""
    WITHDRAWAL = "WITHDRAWAL"
    """The act of taking back itself."""


@dataclass(frozen=True)
class Decided(Decision[V]):
    """A decision as it was taken. `decided_by` is the name of an actor: a person's id or a service's name."""

    version: int
    reason: str
    decided_by: str
    decided_at: datetime


class DecidedForDays(Aggregate, ABC, Generic[V]):
    """A thing whose value is decided for days to come. Every decision is one event, so its version is its place among them."""

    default: V
    """What is valid as long as nothing was decided."""

    def __init__(self, id: UUID, decisions: Sequence[Decided[V]], *, version: int) -> None:  # noqa: A002
        super().__init__(id, version)
        self.decisions = list(decisions)

    @property
    def timeline(self) -> Timeline[V]:
        return Timeline(self.decisions)

    def value_on(self, day: date) -> V:
        decided = self.timeline.on(day)
        return self.default if decided is None else decided

    def enter(self, value: V, *, reason: str, by: Actor, at: datetime) -> None:
        """The first value, valid from the beginning."""
        self._decide(None, value, reason=reason, by=by, at=at)

    def plan(self, value: V, *, valid_from: date, reason: str, by: Actor, at: datetime) -> None:
        """Raises ChangeNotToCome, what is wrong with the value, and NothingChanges where it is valid on that day already."""
        _require_to_come(valid_from, at)
        checked = self._checked(value, valid_from)
        if checked == self.value_on(valid_from):
            raise NothingChanges
        self._decide(valid_from, checked, reason=reason, by=by, at=at)

    def withdraw(self, valid_from: date, *, reason: str, by: Actor, at: datetime) -> None:
        """Take back what is planned for a day. Raises ChangeNotToCome from that day on, and NothingPlanned."""
        _require_to_come(valid_from, at)
        if self.timeline.planned_for(valid_from) is None:
            raise NothingPlanned
        self._decide(valid_from, None, reason=reason, by=by, at=at)

    def standing_of(self, decision: Decided[V], today: date) -> DecisionStanding:
        if decision.value is None:
            return DecisionStanding.WITHDRAWAL
        later = [one for one in self.decisions if one.version > decision.version and one.valid_from == decision.valid_from]
        if later:
            return DecisionStanding.WITHDRAWN if later[0].value is None else DecisionStanding.REPLACED
        if decision.valid_from is not None and decision.valid_from > today:
            return DecisionStanding.PLANNED
        days = [None, *(day for day in self.timeline.days if day <= today)]
        return DecisionStanding.IN_FORCE if decision.valid_from == days[-1] else DecisionStanding.PAST

    def _decide(self, valid_from: date | None, value: V | None, *, reason: str, by: Actor, at: datetime) -> None:
        decision = Decided(valid_from, value, len(self.decisions) + 1, reason, by.name, at)
        self.decisions.append(decision)
        self.record(self._happened(decision))

    @abstractmethod
    def _checked(self, value: V, valid_from: date) -> V:
        """The value as it is kept; raises what is wrong with it."""

    @abstractmethod
    def _happened(self, decision: Decided[V]) -> DomainEvent:
        """The event that tells of a decision."""


def _require_to_come(day: date, at: datetime) -> None:
    today = vietnam_date(at)
    if day <= today:
        raise ChangeNotToCome(today=today.isoformat())
