"""What happened to one task: its events, who caused them, and what was reported with them, which events do not carry."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ASSIGNED = "chidao.tasks.task-assigned.v1"

# Of what an event holds only that which is told. A task is written by the service, but a person released it, in a membership that may
# have ended, or of which the directory has not told yet.
_HISTORY = text(f"""
SELECT e.version, e.type, e.occurred_at, e.created_at, a.actor, a.role, a.agency_id,
       e.payload #>> '{{state,state}}' AS state, CAST(e.payload #>> '{{state,percent}}' AS int) AS percent,
       CAST(e.payload -> 'change' AS text) AS change,
       p.percent AS reported, p.content, p.difficulty, p.proposal,
       m.person_id AS released_by, m.role AS released_as, m.agency_id AS released_for
FROM event_log e JOIN audit_entry a USING (event_id)
LEFT JOIN progress_report p ON p.task_id = e.aggregate_id AND p.version = e.version
LEFT JOIN membership_replica m ON e.type = '{ASSIGNED}' AND m.id = CAST(e.payload #>> '{{change,released_by}}' AS uuid)
WHERE e.aggregate_id = :id ORDER BY e.epoch, e.version
""")


async def happened_to(connection: AsyncConnection, task_id: UUID) -> list[Any]:
    """A row for each event, oldest first. Where nothing was reported, `content` is null; where nobody is known to have released it,
    `released_by` is."""
    return list((await connection.execute(_HISTORY, {"id": task_id})).all())
