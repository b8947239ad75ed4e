"""Our words → the words we promise to others, in one place."""

from functools import singledispatch

from libs.common.clock import vietnam_date
from libs.common.domain import Aggregate, DomainEvent
from libs.contracts import tasks as contracts
from libs.contracts.contract import Contract
from services.tasks.domain import events
from services.tasks.domain.assignment import Assignment
from services.tasks.domain.overdue_notice import OverdueNotice
from services.tasks.domain.task import Task


@singledispatch
def to_contract(event: DomainEvent, aggregate: Aggregate) -> Contract:
    raise NotImplementedError(f"{type(event).__name__} of {type(aggregate).__name__} has no contract")


def assignment_state(one: Assignment) -> contracts.AssignmentState:
    return contracts.AssignmentState(agency_id=one.agency_id, role=one.role, due=one.due, valid_from=one.valid_from, valid_to=one.valid_to)


def task_state(task: Task) -> contracts.TaskState:
    assigned, course, result = task.assigned, task.course, task.result
    submitted_at = task.submitted_at
    return contracts.TaskState(
        id=task.id,
        code=task.code,
        directive=assigned.directive,
        parent_id=assigned.group_id,
        is_group=assigned.is_group,
        ordinal=assigned.ordinal,
        content=assigned.content,
        state=course.state,
        deadline_class=assigned.deadline_class,
        original_due=assigned.original_due,
        due=course.due,
        assigned_on=assigned.assigned_on,
        assigned_at=assigned.assigned_at,
        lead_agency_id=task.lead_agency_id,
        assignments=tuple(assignment_state(one) for one in task.in_force),
        percent=course.percent,
        last_reported_at=course.last_reported_at,
        submitted_at=submitted_at,
        submitted_on=vietnam_date(submitted_at) if submitted_at else None,
        report_document_date=result.report_date if result and submitted_at else None,
        completed_on=course.completed_on,
        quality=result.quality if result else None,
        return_count=course.return_count,
        flags=assigned.flags,
        group_id=assigned.group_id,
        field=assigned.field,
        reporting_agency_id=task.reporting_agency_id,
    )


@to_contract.register
def _(event: events.Assigned, task: Task) -> Contract:
    change = contracts.AssignedChange(released_by=event.released_by)
    return contracts.TaskAssigned(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.Accepted, task: Task) -> Contract:
    return contracts.TaskAccepted(occurred_at=event.occurred_at, state=task_state(task), change=contracts.NoChange())


@to_contract.register
def _(event: events.ProgressReported, task: Task) -> Contract:
    change = contracts.ProgressChange(percent=event.percent, has_difficulty=event.has_difficulty)
    return contracts.ProgressReported(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.ResultSubmitted, task: Task) -> Contract:
    change = contracts.ResultChange(result_number=event.result_number, report_number=event.report_number, report_date=event.report_date)
    return contracts.ResultSubmitted(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.ResultConfirmed, task: Task) -> Contract:
    change = contracts.ConfirmationChange(result_number=event.result_number, quality=event.quality)
    return contracts.ResultConfirmed(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.ResultReturned, task: Task) -> Contract:
    change = contracts.ReturnChange(result_number=event.result_number, reason=event.reason)
    return contracts.ResultReturned(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.LeadChanged, task: Task) -> Contract:
    change = contracts.LeadChange(ended=tuple(assignment_state(one) for one in event.ended), reason=event.reason)
    return contracts.LeadChanged(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.PassedOn, task: Task) -> Contract:
    change = contracts.PassedOnChange(ended=tuple(assignment_state(one) for one in event.ended), reason=event.reason)
    return contracts.TaskPassedOn(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.Restated, task: Task) -> Contract:
    change = contracts.RestatedChange(fields=event.fields)
    return contracts.TaskRestated(occurred_at=event.occurred_at, state=task_state(task), change=change)


@to_contract.register
def _(event: events.OverdueTold, notice: OverdueNotice) -> Contract:
    change = contracts.OverdueChange(due=event.due)
    return contracts.OverdueTold(occurred_at=event.occurred_at, state=task_state(notice.task), change=change)
