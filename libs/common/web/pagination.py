"""Cursor pages: stable while rows come and go, because a cursor names the last row seen and not a count."""

import base64
import binascii
import json
from collections.abc import Callable
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


def decode_cursor(cursor: str | None, *keys: Callable[[str], Any]) -> list[Any] | None:
    """The sort keys, each read from its text by one of `keys`; None for the first page. Raises Problem 422 for one that is none of ours."""
    if cursor is None:
        return None
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [read(str(key)) for read, key in zip(keys, decoded, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Problem(422, "invalid-cursor") from None
