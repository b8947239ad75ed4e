"""What the directives service promises: documents that assign tasks, and each released instruction as an event of its own.

One event holding sixty instructions would pass 64 KiB, so a release publishes `instruction-released` for each and one
`directive-released` with their ids.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from libs.contracts.contract import Contract, Part


class DirectiveSummary(Part):
    """Văn bản giao nhiệm vụ, as much of it as a task shows."""

    id: UUID
    kind: str
    number: str | None
    notation: str | None
    subject: str
    issue_date: date
    urgency: str
    issuing_agency_id: UUID | None = None

    @property
    def label(self) -> str:
        """Số, ký hiệu ("5425/UBND-KGVX"); the subject while the document has no number yet."""
        return "/".join(part for part in (self.number, self.notation) if part) if self.number else self.subject


class InstructionState(Part):
    """Nhiệm vụ trong văn bản. Either one agency in `lead_agency_ids`, or a `group` expanded into all of them on the day of release.

    `field` is the key of its field (lĩnh vực). `reporting_agency_id` reports in place of a lead that has no account (báo cáo thay).
    Of a composed group (`group` is `agency_groups.COMPOSED`) `group_name` is what its issuer calls it; `left_out_agency_ids` are those
    of any other group that the instruction is not given to.
    """

    id: UUID
    directive: DirectiveSummary
    ordinal: int
    content: str
    deliverable: str | None
    deadline_class: str
    deadline_wording: str | None
    due: date | None
    lead_agency_ids: tuple[UUID, ...]
    group: str | None
    coordinating_agency_ids: tuple[UUID, ...]
    field: str | None = None
    reporting_agency_id: UUID | None = None
    group_name: str | None = None
    left_out_agency_ids: tuple[UUID, ...] = ()


class ReleaseChange(Part):
    """`released_by` is the membership that released."""

    released_by: UUID | None


class InstructionReleased(Contract):
    type: ClassVar[str] = "chidao.directives.instruction-released.v1"
    state: InstructionState
    change: ReleaseChange


class DirectiveState(DirectiveSummary):
    """`instruction_ids` in the order of the document."""

    state: str
    instruction_ids: tuple[UUID, ...]


class DirectiveChange(Part):
    """`fields` names what a change of a draft touched; empty for a step of the life cycle.

    `another_document_reason` says why this is another document than the one that bears the same number.
    """

    fields: tuple[str, ...] = ()
    another_document_reason: str | None = None


class DirectiveRegistered(Contract):
    type: ClassVar[str] = "chidao.directives.directive-registered.v1"
    state: DirectiveState
    change: DirectiveChange


class DirectiveChanged(Contract):
    type: ClassVar[str] = "chidao.directives.directive-changed.v1"
    state: DirectiveState
    change: DirectiveChange


class DirectiveSubmittedForRelease(Contract):
    type: ClassVar[str] = "chidao.directives.directive-submitted-for-release.v1"
    state: DirectiveState
    change: DirectiveChange


class DirectiveReleased(Contract):
    type: ClassVar[str] = "chidao.directives.directive-released.v1"
    state: DirectiveState
    change: ReleaseChange
