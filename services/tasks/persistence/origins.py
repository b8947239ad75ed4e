"""Where results that await their decision come from, for whoever asks who may decide."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.tasks.domain.lifecycle import State
from services.tasks.domain.report import Origin

# By person: who entered or submitted it may have another membership, and the one he had may have ended meanwhile.
_ORIGINS = text("""
SELECT r.task_id,
       EXISTS (SELECT 1 FROM assignment x JOIN agency_replica a ON a.id = x.agency_id
               WHERE x.task_id = r.task_id AND x.role IN ('LEAD', 'REPORTING') AND x.valid_to IS NULL
                 AND a.kind IN ('OFFICE', 'PROVINCE_COMMITTEE')) AS of_the_house,
       ARRAY(SELECT m.person_id FROM membership_replica m WHERE m.id IN (r.submitted_by, f.uploaded_by)) AS persons
FROM result r LEFT JOIN file f ON f.id = r.file_id
WHERE r.task_id = ANY(:ids) AND r.decision = 'WAITING'
""")


async def origins(connection: AsyncConnection, rows: Sequence[Any]) -> dict[UUID, Origin]:
    """Of rows of the table of tasks: task → the origin of its result, where one awaits its decision."""
    awaiting = [row.id for row in rows if State(row.state) is State.AWAITING_CONFIRMATION]
    if not awaiting:
        return {}
    found = await connection.execute(_ORIGINS, {"ids": awaiting})
    return {row.task_id: Origin(frozenset(row.persons), row.of_the_house) for row in found}
