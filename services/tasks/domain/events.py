"""What happens to a task, in our own words; `outgoing.py` says what others hear of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.common.domain import DomainEvent
from services.tasks.domain.assignment import Assignment


@dataclass(frozen=True, kw_only=True)
class Assigned(DomainEvent):
    """`released_by` is the membership that released the instruction, where it is known."""

    released_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Accepted(DomainEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ProgressReported(DomainEvent):
    percent: int
    has_difficulty: bool


@dataclass(frozen=True, kw_only=True)
class ResultSubmitted(DomainEvent):
    result_number: int
    report_number: str
    report_date: date


@dataclass(frozen=True, kw_only=True)
class ResultConfirmed(DomainEvent):
    result_number: int
    quality: str | None


@dataclass(frozen=True, kw_only=True)
class ResultReturned(DomainEvent):
    result_number: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class LeadChanged(DomainEvent):
    ended: tuple[Assignment, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class PassedOn(DomainEvent):
    ended: tuple[Assignment, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Restated(DomainEvent):
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OverdueTold(DomainEvent):
    due: date
