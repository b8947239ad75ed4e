"""What else holds while a storm blows: planted in the processes, switched off around them, or done to broker and database."""

from dataclasses import dataclass

from faults.kills import Kind
from libs.common.fault_points import Point
from libs.common.messaging.topology import DELIVERY_LIMIT


@dataclass(frozen=True)
class Conditions:
    """`patches` are names of `planted.PATCHES`, `statements` are (service, SQL) run before the first kill, as superuser.

    `purging`: all queues are emptied with each kill. `outage`: so many seconds a database that was killed is left down, with messages
    waiting for their consumers. `without`: points that nobody comes to then.
    """

    patches: tuple[str, ...] = ()
    statements: tuple[tuple[str, str], ...] = ()
    kinds: tuple[Kind, ...] = tuple(Kind)
    without: frozenset[Point] = frozenset()
    delivery_limit: int = DELIVERY_LIMIT
    purging: bool = False
    outage: float = 0.0


ORDINARY = Conditions()
