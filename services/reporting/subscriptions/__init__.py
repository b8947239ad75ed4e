"""What this service follows: every step of a task, releases to compare with, agencies and memberships for its replica."""

from collections.abc import Mapping

from libs.common.messaging.consumer import Consumer
from libs.contracts.contract import Contract
from libs.contracts.directives import (
    DirectiveChanged,
    DirectiveRegistered,
    DirectiveReleased,
    DirectiveSubmittedForRelease,
    InstructionReleased,
)
from libs.contracts.directory import ReorganisationChanged
from libs.contracts.tasks import (
    LeadChanged,
    OverdueTold,
    ProgressReported,
    ResultConfirmed,
    ResultReturned,
    ResultSubmitted,
    TaskAccepted,
    TaskAssigned,
    TaskOverdue,
    TaskPassedOn,
    TaskRestated,
)
from libs.directory_replica.handlers import REPLICA_HANDLERS
from services.reporting.projections.stretches import rewrite_stretches_of
from services.reporting.subscriptions.on_directive_released import on_directive_released
from services.reporting.subscriptions.on_lead_changed import on_lead_changed
from services.reporting.subscriptions.on_progress_reported import on_progress_reported
from services.reporting.subscriptions.on_result_confirmed import on_result_confirmed
from services.reporting.subscriptions.on_result_returned import on_result_returned
from services.reporting.subscriptions.on_result_submitted import on_result_submitted
from services.reporting.subscriptions.on_task_accepted import on_task_accepted
from services.reporting.subscriptions.on_task_assigned import on_task_assigned
from services.reporting.subscriptions.on_task_overdue import on_task_overdue
from services.reporting.subscriptions.on_task_passed_on import on_task_passed_on
from services.reporting.subscriptions.on_task_restated import on_task_restated

REPLICA_CONSUMER = "reporting"

CONSUMERS = (
    Consumer(
        REPLICA_CONSUMER,
        ("directory", "directives", "tasks"),
        {
            **REPLICA_HANDLERS,
            DirectiveReleased: on_directive_released,
            TaskAssigned: on_task_assigned,
            TaskAccepted: on_task_accepted,
            ProgressReported: on_progress_reported,
            ResultSubmitted: on_result_submitted,
            ResultConfirmed: on_result_confirmed,
            ResultReturned: on_result_returned,
            LeadChanged: on_lead_changed,
            TaskPassedOn: on_task_passed_on,
            TaskRestated: on_task_restated,
            TaskOverdue: on_task_overdue,
        },
        afterwards=rewrite_stretches_of,
    ),
)
IGNORED: Mapping[type[Contract], str] = {
    ReorganisationChanged: "what it does to agencies and memberships is told in events of their own",
    DirectiveRegistered: "a draft counts nowhere",
    DirectiveChanged: "a draft counts nowhere",
    DirectiveSubmittedForRelease: "a draft counts nowhere",
    OverdueTold: "changes no figure, which turns at midnight by itself, and no version of the task",
    InstructionReleased: "counted as the task it becomes; directive-released tells which tasks must come",
}
