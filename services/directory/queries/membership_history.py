"""Who changed what among the people of an agency, and when: from the event log itself, the newest first."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Along event_log_membership. What a membership is called never changes, so its row tells it of every moment.
_ACTS = text("""
SELECT e.seq, e.occurred_at, e.version, m.id, m.person_id, p.name, m.position, m.role,
  CAST(e.payload #>> '{state,valid_from}' AS date) AS valid_from, CAST(e.payload #>> '{state,valid_to}' AS date) AS valid_to,
  e.payload #>> '{change,reason}' AS reason, e.actor,
  (SELECT a.agency_id FROM audit_entry a WHERE a.event_id = e.event_id) AS actor_agency_id
FROM event_log e JOIN membership m ON m.id = e.aggregate_id JOIN person p ON p.id = m.person_id
WHERE e.aggregate_type = 'membership' AND e.payload #>> '{state,agency_id}' = CAST(:agency_id AS text)
  AND (CAST(:before AS bigint) IS NULL OR e.seq < CAST(:before AS bigint))
ORDER BY e.seq DESC LIMIT :limit
""")


@dataclass(frozen=True)
class MembershipAct:
    """`version` 1 began the membership, each later one ended it. `actor` is a person's id or a service's name; `seq` orders the list."""

    seq: int
    occurred_at: datetime
    version: int
    membership_id: UUID
    person_id: UUID
    name: str
    position: str
    role: str
    valid_from: date | None
    valid_to: date | None
    reason: str
    actor: str
    actor_agency_id: UUID | None


async def membership_history(connection: AsyncConnection, agency_id: UUID, *, before: int | None, limit: int) -> list[MembershipAct]:
    rows = await connection.execute(_ACTS, {"agency_id": str(agency_id), "before": before, "limit": limit})
    return [MembershipAct(*row) for row in rows]
