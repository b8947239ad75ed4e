"""What this service follows: released instructions, agencies and memberships for its replica, and who took over from whom."""

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
from libs.directory_replica.handlers import REPLICA_HANDLERS
from services.tasks.subscriptions.on_instruction_released import on_instruction_released
from services.tasks.subscriptions.on_reorganisation_changed import on_reorganisation_changed

REPLICA_CONSUMER = "tasks"

CONSUMERS = (
    Consumer(
        REPLICA_CONSUMER,
        ("directory", "directives"),
        {**REPLICA_HANDLERS, InstructionReleased: on_instruction_released, ReorganisationChanged: on_reorganisation_changed},
    ),
)
IGNORED: Mapping[type[Contract], str] = {
    DirectiveRegistered: "a draft is no task yet",
    DirectiveChanged: "a draft is no task yet",
    DirectiveSubmittedForRelease: "a draft is no task yet",
    DirectiveReleased: "each of its instructions comes as an event of its own",
}
