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
class ComposedGroup:
    """Nhóm tự lập: agencies named one by one, under the name that their issuer gives them ("các xã bị thiệt hại"; rulebook 1.14)."""

    name: str
    agency_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class InstructionDraft:
    """One demand of the document. `deadline_wording` is the deadline as the document words it, `due` the day a person read from it.

    `field` is the key of its field (lĩnh vực), one of `libs.contracts.fields`. `reporting_agency_id` (cơ quan báo cáo thay) reports in
    place of a lead that has no account (rulebook 1.14). One agency leads, or each of `lead_group` but those `left_out`, or each of
    `composed_group`.
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
    composed_group: ComposedGroup | None = None
    left_out: tuple[UUID, ...] = ()

    @property
    def is_for_a_group(self) -> bool:
        return self.lead_group is not None or self.composed_group is not None

    @property
    def agency_ids(self) -> set[UUID]:
        """All that are to have a part in it by name."""
        composed = self.composed_group.agency_ids if self.composed_group is not None else ()
        reporting = {self.reporting_agency_id} if self.reporting_agency_id is not None else set()
        return {*composed, *reporting, *(one.agency_id for one in self.assignments)}

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
        return {agency for instruction in self.instructions for agency in instruction.agency_ids}
