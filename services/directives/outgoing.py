"""Our words → the words we promise to others, in one place."""

from functools import singledispatch

from libs.common.domain import Aggregate, DomainEvent
from libs.contracts import directives as contracts
from libs.contracts.agency_groups import COMPOSED
from libs.contracts.contract import Contract
from services.directives.domain import events
from services.directives.domain.directive import Directive, Instruction


@singledispatch
def to_contract(event: DomainEvent, aggregate: Aggregate) -> Contract:
    raise NotImplementedError(f"{type(event).__name__} of {type(aggregate).__name__} has no contract")


def directive_summary(directive: events.Document) -> contracts.DirectiveSummary:
    draft = directive.draft
    return contracts.DirectiveSummary(
        id=directive.id,
        kind=draft.kind,
        number=draft.number,
        notation=draft.notation,
        subject=draft.subject,
        issue_date=draft.issue_date,
        urgency=draft.urgency,
        issuing_agency_id=directive.issuing_agency_id,
    )


def directive_change(directive: Directive, fields: tuple[str, ...] = ()) -> contracts.DirectiveChange:
    return contracts.DirectiveChange(fields=fields, another_document_reason=directive.draft.another_document_reason)


def directive_state(directive: Directive) -> contracts.DirectiveState:
    return contracts.DirectiveState(
        **directive_summary(directive).model_dump(),
        state=directive.state,
        instruction_ids=tuple(instruction.id for instruction in directive.instructions),
    )


def instruction_state(instruction: Instruction, directive: events.Document) -> contracts.InstructionState:
    draft = instruction.draft
    return contracts.InstructionState(
        id=instruction.id,
        directive=directive_summary(directive),
        ordinal=instruction.ordinal,
        content=draft.content,
        deliverable=draft.deliverable,
        deadline_class=draft.deadline_class,
        deadline_wording=draft.deadline_wording,
        due=draft.due,
        lead_agency_ids=instruction.lead_agency_ids,
        group=draft.lead_group if draft.composed_group is None else COMPOSED,
        coordinating_agency_ids=instruction.coordinating_agency_ids,
        field=draft.field,
        reporting_agency_id=draft.reporting_agency_id,
        group_name=draft.composed_group.name if draft.composed_group is not None else None,
        left_out_agency_ids=draft.left_out,
    )


@to_contract.register
def _(event: events.Registered, directive: Directive) -> Contract:
    return contracts.DirectiveRegistered(
        occurred_at=event.occurred_at, state=directive_state(directive), change=directive_change(directive)
    )


@to_contract.register
def _(event: events.Changed, directive: Directive) -> Contract:
    change = directive_change(directive, event.fields)
    return contracts.DirectiveChanged(occurred_at=event.occurred_at, state=directive_state(directive), change=change)


@to_contract.register
def _(event: events.SubmittedForRelease, directive: Directive) -> Contract:
    return contracts.DirectiveSubmittedForRelease(
        occurred_at=event.occurred_at, state=directive_state(directive), change=contracts.DirectiveChange()
    )


@to_contract.register
def _(event: events.Released, directive: Directive) -> Contract:
    change = contracts.ReleaseChange(released_by=event.released_by)
    return contracts.DirectiveReleased(occurred_at=event.occurred_at, state=directive_state(directive), change=change)


@to_contract.register
def _(event: events.InstructionReleased, instruction: Instruction) -> Contract:
    change = contracts.ReleaseChange(released_by=event.released_by)
    return contracts.InstructionReleased(
        occurred_at=event.occurred_at, state=instruction_state(instruction, event.directive), change=change
    )
