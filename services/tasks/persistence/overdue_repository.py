"""Which passed due dates were told, and which could not be told yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.unit_of_work import Repository
from libs.contracts.buckets import AS_OF, AwaitingCountsAs, bucket_sql
from services.tasks.domain.overdue_notice import OverdueNotice
from services.tasks.domain.today import Today


def _untold(awaiting_counts_as: AwaitingCountsAs) -> str:
    return f"""
SELECT t.id FROM task t
WHERE t.due < {AS_OF} AND t.state <> 'COMPLETED' AND NOT t.is_group
  AND {bucket_sql("t", awaiting_counts_as=awaiting_counts_as)} = 'open_overdue'
  AND NOT EXISTS (SELECT 1 FROM overdue_told o WHERE o.task_id = t.id AND o.due = t.due)
  AND NOT EXISTS (SELECT 1 FROM overdue_put_aside p WHERE p.task_id = t.id AND p.due = t.due AND p.next_try_at > now())
"""


_FOUND = {rule: text(f"{_untold(rule)} ORDER BY t.due, t.number LIMIT :limit") for rule in AwaitingCountsAs}
# Whoever claims first tells; another waits for the end of his transaction and then finds nothing left to claim.
_CLAIM = {
    rule: text(f"""
INSERT INTO overdue_told (task_id, due, told_at)
SELECT t.id, t.due, :told_at FROM task t WHERE t.id = ANY(:ids) AND t.id IN ({_untold(rule)}) ORDER BY t.id
ON CONFLICT DO NOTHING RETURNING task_id
""")
    for rule in AwaitingCountsAs
}
_PUT_ASIDE = text("""
INSERT INTO overdue_put_aside AS p (task_id, due, reason, tries, next_try_at)
SELECT id, due, :reason, 1, now() + interval '1 minute' FROM task WHERE id = :id AND due IS NOT NULL
ON CONFLICT (task_id, due) DO UPDATE SET reason = excluded.reason, tries = p.tries + 1,
  next_try_at = now() + least(interval '1 minute' * power(2, least(p.tries, 20)), interval '1 day')
""")
_NO_LONGER_ASIDE = text("""
DELETE FROM overdue_put_aside p USING overdue_told o WHERE p.task_id = o.task_id AND p.due = o.due AND p.task_id = ANY(:ids)
""")
_ASIDE = text("SELECT count(*) FROM overdue_put_aside")


class OverdueRepository(Repository[OverdueNotice]):
    aggregate_type = "overdue-notice"

    async def claim(self, task_ids: Sequence[UUID], today: Today, *, now: datetime) -> list[UUID]:
        """Those of the tasks that are overdue today and that nobody has told: told from now on, if the transaction commits."""
        claim = _CLAIM[today.awaiting_counts_as]
        claimed = await self.connection.execute(claim, {"ids": list(task_ids), "as_of": today.day, "told_at": now})
        told = list(claimed.scalars())
        if told:
            await self.connection.execute(_NO_LONGER_ASIDE, {"ids": told})
        return told

    async def save(self, aggregate: OverdueNotice, *, expected_version: int) -> None:
        """Its row was written when it was claimed."""


async def untold(connection: AsyncConnection, today: Today, *, limit: int) -> list[UUID]:
    """Tasks whose due date passed and was not told, the oldest first, without those that are put aside for now."""
    return list((await connection.execute(_FOUND[today.awaiting_counts_as], {"as_of": today.day, "limit": limit})).scalars())


async def put_aside(connection: AsyncConnection, task_id: UUID, *, reason: str) -> None:
    """The due date of this task cannot be told now: tried again in a minute, then after twice as long each time, at last once a day."""
    await connection.execute(_PUT_ASIDE, {"id": task_id, "reason": reason})


async def count_put_aside(connection: AsyncConnection) -> int:
    return int((await connection.execute(_ASIDE)).scalar_one())
