"""What was released, to compare with what arrived: an instruction and the task it becomes share one id."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveReleased

_KEEP = text("""
INSERT INTO directive_fact (source, id, version, known_on, occurred_at, instruction_ids)
VALUES (:source, :id, :version, :known_on, :occurred_at, :instruction_ids) ON CONFLICT DO NOTHING
""")

# A note for each instruction whose task must come. A task that came first leaves a note that says nothing, and is swept as well.
_AWAIT = text("""
INSERT INTO awaited_instruction (id, released_at) SELECT id, :occurred_at FROM unnest(CAST(:instruction_ids AS uuid[])) AS released (id)
ON CONFLICT DO NOTHING
""")
_ARRIVED = text("DELETE FROM awaited_instruction WHERE EXISTS (SELECT FROM task_now WHERE task_now.id = awaited_instruction.id)")
_STILL_AWAITED = "NOT EXISTS (SELECT FROM task_now WHERE task_now.id = awaited_instruction.id)"
_MISSING = text(f"""
SELECT count(*) AS instructions, min(released_at) AS oldest_release, count(*) FILTER (WHERE released_at < :late) AS late
FROM awaited_instruction WHERE {_STILL_AWAITED}
""")
_LATE = text(f"""
WITH late AS (SELECT id FROM awaited_instruction WHERE released_at < :late AND {_STILL_AWAITED})
SELECT f.id, max(f.occurred_at) AS released_at, count(DISTINCT late.id) AS instructions
FROM directive_fact f JOIN late ON late.id = ANY(f.instruction_ids)
GROUP BY f.id ORDER BY released_at, f.id LIMIT :most
""")
# A release becomes tasks within seconds, also when the bus has lost it; what has not after a minute needs somebody.
LATE_AFTER = timedelta(minutes=1)
MOST_TOLD = 50


@dataclass(frozen=True)
class NotArrived:
    """Released instructions of which no task is known. Some for a moment are usual; those that are `late` mean that events are stuck."""

    instructions: int
    oldest_release: datetime | None
    late: int


@dataclass(frozen=True)
class LateRelease:
    """A document of which so many instructions have not become tasks, though they should have."""

    directive_id: UUID
    released_at: datetime
    instructions: int


async def keep_release(connection: AsyncConnection, event: DirectiveReleased, envelope: Envelope) -> None:
    release = {
        "source": envelope.source,
        "id": event.state.id,
        "version": envelope.version,
        "known_on": vietnam_date(event.occurred_at),
        "occurred_at": event.occurred_at,
        "instruction_ids": list(event.state.instruction_ids),
    }
    await connection.execute(_KEEP, release)
    await connection.execute(_AWAIT, {name: release[name] for name in ("occurred_at", "instruction_ids")})


async def forget_arrived(connection: AsyncConnection) -> None:
    """What has become a task is awaited no longer, so that whoever asks what is missing reads little else."""
    await connection.execute(_ARRIVED)


async def released_but_not_arrived(connection: AsyncConnection, *, now: datetime) -> NotArrived:
    row = (await connection.execute(_MISSING, {"late": now - LATE_AFTER})).one()
    return NotArrived(row.instructions, row.oldest_release, row.late)


async def late_releases(connection: AsyncConnection, *, now: datetime) -> list[LateRelease]:
    """The documents for whoever has to see to them, the oldest first."""
    rows = await connection.execute(_LATE, {"late": now - LATE_AFTER, "most": MOST_TOLD})
    return [LateRelease(row.id, row.released_at, row.instructions) for row in rows]
