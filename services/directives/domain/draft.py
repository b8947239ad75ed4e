"""What a person enters of a directive, before it is known whether it may be kept."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.common.folding import folded
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, Urgency


@dataclass(frozen=True)
class Assignment:
    """Phân công."""

    agency_id: UUID
    role: AssignmentRole


@dataclass(frozen=True)
class InstructionDraft:
    """One demand of the document. `deadline_wording` is the deadline as the document words it, `due` the day a person read from it.

    `field` is the key of its field (lĩnh vực), one of `libs.contracts.fields`. `reporting_agency_id` (cơ quan báo cáo thay) reports in
    place of a lead that has no account (rulebook 1.14).
    """

    content: str
    deliverable: Deliverable | None
    deadline_class: DeadlineClass
    deadline_wording: str | None
    due: date | None
    no_deadline_reason: str | None
    assignments: tuple[Assignment, ...]
    lead_group: str | None
    field: str | None
    reporting_agency_id: UUID | None = None

    @property
    def lead_agency_id(self) -> UUID | None:
        """None where a group leads, or nobody is named yet."""
        return next((one.agency_id for one in self.assignments if one.role is AssignmentRole.LEAD), None)


@dataclass(frozen=True)
class Draft:
    """`number` and `notation` are as the document has them: both, one, or none while a conclusion is not numbered yet (rulebook 1.14).

    `another_document_reason` (văn bản khác) says why a document of the same issuer, number, notation and year is another one.
    """

    secrecy: str
    kind: DirectiveKind
    number: str | None
    notation: str | None
    issue_date: date
    urgency: Urgency
    subject: str
    signer: str | None
    instructions: tuple[InstructionDraft, ...]
    another_document_reason: str | None = None

    @property
    def identity(self) -> str | None:
        """By what a document is known among those of its issuer, look-alikes folded; None while it has no number (rulebook 1.14)."""
        if not self.number:
            return None
        return "/".join([*(folded(part or "").replace(" ", "") for part in (self.number, self.notation)), str(self.issue_date.year)])

    @property
    def agency_ids(self) -> set[UUID]:
        reporting = {one.reporting_agency_id for one in self.instructions if one.reporting_agency_id is not None}
        return reporting | {assignment.agency_id for instruction in self.instructions for assignment in instruction.assignments}
