"""Notices over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.live import Hint
from libs.common.service import Service
from libs.common.web.auth import SignedIn
from libs.common.web.changing import Changing, accepts
from libs.common.web.pagination import CursorParameter, Limit, Page, decode_cursor, encode_cursor
from services.notify.notices.concern import hint_of_reading
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.reading import (
    MOST_COUNTED,
    count_unread,
    count_unread_of_task,
    list_notices,
    mark_all_read,
    mark_read,
    mark_task_read,
)
from services.notify.notices.retention import shown_since

router = APIRouter(prefix="/notices", tags=["notices"])


async def service_here(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(service_here)]


def _since(service: Service) -> datetime:
    return shown_since(service.clock.today())


class NamedTaskOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str


class GatheredOut(BaseModel):
    """How many tasks of one agency (of a group: of one kind of agency, without its id), and the first few of them."""

    model_config = ConfigDict(from_attributes=True)

    agency_id: UUID | None
    agency_kind: str | None
    number: int
    tasks: list[NamedTaskOut]


class NoticeOut(BaseModel):
    """`detail` holds what the sentence of this kind needs: `reason`, `report_number`, `quality`, `due` or `day`.

    `gathered` is what a notice of a group or of a day tells of, by agency. That of a day has no task, and of a group the code may not
    be known. `inherited_from` is the agency that it was told, where that has ended and the reader's has taken over from it.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: NoticeKind
    task_id: UUID | None
    task_code: str | None
    directive_label: str | None
    content: str | None
    detail: dict[str, str | None]
    created_at: datetime
    read: bool
    inherited_from: UUID | None
    gathered: list[GatheredOut]


class UnreadOut(BaseModel):
    """`at_least`: there may be more than `count`."""

    count: int
    at_least: bool


async def _left(service: Service, connection: AsyncConnection, actor: Actor) -> UnreadOut:
    count = await count_unread(connection, actor, since=_since(service))
    return UnreadOut(count=count, at_least=count >= MOST_COUNTED)


@router.get("")
async def listing(
    service: Here,
    actor: SignedIn,
    unread: bool = False,
    kind: NoticeKind | None = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[NoticeOut]:
    """Those of before `cursor`, what was told last first. How many there are in all is not counted."""
    keys = decode_cursor(cursor, datetime.fromisoformat, int)
    before = (keys[0], keys[1]) if keys else None
    async with service.database.read() as connection:
        found = await list_notices(connection, actor, since=_since(service), only_unread=unread, kind=kind, before=before, limit=limit + 1)
    page = found[:limit]
    more = len(found) > limit
    return Page(
        items=[NoticeOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].recorded_at.isoformat(), page[-1].number) if more else None,
        total=None,
    )


@router.get("/unread-count")
async def unread_count(
    service: Here, actor: SignedIn, task_id: Annotated[UUID | None, Query(description="Only what was told of this task.")] = None
) -> UnreadOut:
    async with service.database.read() as connection:
        if task_id is None:
            return await _left(service, connection, actor)
        return UnreadOut(count=await count_unread_of_task(connection, actor, task_id, since=_since(service)), at_least=False)


# Marks of reading need no idempotency key of their own: a second one changes nothing. The header is asked for all the same.
@router.post("/{notice_id}/read", openapi_extra=accepts())
async def read(notice_id: UUID, change: Changing, service: Here) -> UnreadOut:
    async with service.database.begin() as connection:
        await mark_read(connection, change.actor, notice_id, since=_since(service))
        left = await _left(service, connection, change.actor)
    service.hints.changed(hint_of_reading(change.actor))
    return left


@router.post("/of-task/{task_id}/read", openapi_extra=accepts())
async def read_of_task(task_id: UUID, change: Changing, service: Here) -> UnreadOut:
    """What he was told of a task that he has before him is read; where that is nothing, nothing changes."""
    async with service.database.begin() as connection:
        changed = await mark_task_read(connection, change.actor, task_id, since=_since(service))
        left = await _left(service, connection, change.actor)
    service.hints.changed(hint_of_reading(change.actor) if changed else Hint())
    return left


@router.post("/read-all", openapi_extra=accepts())
async def read_all(change: Changing, service: Here) -> UnreadOut:
    async with service.database.begin() as connection:
        await mark_all_read(connection, change.actor, since=_since(service))
        left = await _left(service, connection, change.actor)
    service.hints.changed(hint_of_reading(change.actor))
    return left
