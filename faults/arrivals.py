"""What each consumer still lacks of what has happened at its sources: how long a system takes to have caught up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from faults.evidence import FOLLOWED, SOURCES, Databases

Key = tuple[int, str, int]
Follower = tuple[str, str, str]

_EVENTS = "SELECT epoch, aggregate_id::text AS id, version FROM event_log"
# A claim in the inbox and its effect are one transaction, so what is claimed is in the projections.
_LACKING = """
SELECT w.epoch, w.id::text AS id, w.version FROM unnest($3::int[], $4::text[]::uuid[], $5::int[]) AS w (epoch, id, version)
WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.consumer = $1 AND i.source = $2
                  AND i.epoch = w.epoch AND i.aggregate_id = w.id AND i.version = w.version)
"""


@dataclass
class Arrivals:
    """`arrived`: what each follower is known to have, so that it is not asked again for all that ever happened."""

    arrived: dict[Follower, set[Key]] = field(default_factory=lambda: {follower: set() for follower in FOLLOWED})

    async def awaited(self, databases: Databases) -> dict[Follower, list[Key]]:
        """What has happened by now and is not known to have arrived."""
        happened = {source: _keys(await databases.lines[source].fetch(_EVENTS)) for source in SOURCES}
        return {follower: sorted(happened[follower[2]] - self.arrived[follower]) for follower in FOLLOWED}

    async def lacking(self, databases: Databases, awaited: dict[Follower, list[Key]]) -> dict[Follower, list[Key]]:
        """What of `awaited` has not arrived yet; a follower that has everything is not named."""
        lacking = {}
        for (service, consumer, source), keys in awaited.items():
            columns: Iterable[list[object]] = ([key[place] for key in keys] for place in range(3))
            missing = _keys(await databases.lines[service].fetch(_LACKING, consumer, source, *columns))
            self.arrived[service, consumer, source].update(set(keys) - missing)
            if missing:
                lacking[service, consumer, source] = sorted(missing)
        return lacking


def _keys(rows: Iterable[dict[str, object]]) -> set[Key]:
    return {(row["epoch"], row["id"], row["version"]) for row in rows}  # type: ignore[misc]
