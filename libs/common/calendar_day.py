"""Days as they come in from outside: written as 2026-02-27, and of an age in which a task can have one."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

# Nothing that is assigned lies outside, while `date` reaches from the year 1, where a database has only "minus infinity", to 9999.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def calendar_day(words: str) -> date:
    """Raises ValueError for what is no day, is written in another way, or lies outside of FIRST_DAY to LAST_DAY."""
    if _WRITTEN.fullmatch(words) is None:
        raise ValueError("a day is written as 2026-02-27")
    day = date.fromisoformat(words)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"a day lies between {FIRST_DAY} and {LAST_DAY}")
    return day


def _from_outside(value: Any) -> date:
    # Numbers are no days: they would be taken as seconds since 1970.
    try:
        return calendar_day(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("calendar_day", "{why}", {"why": str(error)}) from None


CalendarDay = Annotated[date, BeforeValidator(_from_outside)]
"""The type of every day that a body or a parameter brings."""
