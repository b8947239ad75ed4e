"""The body of a directive as it is entered, and the look at the directory that its rules need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.calendar_day import CalendarDay
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.contracts.bounds import CONTENT, GROUP_NAME, MOST_IN_A_GROUP, MOST_INSTRUCTIONS, MOST_NAMED_AGENCIES, NUMBER, SUBJECT, WORDING
from libs.directory_replica.replica import LivingAgency, agencies_with_account, living_agencies
from services.directives.domain.draft import Assignment, ComposedGroup, Draft, InstructionDraft
from services.directives.domain.rules import AgenciesOfDay, DocumentRegisteredAlready, SecrecyNotAllowed, require_sound
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, Urgency
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork

log = structlog.get_logger()

# As in the tasks service: an officer reports progress, and neither receives a task nor signs off its result.
MAY_RECEIVE_AND_REPORT = ("AGENCY_HEAD", "AGENCY_CLERK")
OFFICE_KIND = "OFFICE"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=WORDING.characters)]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=SUBJECT.characters)]
Content = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CONTENT.characters)]
GroupName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=GROUP_NAME.characters)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NUMBER.characters)]


class AssignmentBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agency_id: UUID
    role: AssignmentRole


class ComposedGroupBody(BaseModel):
    """A name, and agencies named one by one."""

    model_config = ConfigDict(extra="forbid")

    name: GroupName
    agency_ids: list[UUID] = Field(max_length=MOST_IN_A_GROUP)


class InstructionBody(BaseModel):
    """One agency leads (`assignments`), or each of a `lead_group` without those left out, or each of a `composed_group`."""

    model_config = ConfigDict(extra="forbid")

    content: Content
    deliverable: Deliverable | None = None
    deadline_class: DeadlineClass
    deadline_wording: Words | None = None
    due: CalendarDay | None = None
    no_deadline_reason: Words | None = None
    assignments: list[AssignmentBody] = Field(default=[], max_length=MOST_NAMED_AGENCIES)
    lead_group: str | None = None
    field: str | None = None
    reporting_agency_id: UUID | None = None
    composed_group: ComposedGroupBody | None = None
    left_out_agency_ids: list[UUID] = Field(default=[], max_length=MOST_IN_A_GROUP)


class DirectiveBody(BaseModel):
    """A directive with its instructions, as a person enters it.

    `another_document_reason` is asked for where a document of the same number, notation and year is registered already.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "secrecy": "NORMAL",
                "kind": "cong-van",
                "number": "5425",
                "notation": "UBND-KGVX",
                "issue_date": "2026-02-12",
                "urgency": "NORMAL",
                "subject": "Tăng cường phòng, chống dịch bệnh mùa xuân",
                "signer": None,
                "instructions": [
                    {
                        "content": "Rà soát năng lực thu dung, điều trị; báo cáo Ủy ban nhân dân tỉnh.",
                        "deliverable": "bao-cao",
                        "deadline_class": "DATED",
                        "deadline_wording": "trước ngày 28/02/2026",
                        "due": "2026-02-27",
                        "field": "y-te",
                        "assignments": [{"agency_id": "00000000-0000-5000-8000-000000000000", "role": "LEAD"}],
                    }
                ],
            }
        },
    )

    secrecy: str
    kind: DirectiveKind
    number: Number | None = None
    notation: Number | None = None
    issue_date: CalendarDay
    urgency: Urgency = Urgency.NORMAL
    subject: Subject
    signer: Words | None = None
    another_document_reason: Words | None = None
    instructions: list[InstructionBody] = Field(max_length=MOST_INSTRUCTIONS)

    def to_draft(self) -> Draft:
        return Draft(
            secrecy=self.secrecy,
            kind=self.kind,
            number=self.number,
            notation=self.notation,
            issue_date=self.issue_date,
            urgency=self.urgency,
            subject=self.subject,
            signer=self.signer,
            instructions=tuple(_instruction(body) for body in self.instructions),
            another_document_reason=self.another_document_reason,
        )


