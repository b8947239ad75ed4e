"""A directive and the instructions in it."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Protocol
from uuid import UUID

from libs.common.domain import Aggregate
from libs.contracts.agency_groups import AGENCY_GROUPS
from services.directives.domain import events
from services.directives.domain.draft import Draft, InstructionDraft
from services.directives.domain.lifecycle import Action, next_state
from services.directives.domain.living_agency import LivingAgency
from services.directives.domain.vocabulary import AssignmentRole, DirectiveState


class NewId(Protocol):
    def __call__(self) -> UUID: ...


class Instruction(Aggregate):
    """Nhiệm vụ trong văn bản, chưa phát hành: on release it becomes one task with the same id (rulebook 8).

    `lead_agency_ids` is the one lead agency, or, once released, every agency of the group that it is given to.
    """

    def __init__(
        self,
        id: UUID,  # noqa: A002
        ordinal: int,
        draft: InstructionDraft,
        *,
        lead_agency_ids: tuple[UUID, ...] = (),
        version: int = 0,
    ) -> None:
        super().__init__(id, version)
        self.ordinal = ordinal
        self.draft = draft
        self.lead_agency_ids = lead_agency_ids or tuple(
            assignment.agency_id for assignment in draft.assignments if assignment.role is AssignmentRole.LEAD
        )

    @property
    def coordinating_agency_ids(self) -> tuple[UUID, ...]:
        """A member of the group that also coordinates by name leads its own part already; so who reports for the lead has its part."""
        return tuple(
            assignment.agency_id
            for assignment in self.draft.assignments
            if assignment.role is AssignmentRole.COORDINATING
            and assignment.agency_id not in (*self.lead_agency_ids, self.draft.reporting_agency_id)
        )

    @property
    def agency_ids(self) -> tuple[UUID, ...]:
        """All that have a part in it."""
        reporting = self.draft.reporting_agency_id
        return (*self.lead_agency_ids, *([reporting] if reporting is not None else []), *self.coordinating_agency_ids)


class Directive(Aggregate):
    """Văn bản giao nhiệm vụ (rulebook 1.3). `issuing_agency_id` is the agency of whoever registered it."""

    def __init__(
        self,
        id: UUID,  # noqa: A002
        draft: Draft,
        instructions: list[Instruction],
        *,
        issuing_agency_id: UUID,
        created_by: UUID,
        state: DirectiveState = DirectiveState.DRAFT,
        released_at: datetime | None = None,
        version: int = 0,
    ) -> None:
        super().__init__(id, version)
        self.draft = draft
        self.instructions = instructions
        self.issuing_agency_id = issuing_agency_id
        self.created_by = created_by
        self.state = state
        self.released_at = released_at

    @staticmethod
    def register(draft: Draft, *, issuing_agency_id: UUID, created_by: UUID, new_id: NewId, at: datetime) -> "Directive":
        """A new draft; its rules have been seen to hold (`rules.require_sound`)."""
        directive = Directive(new_id(), draft, _instructions(draft, new_id), issuing_agency_id=issuing_agency_id, created_by=created_by)
        directive.record(events.Registered(occurred_at=at))
        return directive

    def change(self, draft: Draft, *, new_id: NewId, at: datetime) -> None:
        """Other words for a draft. One that awaited its release must be submitted again: what was seen is not what is there."""
        self.state = next_state(self.state, Action.CHANGE)
        changed = tuple(field.name for field in fields(Draft) if getattr(draft, field.name) != getattr(self.draft, field.name))
        self.draft = draft
        self.instructions = _instructions(draft, new_id)
        self.record(events.Changed(fields=changed, occurred_at=at))

    def submit_for_release(self, *, at: datetime) -> None:
        self.state = next_state(self.state, Action.SUBMIT_FOR_RELEASE)
        self.record(events.SubmittedForRelease(occurred_at=at))

    def release(self, living: Sequence[LivingAgency], *, by: UUID | None, at: datetime) -> None:
        """Phát hành. `living` are the agencies of the issuer's province on this day; whoever is in a group on this day is told by it."""
        self.state = next_state(self.state, Action.RELEASE)
        self.released_at = at
        for instruction in self.instructions:
            instruction.lead_agency_ids = self.leads_at_release(instruction, living)
            instruction.record(events.InstructionReleased(directive=self, released_by=by, occurred_at=at))
        self.record(events.Released(released_by=by, occurred_at=at))

    def leads_at_release(self, instruction: Instruction, living: Sequence[LivingAgency]) -> tuple[UUID, ...]:
        """Who leads it when it is released on the day of which `living` tells."""
        draft = instruction.draft
        if draft.composed_group is not None:
            return draft.composed_group.agency_ids
        return instruction.lead_agency_ids if draft.lead_group is None else self._members(draft.lead_group, draft.left_out, living)

    def _members(self, group: str, left_out: Collection[UUID], living: Sequence[LivingAgency]) -> tuple[UUID, ...]:
        """From the issuer's point of view: nobody assigns work to himself."""
        meant = (agency.id for agency in living if agency.kind in AGENCY_GROUPS[group] and agency.id != self.issuing_agency_id)
        return tuple(agency for agency in meant if agency not in left_out)


def _instructions(draft: Draft, new_id: NewId) -> list[Instruction]:
    return [Instruction(new_id(), ordinal, instruction) for ordinal, instruction in enumerate(draft.instructions, start=1)]
