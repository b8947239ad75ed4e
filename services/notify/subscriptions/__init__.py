"""What this service follows. Tasks in the order of their versions, so that nobody reads of a return before the submission."""

from collections.abc import Mapping

from libs.common.messaging.consumer import Consumer
from libs.contracts.contract import Contract
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
from services.notify.subscriptions.on_lead_changed import on_lead_changed
from services.notify.subscriptions.on_overdue_told import on_overdue_told
from services.notify.subscriptions.on_reorganisation_changed import on_reorganisation_changed
from services.notify.subscriptions.on_result_confirmed import on_result_confirmed
from services.notify.subscriptions.on_result_returned import on_result_returned
from services.notify.subscriptions.on_result_submitted import on_result_submitted
from services.notify.subscriptions.on_task_assigned import on_task_assigned
from services.notify.subscriptions.on_task_overdue import on_task_overdue

REPLICA_CONSUMER = "notify-directory"

CONSUMERS = (
    Consumer(
        "notify",
        ("tasks",),
        {
            TaskAssigned: on_task_assigned,
            ResultSubmitted: on_result_submitted,
            ResultConfirmed: on_result_confirmed,
            ResultReturned: on_result_returned,
            TaskOverdue: on_task_overdue,
            OverdueTold: on_overdue_told,
            LeadChanged: on_lead_changed,
        },
        sequential=True,
    ),
    # Agencies and memberships come in any order: only a newer version replaces a row.
    Consumer(REPLICA_CONSUMER, ("directory",), {**REPLICA_HANDLERS, ReorganisationChanged: on_reorganisation_changed}),
)
IGNORED: Mapping[type[Contract], str] = {
    TaskPassedOn: "the same people have the same work under another name; a notice for each task would drown the others",
    TaskRestated: "nothing happened of which anybody could be told",
    TaskAccepted: "the Office follows acceptance in its lists; a notice for each would drown the others",
    ProgressReported: "the Office follows progress in its lists; a notice for each would drown the others",
}
