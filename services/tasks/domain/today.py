"""The day on which is judged, with the rules of the province that are valid on it (rulebook 1.15)."""

from dataclasses import dataclass, field
from datetime import date

from libs.contracts.buckets import AwaitingCountsAs
from libs.contracts.province import ProvinceRules
from libs.contracts.working_days import WorkingCalendar


@dataclass(frozen=True)
class Today:
    """All that lists, counts and a single task ask of the day, so that they judge alike. What is kept of an answer is kept under it."""

    day: date
    due_soon_until: date
    awaiting_counts_as: AwaitingCountsAs
    # Compared, but not hashed: it is a mapping.
    calendar: WorkingCalendar = field(hash=False)

    @staticmethod
    def of(day: date, rules: ProvinceRules) -> "Today":
        return Today(day, rules.due_soon_until(day), rules.on(day).awaiting_counts_as, rules.calendar_on(day))
