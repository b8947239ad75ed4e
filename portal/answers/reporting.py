"""What the reporting service answers. Written by `python -m tests.portal.answers`, not by hand."""

from __future__ import annotations

from typing import Literal, TypedDict

from portal.route import Route


class AgencyFiguresOut(TypedDict):
    N: int
    C: int
    U: int
    completed_on_time: int
    completed_late: int
    completed_undated: int
    open_in_time: int
    open_overdue: int
    open_undated: int
    due_soon: int
    due_later: int
    rates: dict[str, RateOut]
    agency_id: str
    open_dues: list[OpenDueOut]
    open_dues_before: int
    open_dues_after: int


class CountedTaskOut(TypedDict):
    task_id: str
    code: str
    is_group: bool
    directive_id: str
    directive_label: str
    content: str
    lead_agency_id: str | None
    state: str | None
    bucket: Literal["completed_on_time", "completed_late", "completed_undated", "open_in_time", "open_overdue", "open_undated"] | None
    assigned_on: str
    due: str | None
    completed_on: str | None
    due_soon: bool
    parts: GroupPartsOut | None


class FiguresOut(TypedDict):
    N: int
    C: int
    U: int
    completed_on_time: int
    completed_late: int
    completed_undated: int
    open_in_time: int
    open_overdue: int
    open_undated: int
    due_soon: int
    due_later: int
    rates: dict[str, RateOut]


class GroupPartsOut(TypedDict):
    total: int
    kinds: list[str]


class LateReleaseOut(TypedDict):
    directive_id: str
    released_at: str
    instructions: int


class ListBehindNumberOut(TypedDict):
    as_of: str
    known_on: str
    counted: int
    total: int
    items: list[CountedTaskOut]
    next_cursor: str | None


class MovedOut(TypedDict):
    counted: int
    total: int
    items: list[CountedTaskOut]


class NumberChangesOut(TypedDict):
    since: str
    as_of: str
    known_on: str
    before: int
    now: int
    entered: MovedOut
    left: MovedOut


class OpenDueOut(TypedDict):
    due: str
    count: int


class PictureOut(TypedDict):
    as_of: str
    known_on: str
    generated_at: str
    rules: RulesOut
    province: FiguresOut
    assignments_total: FiguresOut
    agencies: list[AgencyFiguresOut]


class RateNameOut(TypedDict):
    name: str
    label: str
    formula: str
    shown: bool


class RateOut(TypedDict):
    value: str | None
    numerator: int
    denominator: int


class RulesOut(TypedDict):
    awaiting_counts_as: Literal["IN_TIME_IF_SUBMITTED_BY_DUE", "BY_DATE"]
    rounding: Literal["HALF_UP", "TRUNCATE"]
    due_soon_days: int


class SeriesOut(TypedDict):
    generated_at: str
    rules: RulesOut
    points: list[SeriesPointOut]


class SeriesPointOut(TypedDict):
    as_of: str
    province: FiguresOut


FIGURES: Route[PictureOut] = Route("reporting", "/figures")
FIGURES_CHANGES: Route[NumberChangesOut] = Route("reporting", "/figures/changes")
FIGURES_SERIES: Route[SeriesOut] = Route("reporting", "/figures/series")
FIGURES_TASKS: Route[ListBehindNumberOut] = Route("reporting", "/figures/tasks")
LATE_RELEASES: Route[list[LateReleaseOut]] = Route("reporting", "/late-releases")
RATES: Route[list[RateNameOut]] = Route("reporting", "/rates")
