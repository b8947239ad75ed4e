"""The days and hours in which the seeded province works."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from libs.common.clock import VIETNAM
from libs.contracts.working_days import ONE_DAY, is_working_day

BEGINS, ENDS = 7 * 3600 + 1800, 17 * 3600


class WorkingDays:
    """Those from `first` to well after `until`, numbered: an act so many working days later is one addition."""

    def __init__(self, first: date, until: date) -> None:
        span = (until + timedelta(days=400) - first).days
        self.days = [day for day in (first + ONE_DAY * n for n in range(span)) if is_working_day(day)]
        self.last = max(0, bisect_right(self.days, until) - 1)

    def number(self, day: date) -> int:
        """Of the first working day that is not before `day`."""
        return bisect_left(self.days, day)

    def day(self, number: int) -> date:
        return self.days[min(number, len(self.days) - 1)]

    def moment(self, number: int, chance: Random) -> datetime:
        """Some time in the office hours of that day, in Viet Nam."""
        return moment_of(self.day(number), BEGINS + int(chance.random() * (ENDS - BEGINS)), chance)


def moment_of(day: date, second: int, chance: Random) -> datetime:
    """`second` of `day` in Viet Nam, and a fraction of it."""
    midnight = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    return midnight + timedelta(seconds=second, microseconds=int(chance.random() * 1_000_000))
