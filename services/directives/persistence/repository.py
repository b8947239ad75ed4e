"""Directives with their instructions, as rows."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.common.live import Hint
from libs.common.unit_of_work import Repository
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.draft import Assignment, ComposedGroup, Draft, InstructionDraft
from services.directives.domain.permissions import agency_that_sees, sees_all
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, DirectiveState, Urgency
from services.directives.hints import hint_of_directive, hint_of_instruction

# Of an instruction `seen`, for who does not see all.
CONCERNED = """(seen.lead_agency_ids @> ARRAY[CAST(:agency_id AS uuid)] OR seen.coordinating_agency_ids @> ARRAY[CAST(:agency_id AS uuid)]
  OR seen.reporting_agency_id = CAST(:agency_id AS uuid))"""
VISIBLE = f"""(:sees_all OR (d.state = 'RELEASED' AND EXISTS (
  SELECT 1 FROM instruction seen WHERE seen.directive_id = d.id AND {CONCERNED})))"""

_GET = f"SELECT d.* FROM directive d WHERE d.id = :id AND {VISIBLE}"
_INSTRUCTIONS = text("SELECT * FROM instruction WHERE directive_id = :id ORDER BY ordinal")
_INSERT = text("""
INSERT INTO directive (id, version, state, secrecy, kind, number, notation, issue_date, urgency, subject, signer, search, identity,
                       another_document_reason, issuing_agency_id, created_by, created_at, released_at)
VALUES (:id, :version, :state, :secrecy, :kind, :number, :notation, :issue_date, :urgency, :subject, :signer, :search, :identity,
        :another_document_reason, :issuing_agency_id, :created_by, now(), :released_at)
""")
_UPDATE = text("""
UPDATE directive SET version = :version, state = :state, kind = :kind, number = :number, notation = :notation, issue_date = :issue_date,
  urgency = :urgency, subject = :subject, signer = :signer, search = :search, identity = :identity,
  another_document_reason = :another_document_reason, released_at = :released_at
WHERE id = :id AND version = :expected_version
""")
# Two who register at once come one after the other, and the second sees the first.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:issuer || '/' || :identity, 0))")
_FIRST = text("""
SELECT id, number, notation, subject FROM directive
WHERE issuing_agency_id = CAST(:issuer AS uuid) AND identity = :identity ORDER BY created_at, id LIMIT 1
""")
_DELETE_INSTRUCTIONS = text("DELETE FROM instruction WHERE directive_id = :id")
_INSERT_INSTRUCTION = text("""
INSERT INTO instruction (id, version, directive_id, ordinal, content, deliverable, deadline_class, deadline_wording, due,
                         no_deadline_reason, lead_group, lead_agency_ids, assignments, coordinating_agency_ids,
                         field, reporting_agency_id, composed_group, left_out_agency_ids)
VALUES (:id, :version, :directive_id, :ordinal, :content, :deliverable, :deadline_class, :deadline_wording, :due,
        :no_deadline_reason, :lead_group, :lead_agency_ids, CAST(:assignments AS jsonb), :coordinating_agency_ids,
        :field, :reporting_agency_id, CAST(:composed_group AS jsonb), :left_out_agency_ids)
