"""Keep the file of a report document: bytes first, synced, then the row that makes them reachable."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from libs.common.change import Change
from libs.common.fault_points import Point, reach
from services.tasks.domain.lifecycle import Action
from services.tasks.domain.permissions import permit
from services.tasks.files.inspection import inspect
from services.tasks.files.store import FileStore
from services.tasks.persistence.unit_of_work import TasksUnitOfWork
from services.tasks.queries.files import StoredFile, file_row

_INSERT = text("""
INSERT INTO file (id, task_id, agency_id, sha256, name, media_type, size, uploaded_by, uploaded_at)
VALUES (:id, :task_id, :agency_id, :sha256, :name, :media_type, :size, :uploaded_by, :uploaded_at)
""")
_ANSWERS_KEY = text("UPDATE command_key SET aggregate_id = :id WHERE principal = :principal AND key = :key")


@dataclass(frozen=True)
class Upload:
    """A file as it came: `declared` is the media type that the sender wrote."""

    name: str
    declared: str | None
    content: bytes


async def store_file(task_id: UUID, upload: Upload, change: Change, uow: TasksUnitOfWork, store: FileStore, *, now: datetime) -> StoredFile:
    """A file belongs to the task and may be named in its next result; unused ones stay, unseen by others than the task's."""
    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.SUBMIT_RESULT, task)
        if await uow.is_repeat(change):
            return await file_row(uow.connection, uow.repeated_id(change))
        name, media_type = inspect(upload.name, upload.declared, upload.content)
        file_id = uuid7()
        reach(Point.BEFORE_FILE, of="tasks")
        sha256 = await store.keep(upload.content)
        reach(Point.AFTER_FILE, of="tasks")
        await uow.connection.execute(
            _INSERT,
            {
                "id": file_id,
                "task_id": task.id,
                "agency_id": change.actor.agency_id,
                "sha256": sha256,
                "name": name,
                "media_type": media_type,
                "size": len(upload.content),
                "uploaded_by": change.actor.membership_id,
                "uploaded_at": now,
            },
        )
        # A file has no event of its own that would tie it to the key.
        await uow.connection.execute(_ANSWERS_KEY, {"id": file_id, "principal": change.actor.name, "key": change.key})
        stored = await file_row(uow.connection, file_id)
        await uow.commit()
    return stored
