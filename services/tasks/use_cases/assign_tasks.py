"""A released instruction becomes a task, or, when it names a group, one parent and a task for each agency of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from libs.common.clock import vietnam_date
from libs.contracts.directives import InstructionState
from services.tasks.domain.task import DUE_HAS_PASSED, Task, TaskTerms
from services.tasks.persistence.unit_of_work import TasksUnitOfWork


@dataclass(frozen=True)
class Release:
    """`by` is the membership that released."""

    at: datetime
    by: UUID | None


async def assign_tasks(
    instruction: InstructionState, uow: TasksUnitOfWork, *, released_at: datetime, released_by: UUID | None = None
) -> list[Task]:
    """Never refuses: what is wrong with a released instruction is flagged. Doing it again makes nothing twice."""
    async with uow:
        if await uow.tasks.exists(instruction.id):
            return []
        numbers = await uow.tasks.next_numbers(1 + len(_members(instruction)))
        tasks = tasks_of(instruction, numbers, released_at=released_at, released_by=released_by)
        for task in tasks:
            uow.tasks.touch(task)
        await uow.commit()
    return tasks


def tasks_of(
    instruction: InstructionState, numbers: Sequence[int], *, released_at: datetime, released_by: UUID | None = None
) -> list[Task]:
    """The task of an instruction, or the parent of a group and after it the part of each agency; a number for each."""
    release = Release(released_at, released_by)
    if instruction.group is None:
        return [_task(instruction.id, instruction, numbers[0], release, lead=instruction.lead_agency_ids[0])]
    return [
        _task(instruction.id, instruction, numbers[0], release, lead=None),
        *(
            _task(uuid5(instruction.id, str(agency)), instruction, number, release, lead=agency, group=instruction.id)
            for agency, number in zip(_members(instruction), numbers[1:], strict=True)
        ),
    ]


def _members(instruction: InstructionState) -> tuple[UUID, ...]:
    return instruction.lead_agency_ids if instruction.group is not None else ()


def _task(
    task_id: UUID, instruction: InstructionState, number: int, release: Release, *, lead: UUID | None, group: UUID | None = None
) -> Task:
    due_had_passed = instruction.due is not None and instruction.due < vietnam_date(release.at)
    return Task.assign(
        task_id,
        TaskTerms(
            number=number,
            directive=instruction.directive,
            group_id=group,
            is_group=lead is None,
            ordinal=instruction.ordinal,
            content=instruction.content,
            deliverable=instruction.deliverable,
            deadline_class=instruction.deadline_class,
            deadline_wording=instruction.deadline_wording,
            original_due=instruction.due,
            assigned_at=release.at,
            field=instruction.field,
            flags=(DUE_HAS_PASSED,) if due_had_passed else (),
            group_name=instruction.group_name if lead is None else None,
            left_out=len(instruction.left_out_agency_ids) if lead is None else 0,
        ),
        lead=lead,
        # Each agency of a group reports itself.
        reporting=instruction.reporting_agency_id if instruction.group is None else None,
        # Coordinators of a group coordinate the whole of it.
        coordinating=instruction.coordinating_agency_ids if group is None else (),
        released_by=release.by,
    )
