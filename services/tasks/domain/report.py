"""What an agency reports: progress on the way, a result at the end (rulebook 1.3)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Decision(StrEnum):
    WAITING = "WAITING"
    """CHO."""
    CONFIRMED = "CONFIRMED"
    """CHAP_NHAN."""
    RETURNED = "RETURNED"
    """TRA_LAI."""


class Quality(StrEnum):
    """Đánh giá chất lượng, judged apart from time (rulebook 1.1 rule 2)."""

    GOOD = "GOOD"
    SATISFACTORY = "SATISFACTORY"
    UNSATISFACTORY = "UNSATISFACTORY"


@dataclass(frozen=True)
class ProgressReport:
    """Tiến độ. `difficulty` (khó khăn) and `proposal` (kiến nghị) are what the Office looks for."""

    percent: int
    content: str
    difficulty: str | None
    proposal: str | None
    reported_by: UUID
    reported_at: datetime


@dataclass(frozen=True)
class Origin:
    """Where a result that awaits its decision comes from: the persons who entered or submitted it, in whatever membership.

    `of_the_house`: its task is led, or reported in place of the lead, by the Office, or by the Committee itself.
    """

    persons: frozenset[UUID] = frozenset()
    of_the_house: bool = False


NO_ORIGIN = Origin()
"""No result awaits a decision."""


@dataclass(frozen=True)
class Result:
    """Kết quả: the report document (number, date, file) and its summary. A returned one is kept, the next gets the next number."""

    number: int
    report_number: str
    report_date: date
    summary: str
    file_id: UUID | None
    submitted_by: UUID
    submitted_at: datetime
    decision: Decision = Decision.WAITING
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    return_reason: str | None = None
    quality: Quality | None = None
    comment: str | None = None

    def confirmed(self, *, quality: Quality | None, comment: str | None, by: UUID, at: datetime) -> "Result":
        return replace(self, decision=Decision.CONFIRMED, quality=quality, comment=comment, decided_by=by, decided_at=at)

    def returned(self, *, reason: str, by: UUID, at: datetime) -> "Result":
        return replace(self, decision=Decision.RETURNED, return_reason=reason, decided_by=by, decided_at=at)
