"""How long notices are shown, and what becomes of the marks of those that no longer are."""

from datetime import date, datetime, timedelta

from libs.common.clock import VIETNAM
from libs.common.housekeeping import Chore, along_key

# What happened to a task stands in its history for ever; a notice is there to be noticed.
SHOWN = timedelta(days=366)

# Notices are only ever added to; the marks of reading of those that nobody is shown any more go. A month later, so that a clock that
# was turned or a list that is open finds them still.
NO_FIRST = "00000000-0000-0000-0000-000000000000"
MARKS_OF_READING = along_key(
    "notice_read",
    "person_id, notice_id",
    "uuid",
    f"notice.id = looked.notice_id AND greatest(notice.created_at, notice.recorded_at) < now() - interval '{SHOWN.days + 31} days'",
    (NO_FIRST, NO_FIRST),
    using=", notice",
)
CHORES: tuple[Chore, ...] = (MARKS_OF_READING,)


def shown_since(today: date) -> datetime:
    """Notices of before this moment are shown to nobody, and counted as unread for nobody."""
    return datetime.combine(today - SHOWN, datetime.min.time(), VIETNAM)
