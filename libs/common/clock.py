"""Business time: real time plus one offset, the same in every process. Machine time is the database's `now()` and is never turned."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_date(moment: datetime) -> date:
    """The calendar day in Viet Nam on which `moment` (aware) falls: due dates end with this day."""
    return moment.astimezone(VIETNAM).date()


@dataclass(frozen=True)
class Clock:
    """What a use case calls "now". The demonstration and the tests turn it by `offset`; nothing else may."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def today(self) -> date:
        return vietnam_date(self.now())