def _instruction(body: InstructionBody) -> InstructionDraft:
    group = body.composed_group
    return InstructionDraft(
        content=body.content,
        deliverable=body.deliverable,
        deadline_class=body.deadline_class,
        deadline_wording=body.deadline_wording,
        due=body.due,
        no_deadline_reason=body.no_deadline_reason,
        assignments=tuple(Assignment(one.agency_id, one.role) for one in body.assignments),
        lead_group=body.lead_group,
        field=body.field,
        reporting_agency_id=body.reporting_agency_id,
        composed_group=ComposedGroup(group.name, tuple(group.agency_ids)) if group is not None else None,
        left_out=tuple(body.left_out_agency_ids),
    )


@dataclass(frozen=True)
class AgenciesToday:
    """`named` are those of the draft that live, `answering` those of them with an account that receives and reports.

    `of_groups` are all of its groups' kinds in the issuer's province, the issuer himself too; `office` is its Office, where that has an
    account. `of_province` are those of the draft that live in the issuer's province.
    """

    named: frozenset[UUID]
    answering: frozenset[UUID]
    of_groups: Sequence[LivingAgency]
    office: UUID | None
    of_province: frozenset[UUID]

    def seen_from(self, issuing_agency_id: UUID) -> AgenciesOfDay:
        """Nobody assigns work to himself by a group."""
        of_groups = [one for one in self.of_groups if one.id != issuing_agency_id]
        return AgenciesOfDay(self.named, self.answering, of_groups, self.office, self.of_province)


async def agencies_today(draft: Draft, connection: AsyncConnection, *, issuing_agency_id: UUID, today: date) -> AgenciesToday:
    """Who a group is, is seen from the agency that issues the document, whoever enters or releases it."""
    kinds = {kind for instruction in draft.instructions for kind in AGENCY_GROUPS.get(instruction.lead_group or "", ())}
    offices = [one.id for one in await living_agencies(connection, kinds=[OFFICE_KIND], within=issuing_agency_id, day=today)]
    named = await living_agencies(connection, ids=draft.agency_ids, within=issuing_agency_id, day=today)
    answering = await agencies_with_account(connection, {*draft.agency_ids, *offices}, roles=MAY_RECEIVE_AND_REPORT, day=today)
    of_groups = await living_agencies(connection, kinds=kinds, within=issuing_agency_id, day=today) if kinds else []
    office = next((one for one in offices if one in answering), None)
    # The Office may stand in the draft by default as well, and is then among those that it names.
    known = {*(one.id for one in named), *([office] if office is not None else [])}
    return AgenciesToday(frozenset(known), frozenset(answering), of_groups, office, frozenset(one.id for one in named if one.is_within))


def require_sound_today(draft: Draft, agencies: AgenciesToday, *, issuing_agency_id: UUID, actor: Actor, today: date) -> None:
    """Raises the first rule that the draft breaks with the agencies that live today."""
    try:
        require_sound(draft, agencies.seen_from(issuing_agency_id), today=today)
    except SecrecyNotAllowed:
        # That it was tried is kept, and nothing of what was typed (rulebook 1.13). A refused change leaves no row, so the log is the place.
        by = {"membership_id": str(actor.membership_id), "agency_id": str(actor.agency_id)}
        log.warning("secret-document-refused", secrecy=draft.secrecy, **by)
        raise


async def require_registered_once(draft: Draft, uow: DirectivesUnitOfWork, *, issuing_agency_id: UUID) -> None:
    """Raises DocumentRegisteredAlready. From here to the end of the transaction nobody else registers a document of this number."""
    if draft.identity is None or draft.another_document_reason is not None:
        return
    first = await uow.directives.first_known_as(draft.identity, issuing_agency_id)
    if first is not None:
        raise DocumentRegisteredAlready(first={"id": str(first.id), "label": first.label, "subject": first.subject})
