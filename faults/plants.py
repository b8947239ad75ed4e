"""Six faults that the checker has to find, each with how many kills it may take, and the two storms beside it that must stay calm.

The design heals what one path loses, so the other path is off where a fault is planted: faults of the bus blow with the sweep off, faults
of the feed with the bus off, and a low delivery limit where consumers do not ask first whether their database answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from faults.conditions import Conditions
from faults.kills import Kind
from libs.common.fault_points import Point

# The keys that would refuse a second fact or notice; what refers to them goes with them.
_WITHOUT_KEYS = (
    ("reporting", "ALTER TABLE task_fact DROP CONSTRAINT task_fact_pkey"),
    ("reporting", "ALTER TABLE directive_fact DROP CONSTRAINT directive_fact_pkey"),
    ("notify", "ALTER TABLE notice DROP CONSTRAINT notice_pkey CASCADE"),
    ("notify", "ALTER TABLE notice DROP CONSTRAINT notice_source_aggregate_id_version_agency_id_key"),
)
_LOW_LIMIT = 3
_LONG_OUTAGE_SECONDS = 20.0
_AT_ACKNOWLEDGING = frozenset({Point.BEFORE_ACKNOWLEDGE, Point.AFTER_ACKNOWLEDGE})
_BEFORE_EFFECT_ONLY = frozenset(Point) - {Point.BEFORE_EFFECT}


@dataclass(frozen=True)
class Plant:
    """`fault` must be found within `kills` kills, in words with `told`.

    `mode` is the same without the fault, `healed` the fault with everything else on.
    """

    fault: Conditions
    mode: Conditions
    healed: Conditions
    kills: int
    told: str = "had not reached"


def _with(mode: Conditions, *patches: str) -> Conditions:
    return replace(mode, patches=(*mode.patches, *patches))


_CONSUMERS_DIE = Conditions(kinds=(Kind.CONSUMER,), without=_BEFORE_EFFECT_ONLY)
_RELAYS_DIE = Conditions(kinds=(Kind.RELAY,))
_QUEUES_ARE_PURGED = Conditions(kinds=(Kind.CONSUMER,), purging=True)
_DATABASE_IS_LONG_AWAY = Conditions(kinds=(Kind.DATABASE,), outage=_LONG_OUTAGE_SECONDS)
_LATE_COMMITS = Conditions(kinds=(Kind.API,), patches=("late-commits", "sweep-often"))

PLANTS: Mapping[str, Plant] = {
    "acknowledge-before-commit": Plant(
        fault=_with(_CONSUMERS_DIE, "without-sweep", "acknowledge-before-commit"),
        mode=_with(_CONSUMERS_DIE, "without-sweep"),
        healed=_with(_CONSUMERS_DIE, "acknowledge-before-commit"),
        kills=3,
    ),
    "delete-before-confirm": Plant(
        fault=_with(_RELAYS_DIE, "without-sweep", "delete-before-confirm"),
        mode=_with(_RELAYS_DIE, "without-sweep"),
        healed=_with(_RELAYS_DIE, "delete-before-confirm"),
        kills=3,
    ),
    "no-claim": Plant(
        fault=_with(Conditions(kinds=(Kind.CONSUMER,), statements=_WITHOUT_KEYS), "no-claim"),
        mode=Conditions(kinds=(Kind.CONSUMER,), statements=_WITHOUT_KEYS),
        healed=_with(Conditions(kinds=(Kind.CONSUMER,)), "no-claim"),
        kills=2,
        told="one too many",
    ),
    "purged-queues-without-sweep": Plant(
        fault=_with(_QUEUES_ARE_PURGED, "without-sweep"),
        mode=_with(Conditions(kinds=(Kind.CONSUMER,)), "without-sweep"),
        healed=_QUEUES_ARE_PURGED,
        kills=2,
    ),
    "low-delivery-limit": Plant(
        fault=_with(replace(_DATABASE_IS_LONG_AWAY, delivery_limit=_LOW_LIMIT), "without-sweep", "without-probe"),
        mode=_with(_DATABASE_IS_LONG_AWAY, "without-sweep", "without-probe"),
        healed=replace(_DATABASE_IS_LONG_AWAY, delivery_limit=_LOW_LIMIT),
        kills=3,
    ),
    "feed-by-sequence": Plant(
        fault=_with(replace(_LATE_COMMITS, without=_AT_ACKNOWLEDGING), "without-bus", "feed-by-sequence"),
        mode=_with(replace(_LATE_COMMITS, without=_AT_ACKNOWLEDGING), "without-bus"),
        healed=_with(_LATE_COMMITS, "feed-by-sequence"),
        kills=3,
    ),
}
