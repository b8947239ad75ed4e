"""What the directives service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Literal, TypedDict

from portal.route import Route


class AssignmentOut(TypedDict):
    agency_id: str
    role: Literal["LEAD", "COORDINATING"]


class AvailableAction(TypedDict):
    action: Literal["REGISTER", "CHANGE", "SUBMIT_FOR_RELEASE", "RELEASE"]
    allowed: bool
    reason_code: str | None


class ComposedGroupOut(TypedDict):
    name: str
    agency_ids: list[str]


class DirectiveListItem(TypedDict):
    id: str
    version: int
    state: Literal["DRAFT", "AWAITING_RELEASE", "RELEASED"]
    kind: Literal["chi-thi", "cong-dien", "cong-van", "chuong-trinh", "ke-hoach", "nghi-quyet", "quyet-dinh", "thong-bao", "thong-bao-ket-luan", "khac"]
    number: str | None
    notation: str | None
    issue_date: str
    urgency: Literal["NORMAL", "URGENT", "VERY_URGENT", "EXPRESS"]
    subject: str
    instruction_count: int
    created_at: str
    released_at: str | None


class DirectiveOut(TypedDict):
    id: str
    version: int
    state: Literal["DRAFT", "AWAITING_RELEASE", "RELEASED"]
    secrecy: str
    kind: Literal["chi-thi", "cong-dien", "cong-van", "chuong-trinh", "ke-hoach", "nghi-quyet", "quyet-dinh", "thong-bao", "thong-bao-ket-luan", "khac"]
    number: str | None
    notation: str | None
    issue_date: str
    urgency: Literal["NORMAL", "URGENT", "VERY_URGENT", "EXPRESS"]
    subject: str
    signer: str | None
    issuing_agency_id: str
    created_by: str
    released_at: str | None
    another_document_reason: str | None
    instructions: list[InstructionOut]
    available_actions: list[AvailableAction]
    held: HeldOut | None


class GivenOut(TypedDict):
    agency_id: str
    leads: list[int]
    coordinates: list[int]
    reports: list[int]


class HeldOut(TypedDict):
    id: str
    kind: str
    by: str
    acted_at: str
    seconds_left: int
    is_own: bool
    void_because: str | None


class InstructionOut(TypedDict):
    id: str
    ordinal: int
    content: str
    deliverable: Literal["bao-cao", "to-trinh", "du-thao", "ke-hoach", "de-an", "khac"] | None
    deadline_class: Literal["DATED", "NONE"]
    deadline_wording: str | None
    due: str | None
    no_deadline_reason: str | None
    assignments: list[AssignmentOut]
    lead_group: str | None
    lead_agency_ids: list[str]
    field: str | None
    reporting_agency_id: str | None
    composed_group: ComposedGroupOut | None
    left_out_agency_ids: list[str]


class PageOfDirectiveListItem(TypedDict):
    items: list[DirectiveListItem]
    next_cursor: str | None
    total: int | None


class ReleaseSummaryOut(TypedDict):
    given: int
    groups: int
    nearest_due: str | None
    agencies: list[GivenOut]
    undated: list[int]
    due_on_day_off: list[int]
    due_passed: list[int]
    without_account: list[str]


class VocabularyOut(TypedDict):
    fields: list[WordOut]


class WordOut(TypedDict):
    key: str
    name: str


DIRECTIVES: Route[PageOfDirectiveListItem] = Route("directives", "/directives")
DIRECTIVE: Route[DirectiveOut] = Route("directives", "/directives/{directive_id}")
RELEASE_SUMMARY_OF_DIRECTIVE: Route[ReleaseSummaryOut] = Route("directives", "/directives/{directive_id}/release-summary")
VOCABULARY: Route[VocabularyOut] = Route("directives", "/vocabulary")
