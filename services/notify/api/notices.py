"""Notices over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from libs.common.service import Service
from libs.common.web.auth import SignedIn
from libs.common.web.changing import Changing, accepts
from libs.common.web.pagination import CursorParameter, Limit, Page, decode_cursor, encode_cursor
from services.notify.notices.concern import hint_of_reading
from services.notify.notices.kinds import NoticeKind
from services.notify.notices.reading import count_unread, list_notices, mark_all_read, mark_read
from services.notify.notices.retention import shown_since

router = APIRouter(prefix="/notices", tags=["notices"])


async def service_here(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(service_here)]


def _since(service: Service) -> datetime:
    return shown_since(service.clock.today())


class NoticeOut(BaseModel):
    """`detail` holds what the sentence of this kind needs: `reason`, `report_number`, `quality` or `due`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: NoticeKind
    task_id: UUID
    task_code: str
    directive_label: str
    content: str
    detail: dict[str, str | None]
    created_at: datetime
    read: bool


class UnreadOut(BaseModel):
    count: int


@router.get("")
async def listing(
    service: Here, actor: SignedIn, unread: bool = False, cursor: CursorParameter = None, limit: Limit = 50
) -> Page[NoticeOut]:
    keys = decode_cursor(cursor, datetime.fromisoformat, int)
    before = (keys[0], keys[1]) if keys else None
    async with service.database.read() as connection:
        found = await list_notices(connection, actor, since=_since(service), only_unread=unread, before=before, limit=limit + 1)
    page = found.items[:limit]
    more = len(found.items) > limit
    return Page(
        items=[NoticeOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].created_at.isoformat(), page[-1].number) if more else None,
        total=found.total,
    )


@router.get("/unread-count")
async def unread_count(service: Here, actor: SignedIn) -> UnreadOut:
    async with service.database.read() as connection:
        return UnreadOut(count=await count_unread(connection, actor, since=_since(service)))


# Marks of reading need no idempotency key of their own: a second one changes nothing. The header is asked for all the same.
@router.post("/{notice_id}/read", openapi_extra=accepts())
async def read(notice_id: UUID, change: Changing, service: Here) -> UnreadOut:
    async with service.database.begin() as connection:
        await mark_read(connection, change.actor, notice_id, since=_since(service))
        left = await count_unread(connection, change.actor, since=_since(service))
    service.hints.changed(hint_of_reading(change.actor))
    return UnreadOut(count=left)


@router.post("/read-all", openapi_extra=accepts())
async def read_all(change: Changing, service: Here) -> UnreadOut:
    async with service.database.begin() as connection:
        await mark_all_read(connection, change.actor, since=_since(service))
        left = await count_unread(connection, change.actor, since=_since(service))
    service.hints.changed(hint_of_reading(change.actor))
    return UnreadOut(count=left)
