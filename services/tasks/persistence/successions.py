"""Who took over from whom, as the directory has told, and which tasks are still to be passed on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# In whatever order it is told: whoever took over may have ended before this is known, and who ended may have taken over before.
_KEEP = text("""
WITH kept AS (
  INSERT INTO succession (ended_agency_id, successor_ids, heir_id, effective_on, legal_basis, reorganisation_id)
  SELECT ended, CAST(:successor_ids AS uuid[]),
    CASE WHEN cardinality(CAST(:successor_ids AS uuid[])) = 1
         THEN coalesce((SELECT heir_id FROM succession WHERE ended_agency_id = (CAST(:successor_ids AS uuid[]))[1]),
                       (CAST(:successor_ids AS uuid[]))[1]) END,
    :effective_on, :legal_basis, :reorganisation_id
  FROM unnest(CAST(:ended_agency_ids AS uuid[])) AS ended
  ON CONFLICT DO NOTHING RETURNING ended_agency_id, heir_id)
UPDATE succession s SET heir_id = kept.heir_id FROM kept WHERE s.heir_id = kept.ended_agency_id AND kept.heir_id IS NOT NULL
""")
_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")
SUCCESSIONS_LOCK = 7_301_011
_OF = text("SELECT successor_ids FROM succession WHERE ended_agency_id = :id AND heir_id IS NULL")
_COUNT = text("""
UPDATE succession SET passed_on = passed_on + told.tasks
FROM unnest(CAST(:agencies AS uuid[]), CAST(:tasks AS int[])) AS told (agency_id, tasks) WHERE ended_agency_id = told.agency_id
""")
# Each agency that has ended is looked for by itself, at the indexes of what it leads, coordinates and reports that is open.
_TO_PASS_ON = text("""
SELECT part.task_id FROM succession s CROSS JOIN LATERAL (
  (SELECT t.id AS task_id FROM task t WHERE t.lead_agency_id = s.ended_agency_id AND t.state <> 'COMPLETED'
     AND t.id <> ALL(CAST(:aside AS uuid[])) LIMIT :limit)
  UNION ALL
  (SELECT a.task_id FROM assignment a WHERE a.agency_id = s.ended_agency_id AND a.role = 'COORDINATING' AND a.valid_to IS NULL
     AND a.task_is_open AND a.task_id <> ALL(CAST(:aside AS uuid[])) LIMIT :limit)
  UNION ALL
  (SELECT a.task_id FROM assignment a WHERE a.agency_id = s.ended_agency_id AND a.role = 'REPORTING' AND a.valid_to IS NULL
     AND a.task_is_open AND a.task_id <> ALL(CAST(:aside AS uuid[])) LIMIT :limit)) part
WHERE s.heir_id IS NOT NULL LIMIT :limit
""")


@dataclass(frozen=True)
class ToldSuccession:
    """As a reorganisation in effect tells it."""

    reorganisation_id: UUID
    ended_agency_ids: Sequence[UUID]
    successor_ids: Sequence[UUID]
    effective_on: date
    legal_basis: str


class Successions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_choose_from(self, agency_id: UUID) -> list[UUID] | None:
        """Who took over from an agency that has ended: several or nobody. None where it lives, or the only one has an heir."""
        row = (await self._connection.execute(_OF, {"id": agency_id})).one_or_none()
        return None if row is None else list(row.successor_ids)

    async def count_passed_on(self, tasks_of_agencies: dict[UUID, int]) -> None:
        await self._connection.execute(_COUNT, {"agencies": list(tasks_of_agencies), "tasks": list(tasks_of_agencies.values())})


async def keep_succession(connection: AsyncConnection, told: ToldSuccession) -> None:
    """Told again it changes nothing. Two that are told at once are kept one after the other, so that no heir is missed."""
    await connection.execute(_LOCK, {"lock": SUCCESSIONS_LOCK})
    await connection.execute(
        _KEEP, {**vars(told), "ended_agency_ids": list(told.ended_agency_ids), "successor_ids": list(told.successor_ids)}
    )


async def to_pass_on(connection: AsyncConnection, *, aside: Collection[UUID], limit: int) -> list[UUID]:
    """Open tasks in which an agency has a part that has ended with one heir, without those that are put aside."""
    found = (await connection.execute(_TO_PASS_ON, {"aside": list(aside), "limit": limit})).scalars()
    return list(dict.fromkeys(found))
