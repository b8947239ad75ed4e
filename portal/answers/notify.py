"""What the notify service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Literal, TypedDict

from portal.route import Route


class GatheredOut(TypedDict):
    agency_id: str | None
    agency_kind: str | None
    number: int
    tasks: list[NamedTaskOut]


class NamedTaskOut(TypedDict):
    id: str
    code: str


class NoticeOut(TypedDict):
    id: str
    kind: Literal["released", "submitted", "confirmed", "returned", "moved-away", "overdue", "overdue-of-group", "overdue-of-day"]
    task_id: str | None
    task_code: str | None
    directive_label: str | None
    content: str | None
    detail: dict[str, str | None]
    created_at: str
    read: bool
    inherited_from: str | None
    gathered: list[GatheredOut]


class PageOfNoticeOut(TypedDict):
    items: list[NoticeOut]
    next_cursor: str | None
    total: int | None


class UnreadOut(TypedDict):
    count: int
    at_least: bool


NOTICES: Route[PageOfNoticeOut] = Route("notify", "/notices")
NOTICES_UNREAD_COUNT: Route[UnreadOut] = Route("notify", "/notices/unread-count")
