"""Files, seen by whoever sees their task."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import NotFound
from services.tasks.persistence.repository import VISIBLE, visibility_of

_FILE = text("SELECT id, task_id, name, media_type, size, sha256 FROM file WHERE id = :id")
# A file may be seen by its agency at once, by others when a result names it.
_VISIBLE_FILE = text(f"""
SELECT f.id, f.task_id, f.name, f.media_type, f.size, f.sha256
FROM file f JOIN task t ON t.id = f.task_id
WHERE f.id = :id AND {VISIBLE}
  AND (f.agency_id = CAST(:agency_id AS uuid) OR EXISTS (SELECT 1 FROM result r WHERE r.file_id = f.id))
""")


@dataclass(frozen=True)
class StoredFile:
    id: UUID
    task_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


async def file_row(connection: AsyncConnection, file_id: UUID) -> StoredFile:
    row = (await connection.execute(_FILE, {"id": file_id})).one()
    return StoredFile(*row)


async def visible_file(connection: AsyncConnection, file_id: UUID, actor: Actor) -> StoredFile:
    """Raises NotFound when unknown or not to be seen."""
    row = (await connection.execute(_VISIBLE_FILE, {"id": file_id, **visibility_of(actor)})).one_or_none()
    if row is None:
        raise NotFound
    return StoredFile(*row)
