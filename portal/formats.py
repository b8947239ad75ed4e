"""Dates and numbers as a Vietnamese office writes them, and as people type them."""

import re
from datetime import date, datetime
from decimal import Decimal

from libs.common.clock import VIETNAM

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_TYPED_DAY = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})\s*")
_DAY_IN_DIGITS = re.compile(r"\s*(\d{2})(\d{2})(\d{4}|\d{2})\s*")


class NotADay(ValueError):
    """What was typed is no day of the calendar, written day/month/year."""


def parse_day(typed: str) -> date:
    """ "05/03/2026", also "5.3.2026", "5-3-26" and "05032026". A year of two digits is one of this century. Raises NotADay."""
    match = _TYPED_DAY.fullmatch(typed) or _DAY_IN_DIGITS.fullmatch(typed)
    if match is None:
        raise NotADay(typed)
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    try:
        return date(year, int(match[2]), int(match[1]))
    except ValueError:
        raise NotADay(typed) from None


def day_of(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def moment_of(iso: str) -> datetime:
    """The moment in Viet Nam."""
    return datetime.fromisoformat(iso).astimezone(VIETNAM)


def day_of_moment(iso: str | None) -> date | None:
    """The day in Viet Nam of a moment."""
    return moment_of(iso).date() if iso else None


def full_day(day: date | str | None) -> str:
    """ "05/03/2026"."""
    if not day:
        return ""
    return (date.fromisoformat(day) if isinstance(day, str) else day).strftime("%d/%m/%Y")


def weekday(day: date | str, language: str) -> str:
    """ "thứ Năm", "Chủ nhật"."""
    return WEEKDAYS[language][(date.fromisoformat(day) if isinstance(day, str) else day).weekday()]


def short_day(day: date) -> str:
    """ "5/3": for points of an axis, which says by itself in which year they are."""
    return f"{day.day}/{day.month}"


def near_day(day: date, today: date) -> str:
    """ "5/3" in the year of `today`, and "5/3/2025" in any other."""
    return short_day(day) if day.year == today.year else f"{short_day(day)}/{day.year}"


def clock_time(iso: str) -> str:
    """ "16:42 05/03/2026"."""
    return moment_of(iso).strftime("%H:%M %d/%m/%Y")


def moment_day(iso: str) -> str:
    """ "5/3", the day of a moment in Viet Nam."""
    return short_day(moment_of(iso).date())


def thousands(number: int) -> str:
    """3.486."""
    return f"{number:,}".replace(",", ".")


def at_most_99(number: int) -> str:
    """99+: what a small round mark can hold."""
    return str(number) if number < 100 else "99+"


def at_most_999(number: int) -> str:
    """999+: what is not counted to its end."""
    return str(number) if number < 1000 else "999+"


def percent(value: str | Decimal | None) -> str:
    """85,95."""
    return "–" if value is None else str(value).replace(".", ",")


def sentence(words: str) -> str:
    """The same words with a capital in front."""
    return words[:1].upper() + words[1:]
