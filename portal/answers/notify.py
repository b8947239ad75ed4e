"""What the notify service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Literal, TypedDict

from portal.route import Route


class NoticeOut(TypedDict):
    id: str
    kind: Literal["released", "submitted", "confirmed", "returned", "overdue"]
    task_id: str
    task_code: str
    directive_label: str
    content: str
    detail: dict[str, str | None]
    created_at: str
    read: bool


class PageOfNoticeOut(TypedDict):
    items: list[NoticeOut]
    next_cursor: str | None
    total: int | None


class UnreadOut(TypedDict):
    count: int


NOTICES: Route[PageOfNoticeOut] = Route("notify", "/notices")
NOTICES_UNREAD_COUNT: Route[UnreadOut] = Route("notify", "/notices/unread-count")