""")
_RELEASE_INSTRUCTION = text("""
UPDATE instruction SET version = :version, lead_agency_ids = :lead_agency_ids, coordinating_agency_ids = :coordinating_agency_ids
WHERE id = :id AND version = :expected_version
""")


class StoredVersionDiffers(RuntimeError):
    """The row changed under our lock, or the aggregate was stored past its repository: a fault of ours."""


def visibility_of(actor: Actor) -> dict[str, Any]:
    """The parameters of VISIBLE and CONCERNED."""
    return {"sees_all": sees_all(actor), "agency_id": agency_that_sees(actor)}


def document_row(directive: Directive) -> dict[str, Any]:
    draft = directive.draft
    number = "/".join(part for part in (draft.number, draft.notation) if part)
    return {
        "id": directive.id,
        "version": directive.version,
        "state": directive.state.value,
        "secrecy": draft.secrecy,
        "kind": draft.kind.value,
        "number": draft.number,
        "notation": draft.notation,
        "issue_date": draft.issue_date,
        "urgency": draft.urgency.value,
        "subject": draft.subject,
        "signer": draft.signer,
        "search": folded(f"{number} {draft.subject}"),
        "identity": draft.identity,
        "another_document_reason": draft.another_document_reason,
        "issuing_agency_id": directive.issuing_agency_id,
        "created_by": directive.created_by,
        "released_at": directive.released_at,
    }


def _instruction_row(instruction: Instruction, directive_id: UUID) -> dict[str, Any]:
    draft = instruction.draft
    return {
        "id": instruction.id,
        "version": instruction.version,
        "directive_id": directive_id,
        "ordinal": instruction.ordinal,
        "content": draft.content,
        "deliverable": draft.deliverable.value if draft.deliverable else None,
        "deadline_class": draft.deadline_class.value,
        "deadline_wording": draft.deadline_wording,
        "due": draft.due,
        "no_deadline_reason": draft.no_deadline_reason,
        "lead_group": draft.lead_group,
        "lead_agency_ids": list(instruction.lead_agency_ids),
        "assignments": json.dumps([{"agency_id": str(one.agency_id), "role": one.role.value} for one in draft.assignments]),
        "coordinating_agency_ids": list(instruction.coordinating_agency_ids),
        "field": draft.field,
        "reporting_agency_id": draft.reporting_agency_id,
        "composed_group": _composed_row(draft.composed_group),
        "left_out_agency_ids": list(draft.left_out),
    }


def _composed_row(group: ComposedGroup | None) -> str | None:
    return json.dumps({"name": group.name, "agency_ids": [str(one) for one in group.agency_ids]}) if group is not None else None


def instruction_of(row: Any) -> Instruction:
    assignments = json.loads(row.assignments) if isinstance(row.assignments, str) else row.assignments
    group = json.loads(row.composed_group) if isinstance(row.composed_group, str) else row.composed_group
    draft = InstructionDraft(
        content=row.content,
        deliverable=Deliverable(row.deliverable) if row.deliverable else None,
        deadline_class=DeadlineClass(row.deadline_class),
        deadline_wording=row.deadline_wording,
        due=row.due,
        no_deadline_reason=row.no_deadline_reason,
        assignments=tuple(Assignment(UUID(one["agency_id"]), AssignmentRole(one["role"])) for one in assignments),
        lead_group=row.lead_group,
        field=row.field,
        reporting_agency_id=row.reporting_agency_id,
        composed_group=ComposedGroup(group["name"], tuple(map(UUID, group["agency_ids"]))) if group is not None else None,
        left_out=tuple(row.left_out_agency_ids),
    )
    return Instruction(row.id, row.ordinal, draft, lead_agency_ids=tuple(row.lead_agency_ids), version=row.version)


def directive_of(row: Any, instructions: list[Instruction]) -> Directive:
    draft = Draft(
        secrecy=row.secrecy,
        kind=DirectiveKind(row.kind),
        number=row.number,
        notation=row.notation,
        issue_date=row.issue_date,
        urgency=Urgency(row.urgency),
        subject=row.subject,
        signer=row.signer,
        instructions=tuple(instruction.draft for instruction in instructions),
        another_document_reason=row.another_document_reason,
    )
    return Directive(
        row.id,
        draft,
        instructions,
        issuing_agency_id=row.issuing_agency_id,
        created_by=row.created_by,
        state=DirectiveState(row.state),
        released_at=row.released_at,
        version=row.version,
    )


@dataclass(frozen=True)
class FirstRegistered:
    """The document that bore a number first; `label` is number and notation."""

    id: UUID
    label: str
    subject: str


class DirectiveRepository(Repository[Directive]):
    aggregate_type = "directive"

    async def get(self, directive_id: UUID, *, seen_by: Actor, for_change: bool = True) -> Directive:
        """Locked for the change; raises NotFound when unknown or not to be seen by this actor."""
        statement = text(_GET + (" FOR UPDATE" if for_change else ""))
        row = (await self.connection.execute(statement, {"id": directive_id, **visibility_of(seen_by)})).one_or_none()
        if row is None:
            raise NotFound
        rows = await self.connection.execute(_INSTRUCTIONS, {"id": directive_id})
        return self.touch(directive_of(row, [instruction_of(one) for one in rows]))

    async def first_known_as(self, identity: str, issuing_agency_id: UUID) -> FirstRegistered | None:
        """The document of this issuer that was registered first under this identity; nobody else registers one until we have committed."""
        known_as = {"issuer": str(issuing_agency_id), "identity": identity}
        await self.connection.execute(_ALONE, known_as)
        row = (await self.connection.execute(_FIRST, known_as)).one_or_none()
        return FirstRegistered(row.id, "/".join(filter(None, (row.number, row.notation))), row.subject) if row else None

    def hint_of(self, aggregate: Directive) -> Hint:
        return hint_of_directive(aggregate)

    async def save(self, aggregate: Directive, *, expected_version: int) -> None:
        row = document_row(aggregate)
        if expected_version == 0:
            await self.connection.execute(_INSERT, row)
        else:
            updated = await self.connection.execute(_UPDATE, {**row, "expected_version": expected_version})
            if updated.rowcount != 1:
                raise StoredVersionDiffers(f"directive {aggregate.id} was not at version {expected_version}")
        if aggregate.state is not DirectiveState.RELEASED:
            await self.connection.execute(_DELETE_INSTRUCTIONS, {"id": aggregate.id})
            if aggregate.instructions:
                rows = [_instruction_row(instruction, aggregate.id) for instruction in aggregate.instructions]
                await self.connection.execute(_INSERT_INSTRUCTION, rows)


class InstructionRepository(Repository[Instruction]):
    """Instructions become aggregates of their own when they are released; before that the directive stores them."""

    aggregate_type = "instruction"

    def hint_of(self, aggregate: Instruction) -> Hint:
        return hint_of_instruction(aggregate)

    async def save(self, aggregate: Instruction, *, expected_version: int) -> None:
        updated = await self.connection.execute(
            _RELEASE_INSTRUCTION,
            {
                "id": aggregate.id,
                "version": aggregate.version,
                "expected_version": expected_version,
                "lead_agency_ids": list(aggregate.lead_agency_ids),
                "coordinating_agency_ids": list(aggregate.coordinating_agency_ids),
            },
        )
        if updated.rowcount != 1:
            raise StoredVersionDiffers(f"instruction {aggregate.id} was not at version {expected_version}")
