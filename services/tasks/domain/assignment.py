"""Phân công: which agency has which part in a task, from when and until when (rulebook 1.3, 1.15)."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID


class AssignmentRole(StrEnum):
    LEAD = "LEAD"
    """Cơ quan chủ trì: exactly one at a time."""
    COORDINATING = "COORDINATING"
    """Cơ quan phối hợp."""
    REPORTING = "REPORTING"
    """Cơ quan báo cáo thay: does for a lead without an account what the lead would do here (rulebook 1.14); at most one at a time."""


@dataclass(frozen=True)
class Heir:
    """Cơ quan kế thừa: the only one that took over from an agency that has ended, were it through others. `because` of which decision."""

    agency_id: UUID
    because: str


@dataclass(frozen=True)
class Assignment:
    """`valid_to` is the last day on which it counted at the end of the day; None while it is in force.

    One that was ended on the day on which it began never counted at the end of a day: its `valid_to` lies before its `valid_from`.
    `heir` is there from the moment in which its agency has ended: rights follow at once, also before the task is passed on (rulebook 1.15).
    """

    agency_id: UUID
    role: AssignmentRole
    valid_from: date
    due: date | None = None
    valid_to: date | None = None
    ended_because: str | None = None
    heir: Heir | None = None

    @property
    def in_force(self) -> bool:
        return self.valid_to is None

    @property
    def held_by(self) -> UUID:
        """Who acts for it now."""
        return self.agency_id if self.heir is None else self.heir.agency_id

    def ended(self, *, last_day: date, because: str) -> "Assignment":
        return replace(self, valid_to=last_day, ended_because=because)
