"""When what an agency has open is due, as a picture draws it: near a day each date by itself, and beyond it only how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class OpenDues:
    """Open tasks with a deadline: `near` by their due date, earliest first; how many are due `before` and `after` these."""

    before: int = 0
    near: Sequence[tuple[date, int]] = ()
    after: int = 0

    @staticmethod
    def of(dues: Mapping[date, int], day: date, within: int) -> "OpenDues":
        """`dues` says how many are due when; near are those not more than `within` days before or after `day`."""
        first, last = day - timedelta(days=within), day + timedelta(days=within)
        return OpenDues(
            before=sum(tasks for due, tasks in dues.items() if due < first),
            near=[(due, tasks) for due, tasks in sorted(dues.items()) if first <= due <= last],
            after=sum(tasks for due, tasks in dues.items() if due > last),
        )
