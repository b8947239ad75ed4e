"""The axis of time, the idea of every picture here: four weeks back, today in the middle, four weeks ahead, in percent of the width.

Left of today is lived, right of it is planned; red is only the span between a due date and today, so its length is the lateness.
"""

from dataclasses import dataclass
from datetime import date, timedelta

SPAN = 28
MIDDLE = 50.0
SHORTEST = 0.8
QUARTERS = (-SPAN, -SPAN // 2, 0, SPAN // 2, SPAN)


@dataclass(frozen=True)
class Stretch:
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One deadline line. `kind` is the class that colours it: overdue, soon, intime, undated, done or late."""

    kind: str
    start: float
    due: float | None
    spent: Stretch | None = None
    planned: Stretch | None = None
    elapsed: Stretch | None = None
    after_due: Stretch | None = None
    report: float | None = None
    cut_left: bool = False
    cut_right: bool = False


@dataclass(frozen=True)
class Axis:
    today: date

    def place(self, day: date) -> float:
        return round(min(100.0, max(0.0, MIDDLE + (day - self.today).days / SPAN * MIDDLE)), 1)

    def shows(self, day: date) -> bool:
        return abs((day - self.today).days) <= SPAN

    @property
    def marks(self) -> list[date]:
        """First day, quarter, today, quarter, last day."""
        return [self.today + timedelta(days=days) for days in QUARTERS]

    def bar(self, *, kind: str, assigned_on: date, due: date | None, ended_on: date | None = None, reported_on: date | None = None) -> Bar:
        """`ended_on` is the day of completion, or of a result that awaits the Office."""
        start, end = self.place(assigned_on), self.place(due) if due else 100.0
        common = {
            "kind": kind,
            "start": start,
            "due": end if due and self.shows(due) else None,
            "report": self.place(reported_on) if reported_on and self.shows(reported_on) else None,
            "cut_left": (self.today - assigned_on).days > SPAN,
            "cut_right": due is not None and (due - self.today).days > SPAN,
        }
        if ended_on is not None:
            stop = self.place(ended_on)
            # What began and ended on one day is still to be seen.
            stop = max(stop, start + SHORTEST)
            return Bar(**common, elapsed=_stretch(start, min(stop, max(end, start + SHORTEST))), after_due=_stretch(end, stop))  # type: ignore[arg-type]
        if kind == "overdue":
            return Bar(**common, spent=_stretch(start, end), elapsed=_stretch(max(end, start), MIDDLE))  # type: ignore[arg-type]
        if due is not None:
            return Bar(**common, elapsed=_stretch(start, MIDDLE), planned=_stretch(MIDDLE, end))  # type: ignore[arg-type]
        return Bar(**common)  # type: ignore[arg-type]


def _stretch(start: float, end: float) -> Stretch | None:
    return Stretch(start, round(end - start, 1)) if end > start else None


@dataclass(frozen=True)
class Squares:
    """Open dated tasks as squares on the axis; how many lie beyond its ends; how many are `hidden` above a full stack."""

    overdue: list[tuple[float, int]]
    soon: list[tuple[float, int]]
    in_time: list[tuple[float, int]]
    earlier: int
    later: int
    hidden: int


TALLEST_STACK = 4
SQUARE = 6
GROUND = 22


def squares(axis: Axis, open_dues: list[tuple[date, int]], *, overdue: int, soon: int) -> Squares:
    """`overdue` and `soon` are the agency's counts; the rest of `open_dues` (earliest first) is in time.

    What passed its date and yet is not overdue awaits the Office; among the past the earliest are drawn as overdue.
    """
    drawn: dict[str, list[tuple[float, int]]] = {"overdue": [], "soon": [], "in_time": []}
    earlier = later = hidden = 0
    for due, count in open_dues:
        for level in range(count):
            if due < axis.today and overdue > 0:
                kind, overdue = "overdue", overdue - 1
            elif due >= axis.today and soon > 0:
                kind, soon = "soon", soon - 1
            else:
                kind = "in_time"
            if axis.shows(due) and level < TALLEST_STACK:
                drawn[kind].append((axis.place(due), GROUND - SQUARE * level))
            elif axis.shows(due):
                hidden += 1
            elif due < axis.today:
                earlier += 1
            else:
                later += 1
    return Squares(drawn["overdue"], drawn["soon"], drawn["in_time"], earlier, later, hidden)
