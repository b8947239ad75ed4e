"""What this service follows: agencies and memberships, for its replica."""

from collections.abc import Mapping

from libs.common.messaging.consumer import Consumer
from libs.contracts.contract import Contract
from libs.contracts.directory import ReorganisationChanged
from libs.directory_replica.handlers import REPLICA_HANDLERS

REPLICA_CONSUMER = "directives"

CONSUMERS = (Consumer(REPLICA_CONSUMER, ("directory",), REPLICA_HANDLERS),)
IGNORED: Mapping[type[Contract], str] = {
    ReorganisationChanged: "what it does to agencies and memberships is told in events of their own",
}
