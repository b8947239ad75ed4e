"""The life of one task on a line of its own: from its assignment to its end or its due date, weekends shaded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.screens.history import Event
from portal.task_view import TaskView

# Room on both sides, so that labels at the ends are not cut.
MARGIN = 4.0
SHORTEST_DAYS = 14
SATURDAY = 5
# Weekends of a longer life would be a grey haze.
LONGEST_WITH_WEEKENDS = 120
NEAR = 16.0


@dataclass(frozen=True)
class Report:
    x: float
    percent: int
    labelled: bool


@dataclass(frozen=True)
class Timeline:
    """Places in percent of the width."""

    day_width: float
    weekends: list[float]
    start: float
    today: float
    due: float | None
    end: float | None
    lived_until: float
    overdue_from: float | None
    reports: list[Report]
    start_labelled: bool


def timeline_of(task: TaskView, events: list[Event], today: date) -> Timeline:
    first = task.assigned_on
    submitted = next((event.day for event in reversed(events) if event.kind == "result-submitted"), None)
    ended = submitted if task.state in ("AWAITING_CONFIRMATION", "COMPLETED") else None
    known = [first, today, *([task.due] if task.due else []), *(event.day for event in events)]
    last = max(max(known), min(known) + timedelta(days=SHORTEST_DAYS))
    begin = min(known)
    days = (last - begin).days + 1
    width = (100 - 2 * MARGIN) / days

    def place(day: date) -> float:
        return round(MARGIN + (day - begin).days * width + width / 2, 2)

    now, start = place(today), place(first)
    due = place(task.due) if task.due else None
    stop = place(ended) if ended else now
    overdue = due is not None and task.kind in ("overdue", "late") and stop > due
    return Timeline(
        day_width=round(width, 3),
        weekends=[
            round(MARGIN + offset * width, 2)
            for offset in range(days)
            if days <= LONGEST_WITH_WEEKENDS and (begin + timedelta(days=offset)).weekday() >= SATURDAY
        ],
        start=start,
        today=now,
        due=due,
        end=place(ended) if ended else None,
        lived_until=max(start, stop),
        overdue_from=max(start, due) if overdue and due is not None else None,
        reports=_reports(events, place),
        start_labelled=abs(now - start) > NEAR,
    )


def _reports(events: list[Event], place: Callable[[date], float]) -> list[Report]:
    reports: list[Report] = []
    for event in events:
        if event.kind == "progress-reported":
            x = place(event.day)
            labelled = x - max((one.x for one in reports if one.labelled), default=-NEAR) > NEAR / 3
            reports.append(Report(x, event.percent, labelled))
    return reports
