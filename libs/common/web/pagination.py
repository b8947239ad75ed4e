"""Cursor pages: stable while rows come and go, because a cursor names the last row seen and not a count."""

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from libs.common.web.problems import Problem

MAX_PAGE = 200
Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows on a page.")]
CursorParameter = Annotated[str | None, Query(description="`next_cursor` of the page before.", max_length=500)]


class Page(BaseModel, Generic[Item]):
    """`total` counts all rows that match, not only those of this page."""

    items: list[Item]
    next_cursor: str | None
    total: int


def encode_cursor(*keys: Any) -> str:
    """The sort keys of the last row of a page."""
    return base64.urlsafe_b64encode(json.dumps(keys, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, keys: int) -> list[Any] | None:
    """Raises Problem 422 for a cursor that is none of ours; None for the first page."""
    if cursor is None:
        return None
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Problem(422, "invalid-cursor") from None
    if not isinstance(decoded, list) or len(decoded) != keys:
        raise Problem(422, "invalid-cursor")
    return decoded
