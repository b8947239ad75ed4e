"""What happens to a document and its tasks, as plain facts: who did what, when. Nothing here knows of tables or of today's rules.

A life is drawn (`drawing.py`) or told (`small_province.py`), and is then played upon the services' own domains (`playing.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.common.actor import Actor
from services.directives.domain.draft import Draft


@dataclass(frozen=True)
class Act:
    """Something a person did with a task, at a business time."""

    at: datetime
    by: Actor


@dataclass(frozen=True)
class Accept(Act):
    pass


@dataclass(frozen=True)
class Report(Act):
    percent: int
    content: str
    difficulty: str | None = None
    proposal: str | None = None


@dataclass(frozen=True)
class Submit(Act):
    report_number: str
    report_date: date
    summary: str


@dataclass(frozen=True)
class Confirm(Act):
    quality: str | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Return(Act):
    reason: str


Course = tuple[Act, ...]


@dataclass(frozen=True)
class DocumentLife:
    """`draft` as it was at the end; `first_subject` where the subject was corrected once before that.

    `courses` holds what the agencies did, by ordinal of the instruction and lead agency; who did nothing is left out.
    """

    draft: Draft
    registered: Act
    corrected: Act | None
    first_subject: str | None
    handed_in: Act | None
    released: Act | None
    courses: Mapping[tuple[int, UUID], Course]
