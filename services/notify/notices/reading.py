"""Notices of one person: what was told to the agency and role he acts in since a moment (`since`), and what of it he has read."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import NotFound

_HIS = "(n.agency_id IS NULL OR n.agency_id = :agency_id) AND n.roles @> ARRAY[CAST(:role AS text)] AND n.created_at >= :since"

_LIST = text(f"""
WITH his AS (
  SELECT n.*, EXISTS (SELECT 1 FROM notice_read r WHERE r.notice_id = n.id AND r.person_id = :person_id) AS read
  FROM notice n WHERE {_HIS}),
matched AS (SELECT * FROM his WHERE NOT :only_unread OR NOT read),
page AS (
  SELECT * FROM matched
  WHERE CAST(:before AS timestamptz) IS NULL OR (created_at, number) < (CAST(:before AS timestamptz), CAST(:before_number AS bigint))
  ORDER BY created_at DESC, number DESC LIMIT :limit)
SELECT page.*, counted.total FROM (SELECT count(*) AS total FROM matched) AS counted LEFT JOIN page ON true
ORDER BY page.created_at DESC, page.number DESC
""")
_UNREAD = text(f"""
SELECT count(*) FROM notice n
WHERE {_HIS} AND NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.notice_id = n.id AND r.person_id = :person_id)
""")
_READ = text(f"""
INSERT INTO notice_read (person_id, notice_id) SELECT :person_id, n.id FROM notice n WHERE n.id = :id AND {_HIS}
ON CONFLICT (person_id, notice_id) DO UPDATE SET read_at = notice_read.read_at RETURNING true
""")
_READ_ALL = text(f"""
INSERT INTO notice_read (person_id, notice_id) SELECT :person_id, n.id FROM notice n WHERE {_HIS} ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Notice:
    id: UUID
    number: int
    kind: str
    task_id: UUID
    task_code: str
    directive_label: str
    content: str
    detail: dict[str, str | None]
    created_at: datetime
    read: bool


@dataclass(frozen=True)
class Notices:
    items: list[Notice]
    total: int


def _of(actor: Actor, since: datetime) -> dict[str, Any]:
    return {"agency_id": actor.agency_id, "role": actor.role, "person_id": actor.person_id, "since": since}


async def list_notices(
    connection: AsyncConnection, actor: Actor, *, since: datetime, only_unread: bool, before: tuple[datetime, int] | None, limit: int
) -> Notices:
    """A page, newest first, and how many there are in all."""
    page = {"before": before[0] if before else None, "before_number": before[1] if before else None, "limit": limit}
    rows = (await connection.execute(_LIST, {**_of(actor, since), "only_unread": only_unread, **page})).all()
    return Notices(
        [
            Notice(
                id=row.id,
                number=row.number,
                kind=row.kind,
                task_id=row.task_id,
                task_code=row.task_code,
                directive_label=row.directive_label,
                content=row.content,
                detail=json.loads(row.detail) if isinstance(row.detail, str) else row.detail,
                created_at=row.created_at,
                read=row.read,
            )
            for row in rows
            if row.id is not None
        ],
        rows[0].total,
    )


async def count_unread(connection: AsyncConnection, actor: Actor, *, since: datetime) -> int:
    return int((await connection.execute(_UNREAD, _of(actor, since))).scalar_one())


async def mark_read(connection: AsyncConnection, actor: Actor, notice_id: UUID, *, since: datetime) -> None:
    """Raises NotFound for a notice that was told to others. Reading twice changes nothing."""
    if (await connection.execute(_READ, {**_of(actor, since), "id": notice_id})).one_or_none() is None:
        raise NotFound


async def mark_all_read(connection: AsyncConnection, actor: Actor, *, since: datetime) -> None:
    await connection.execute(_READ_ALL, _of(actor, since))
