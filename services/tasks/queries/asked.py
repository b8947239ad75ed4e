"""What may be asked of a list of tasks."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.tasks.domain.assignment import AssignmentRole
from services.tasks.queries.search import Sought


class Scope(StrEnum):
    AGENCY = "agency"
    """What the actor's agency leads, coordinates or reports for another."""
    OVERSIGHT = "oversight"
    """Everything the actor may see."""


class Level(StrEnum):
    INSTRUCTION = "instruction"
    """One row for each instruction: a group once (what the province counts)."""
    ASSIGNMENT = "assignment"
    """One row for each task of an agency (what agencies count)."""


@dataclass(frozen=True)
class TaskFilter:
    """What a list shows; None does not filter. `level` None follows from the other filters. `field` is the key of a field (lĩnh vực).

    `part` asks for what the actor's agency leads, or for what it only coordinates or reports for another: that stands apart, outside
    its counts (rulebook 1.1, 1.14).
    """

    scope: Scope
    state: str | None = None
    bucket: str | None = None
    agency_id: UUID | None = None
    directive_id: UUID | None = None
    group_id: UUID | None = None
    due_soon: bool | None = None
    q: str | None = None
    level: Level | None = None
    field: str | None = None
    part: AssignmentRole | None = None
    is_open: bool | None = None
    due_from: date | None = None
    due_until: date | None = None
    assigned_from: date | None = None
    assigned_until: date | None = None

    @property
    def sought(self) -> Sought | None:
        return Sought.of(self.q) if self.q else None

    def effective_level(self, *, sees_all: bool) -> Level | None:
        """None: groups and their parts alike. A code may be that of either, and an agency that seeks words looks for its own part first."""
        if self.level is not None:
            return self.level
        sought = self.sought
        if sought is not None and (sought.is_code or (self.scope is Scope.OVERSIGHT and not sees_all)):
            return None
        named = self.scope is Scope.AGENCY or self.agency_id is not None or self.state is not None or self.group_id is not None
        return Level.ASSIGNMENT if named else Level.INSTRUCTION
