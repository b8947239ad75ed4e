"""What was released, to compare with what arrived: an instruction and the task it becomes share one id."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveReleased

_KEEP = text("""
INSERT INTO directive_fact (source, id, version, known_on, occurred_at, instruction_ids)
VALUES (:source, :id, :version, :known_on, :occurred_at, :instruction_ids) ON CONFLICT DO NOTHING
""")

_MISSING = text("""
SELECT count(*) AS instructions, min(released.occurred_at) AS oldest_release
FROM (SELECT unnest(instruction_ids) AS id, occurred_at FROM directive_fact) AS released
WHERE NOT EXISTS (SELECT 1 FROM task_now WHERE task_now.id = released.id)
""")


@dataclass(frozen=True)
class NotArrived:
    """Released instructions of which no task is known. Some for a moment are usual; some for minutes mean that events are stuck."""

    instructions: int
    oldest_release: datetime | None


async def keep_release(connection: AsyncConnection, event: DirectiveReleased, envelope: Envelope) -> None:
    await connection.execute(
        _KEEP,
        {
            "source": envelope.source,
            "id": event.state.id,
            "version": envelope.version,
            "known_on": vietnam_date(event.occurred_at),
            "occurred_at": event.occurred_at,
            "instruction_ids": list(event.state.instruction_ids),
        },
    )


async def released_but_not_arrived(connection: AsyncConnection) -> NotArrived:
    row = (await connection.execute(_MISSING)).one()
    return NotArrived(row.instructions, row.oldest_release)
