"""The axis of time, the idea of every picture here: four weeks back, today in the middle, four weeks ahead, in percent of the width.

Left of today is lived, right of it is planned; red is only the span between a due date and today, so its length is the lateness.
"""

from collections.abc import Iterator
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
class Column:
    """Many tasks of one day and kind, where a stack of squares would lie: `y` is its upper end."""

    x: float
    y: float
    height: float
    kind: str


@dataclass(frozen=True)
class Squares:
    """Open dated tasks as squares on the axis, and how many lie beyond its ends.

    Where a day holds more than a stack of squares can show, all days are `columns`, as high as they hold tasks: `tallest` is the number
    of the highest, to be written beside it, and `tallest_at` its place.
    """

    overdue: list[tuple[float, int]]
    soon: list[tuple[float, int]]
    in_time: list[tuple[float, int]]
    columns: list[Column]
    tallest: int
    tallest_at: float
    earlier: int
    later: int

    @property
    def number_before(self) -> bool:
        """Whether the number of the highest day stands before it: never across today, nor beyond an end."""
        return NARROW <= self.tallest_at <= MIDDLE or self.tallest_at > 100 - NARROW


TALLEST_STACK = 4
SQUARE = 6
GROUND = 22
LOWEST_COLUMN = 3.0
# Of the width: too little for a number.
NARROW = 12.0


def squares(axis: Axis, open_dues: list[tuple[date, int]], *, earlier: int, later: int, overdue: int, soon: int) -> Squares:
    """`open_dues` lie within the axis, earliest first; `earlier` and `later` are how many lie beyond its ends.

    `overdue` and `soon` are the agency's counts; the rest is in time.

    What passed its date and yet is not overdue awaits the Office; among the past the earliest are drawn as overdue.
    """
    days: dict[date, dict[str, int]] = {}
    overdue -= min(earlier, overdue)
    for due, count in open_dues:
        kind, left = ("overdue", overdue) if due < axis.today else ("soon", soon)
        coloured = min(count, left)
        if due < axis.today:
            overdue -= coloured
        else:
            soon -= coloured
        days[due] = {kind: coloured, "in_time": count - coloured}
    tallest_day = max(days, key=lambda due: sum(days[due].values()), default=axis.today)
    tallest = sum(days[tallest_day].values()) if days else 0
    if tallest > TALLEST_STACK:
        columns = [column for due, kinds in days.items() for column in _columns(axis.place(due), kinds, tallest)]
        return Squares([], [], [], columns, tallest, axis.place(tallest_day), earlier, later)
    drawn: dict[str, list[tuple[float, int]]] = {"overdue": [], "soon": [], "in_time": []}
    for due, kinds in days.items():
        stack = [kind for kind, count in kinds.items() for _ in range(count)]
        for level, kind in enumerate(stack):
            drawn[kind].append((axis.place(due), GROUND - SQUARE * level))
    return Squares(drawn["overdue"], drawn["soon"], drawn["in_time"], [], 0, 0.0, earlier, later)


def _columns(x: float, kinds: dict[str, int], tallest: int) -> Iterator[Column]:
    """The kinds of one day upon each other; the highest day fills the room of a full stack, and none is too low to be seen."""
    ground = float(GROUND + SQUARE / 2)
    for kind, count in kinds.items():
        if count:
            height = max(LOWEST_COLUMN, round(count / tallest * SQUARE * TALLEST_STACK, 1))
            ground -= height
            yield Column(x, ground, height, kind)
