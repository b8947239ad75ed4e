"""Cursor pages: stable while rows come and go, because a cursor names the last row seen and not a count."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from libs.common.calendar_day import FIRST_DAY, LAST_DAY
from libs.common.web.problems import Problem

MAX_PAGE = 200
LARGEST_NUMBER = 2**31 - 1
# The zero character is no text that a database can look for.
TEXT = r"^[^\x00]*$"
HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
Item = TypeVar("Item")
Key = TypeVar("Key")

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows on a page.")]
CursorParameter = Annotated[str | None, Query(description="`next_cursor` of the page before.", max_length=500)]


class Page(BaseModel, Generic[Item]):
    """`total` counts all rows that match, not only those of this page; null where it was not asked for."""

    items: list[Item]
    next_cursor: str | None
    total: int | None


def encode_cursor(*keys: Any) -> str:
    """The sort keys of the last row of a page; null stays null."""
    return base64.urlsafe_b64encode(json.dumps(keys, default=str).encode()).decode().rstrip("=")


def _key(key: Any) -> Any:
    """Raises ValueError for what no row of ours can have, and no database can compare."""
    match key:
        case int() if abs(key) > LARGEST_NUMBER:
            raise ValueError("no number of a row")
        case str() if "\0" in key or HALF_A_CHARACTER.search(key):
            raise ValueError("no text of a row")
        case datetime():
            if key.tzinfo is None or not FIRST_DAY <= key.date() <= LAST_DAY:
                raise ValueError("no moment of a row")
        case date() if not FIRST_DAY <= key <= LAST_DAY:
            raise ValueError("no day of a row")
    return key


def or_null(read: Callable[[str], Key]) -> Callable[[str | None], Key | None]:
    """Reads a sort key that is null in some rows."""
    return lambda words: None if words is None else read(words)


def decode_cursor(cursor: str | None, *keys: Callable[[Any], Any]) -> list[Any] | None:
    """The sort keys, each read from its text by one of `keys`; None for the first page. Raises Problem 422 for one that is none of ours.

    Only `or_null` reads a key that is null.
    """
    if cursor is None:
        return None
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_key(read(None if key is None else str(key))) for read, key in zip(keys, decoded, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Problem(422, "invalid-cursor") from None
