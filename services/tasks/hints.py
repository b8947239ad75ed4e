"""Whose pages a change of a task is for: those of the agencies that have a part in it, and of whoever oversees all tasks."""

from collections.abc import Iterable
from uuid import UUID

from libs.common.live import Hint, concerned
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import contract_of
from libs.contracts.directives import InstructionReleased
from services.tasks.domain.permissions import OVERSIGHT_ROLES
from services.tasks.domain.task import Task

TASKS = "tasks"
# The parent of a group is shown as its parts stand, also to those who see no part but their own.
GROUPS = "groups"
LISTS = (TASKS, GROUPS)


def hint_of_task(task: Task) -> Hint:
    """Of a group, or a part of one, pages that show groups are told as well, whosever they are.

    Whoever had a part in it before is told too, so that it leaves his lists.
    """
    agencies = {assignment.agency_id for assignment in task.assignments}
    return _hint(agencies, in_group=task.is_group or task.assigned.group_id is not None)


def hint_of_event(envelope: Envelope) -> Hint:
    """What a consumed event did to the lists of tasks: a released instruction brings them to its agencies, who is who concerns all."""
    if contract_of(envelope.type) is not InstructionReleased:
        return Hint.for_everybody(*LISTS)
    state = InstructionReleased.model_validate(envelope.data).state
    reporting = [state.reporting_agency_id] if state.reporting_agency_id is not None else []
    return _hint((*state.lead_agency_ids, *reporting, *state.coordinating_agency_ids), in_group=state.group is not None)


def _hint(agencies: Iterable[UUID], *, in_group: bool) -> Hint:
    hint = Hint({TASKS: concerned(agencies=agencies, roles=OVERSIGHT_ROLES)})
    return hint | Hint.for_everybody(GROUPS) if in_group else hint
