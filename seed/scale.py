"""How much is seeded: the work of a month, a year or a decade of a province, or as many assignments as a measurement asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

# A province of ten years is promised: 25,000 tasks a year, which with the parts of its groups are 200,000 assignments.
TASKS_A_YEAR = 25_000
ASSIGNMENTS_A_YEAR = 200_000
DAYS_A_YEAR = 365
# Fewer days would leave nothing that is finished.
FEWEST_DAYS = 60


@dataclass(frozen=True)
class Scale:
    """Documents are released from `first` to `until` until there are `tasks` tasks or `assignments` assignments of agencies."""

    name: str
    first: date
    until: date
    tasks: int | None = None
    assignments: int | None = None


YEARS = {"month": 1 / 12, "year": 1.0, "decade": 10.0}


def of_years(name: str, until: date) -> Scale:
    """One of YEARS, up to and with the day `until`."""
    years = YEARS[name]
    return Scale(name, until - timedelta(round(DAYS_A_YEAR * years)), until, tasks=round(TASKS_A_YEAR * years))


def of_assignments(count: int, until: date) -> Scale:
    """So many assignments, in as many days as the province takes for them."""
    days = max(FEWEST_DAYS, round(DAYS_A_YEAR * count / ASSIGNMENTS_A_YEAR))
    return Scale(f"{count}", until - timedelta(days), until, assignments=count)
