"""What the API answers."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from libs.common.actor import Actor
from libs.common.domain import DomainError
from libs.common.held.act import ActIsHeld, HeldAct
from libs.common.web.held import HeldOut
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.lifecycle import TRANSITIONS, Action, next_state
from services.directives.domain.permissions import instructions_seen, roles_allowed
from services.directives.domain.release_summary import ReleaseSummary
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, DirectiveState, Urgency


class AvailableAction(BaseModel):
    """A step that the actor's role may take with a directive; `reason_code` says why not now."""

    action: Action
    allowed: bool
    reason_code: str | None


class AssignmentOut(BaseModel):
    agency_id: UUID
    role: AssignmentRole


class ComposedGroupOut(BaseModel):
    name: str
    agency_ids: list[UUID]


class InstructionOut(BaseModel):
    id: UUID
    ordinal: int
    content: str
    deliverable: Deliverable | None
    deadline_class: DeadlineClass
    deadline_wording: str | None
    due: date | None
    no_deadline_reason: str | None
    assignments: list[AssignmentOut]
    lead_group: str | None
    lead_agency_ids: list[UUID]
    field: str | None
    reporting_agency_id: UUID | None
    composed_group: ComposedGroupOut | None
    left_out_agency_ids: list[UUID]

    @staticmethod
    def of(instruction: Instruction) -> "InstructionOut":
        draft = instruction.draft
        group = draft.composed_group
        return InstructionOut(
            id=instruction.id,
            ordinal=instruction.ordinal,
            content=draft.content,
            deliverable=draft.deliverable,
            deadline_class=draft.deadline_class,
            deadline_wording=draft.deadline_wording,
            due=draft.due,
            no_deadline_reason=draft.no_deadline_reason,
            assignments=[AssignmentOut(agency_id=one.agency_id, role=one.role) for one in draft.assignments],
            lead_group=draft.lead_group,
            lead_agency_ids=list(instruction.lead_agency_ids),
            field=draft.field,
            reporting_agency_id=draft.reporting_agency_id,
            composed_group=ComposedGroupOut(name=group.name, agency_ids=list(group.agency_ids)) if group is not None else None,
            left_out_agency_ids=list(draft.left_out),
        )


class GivenOut(BaseModel):
    """What one agency gets: the ordinals of what it leads, of what it coordinates, and of what it reports in place of the lead."""

    agency_id: UUID
    leads: list[int]
    coordinates: list[int]
    reports: list[int]


class ReleaseSummaryOut(BaseModel):
    """What a release would do today. `given` counts every task, and every agency's part of a group; lists are of ordinals."""

    given: int
    groups: int
    nearest_due: date | None
    agencies: list[GivenOut]
    undated: list[int]
    due_on_day_off: list[int]
    due_passed: list[int]
    without_account: list[UUID]

    @staticmethod
    def of(summary: ReleaseSummary) -> "ReleaseSummaryOut":
        return ReleaseSummaryOut(
            given=summary.given,
            groups=summary.groups,
            nearest_due=summary.nearest_due,
            agencies=[
                GivenOut(
                    agency_id=agency,
                    leads=list(summary.leads.get(agency, ())),
                    coordinates=list(summary.coordinates.get(agency, ())),
                    reports=list(summary.reports.get(agency, ())),
                )
                for agency in dict.fromkeys([*summary.leads, *summary.coordinates, *summary.reports])
            ],
            undated=list(summary.undated),
            due_on_day_off=list(summary.due_on_day_off),
            due_passed=list(summary.due_passed),
            without_account=list(summary.without_account),
        )


class DirectiveOut(BaseModel):
    id: UUID
    version: int
    state: DirectiveState
    secrecy: str
    kind: DirectiveKind
    number: str | None
    notation: str | None
    issue_date: date
    urgency: Urgency
    subject: str
    signer: str | None
    issuing_agency_id: UUID
    created_by: UUID
    released_at: datetime | None
    another_document_reason: str | None
    instructions: list[InstructionOut]
    available_actions: list[AvailableAction]
    held: HeldOut | None

    @staticmethod
    def of(directive: Directive, actor: Actor, *, release_needs_approval: bool, held: HeldAct | None = None) -> "DirectiveOut":
        draft = directive.draft
        return DirectiveOut(
            id=directive.id,
            version=directive.version,
            state=directive.state,
            secrecy=draft.secrecy,
            kind=draft.kind,
            number=draft.number,
            notation=draft.notation,
            issue_date=draft.issue_date,
            urgency=draft.urgency,
            subject=draft.subject,
            signer=draft.signer,
            issuing_agency_id=directive.issuing_agency_id,
            created_by=directive.created_by,
            released_at=directive.released_at,
            another_document_reason=draft.another_document_reason,
            instructions=[InstructionOut.of(instruction) for instruction in instructions_seen(actor, directive)],
            available_actions=available_actions(directive.state, actor, release_needs_approval=release_needs_approval, held=held),
            held=HeldOut.of(held, actor),
        )


def available_actions(
    state: DirectiveState, actor: Actor, *, release_needs_approval: bool, held: HeldAct | None = None
) -> list[AvailableAction]:
    """Every step that the role may ever take with a directive, and why not now: a release that waits for its effect comes first."""
    found: list[AvailableAction] = []
    for action in {action: None for steps in TRANSITIONS.values() for action in steps}:
        if actor.role not in roles_allowed(action, release_needs_approval=release_needs_approval):
            continue
        try:
            next_state(state, action)
            if held is not None and held.void_because is None:
                raise ActIsHeld
        except DomainError as refused:
            found.append(AvailableAction(action=action, allowed=False, reason_code=refused.code))
        else:
            found.append(AvailableAction(action=action, allowed=True, reason_code=None))
    return found


class DirectiveListItem(BaseModel):
    id: UUID
    version: int
    state: DirectiveState
    kind: DirectiveKind
    number: str | None
    notation: str | None
    issue_date: date
    urgency: Urgency
    subject: str
    instruction_count: int
    created_at: datetime
    released_at: datetime | None
