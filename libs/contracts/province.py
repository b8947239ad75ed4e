"""The rules of the province (rulebook 1.12, 1.15): settings and the working calendar, each value valid from a day on.

Whoever judges asks for the value valid on the day he judges: `rules.on(day)`, `rules.calendar_on(day)`. A value is changed only for a
day to come, so that no judgement of today or before can be turned. Where nothing was decided, the values of the software apply.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from libs.contracts.buckets import AwaitingCountsAs
from libs.contracts.rates import Rounding
from libs.contracts.working_days import BUNDLED_DAYS, DUE_SOON_WORKING_DAYS, ONE_DAY, CalendarDay, WorkingCalendar

SettingValue = bool | int | str
V = TypeVar("V")


class BeforeDay(StrEnum):
    """What "trước ngày D" means (rulebook 1.7)."""

    D_MINUS_1 = "D_MINUS_1"
    """The day before is the last one in time: the plain reading."""
    D = "D"
    """D itself still is."""


@dataclass(frozen=True)
class RulesOfDay:
    """The settings valid on one day; the defaults are those of the software. A field is named as its setting."""

    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
    due_soon_days: int = DUE_SOON_WORKING_DAYS
    truoc_ngay: BeforeDay = BeforeDay.D_MINUS_1
    hold_seconds: int = 30
    release_needs_approval: bool = True
    rounding: Rounding = Rounding.HALF_UP
    step_up_minutes: int = 5


class WrongSettingValue(ValueError):
    """A value that this setting can never have."""


@dataclass(frozen=True)
class Setting:
    """What values a setting may have: one of `choices`, a number from `least` to `most`, or yes and no where all three are empty."""

    key: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None

    @property
    def default(self) -> SettingValue:
        default: SettingValue = getattr(_DEFAULTS, self.key)
        return str(default) if self.choices else default

    def checked(self, value: SettingValue) -> SettingValue:
        """The value as it is kept and sent. Raises WrongSettingValue: a text is no number, and 1 is not yes."""
        if self.choices:
            right = value in self.choices
        elif self.least is not None and self.most is not None:
            right = type(value) is int and self.least <= value <= self.most
        else:
            right = type(value) is bool
        if not right:
            raise WrongSettingValue(f"{value!r} is no value of {self.key}")
        return value


_DEFAULTS = RulesOfDay()
SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("awaiting_counts_as", choices=tuple(AwaitingCountsAs)),
        Setting("due_soon_days", least=1, most=30),
        Setting("truoc_ngay", choices=tuple(BeforeDay)),
        Setting("hold_seconds", least=0, most=600),
        Setting("release_needs_approval"),
        Setting("rounding", choices=tuple(Rounding)),
        Setting("step_up_minutes", least=1, most=60),
    )
}


@dataclass(frozen=True)
class Decision(Generic[V]):
    """One word on a value: it is valid from a day on, None being the beginning. `value` None takes back what was said for that day."""

    valid_from: date | None
    value: V | None


class Timeline(Generic[V]):
    """All decisions on one value, in the order in which they were taken: of two for one day the later counts."""

    def __init__(self, decisions: Iterable[Decision[V]]) -> None:
        self._from_the_beginning: V | None = None
        later: dict[date, V | None] = {}
        for decision in decisions:
            if decision.valid_from is None:
                self._from_the_beginning = decision.value
            else:
                later[decision.valid_from] = decision.value
        self._later = {day: value for day in sorted(later) if (value := later[day]) is not None}
        self.days = tuple(self._later)

    def on(self, day: date) -> V | None:
        """The value valid on `day`, None where nothing was decided."""
        place = bisect_right(self.days, day)
        return self._later[self.days[place - 1]] if place else self._from_the_beginning

    def planned_for(self, day: date) -> V | None:
        """What begins on exactly this day."""
        return self._later.get(day)


CalendarDays = tuple[CalendarDay, ...]


class ProvinceRules:
    """All rules as they are known at one moment, for any day. It never changes, and may be kept as long as the moment may last."""

    def __init__(
        self,
        settings: Mapping[str, Iterable[Decision[SettingValue]]] | None = None,
        calendars: Mapping[int, Iterable[Decision[CalendarDays]]] | None = None,
    ) -> None:
        self._settings = {key: Timeline(decisions) for key, decisions in (settings or {}).items()}
        self._calendars = {year: Timeline(decisions) for year, decisions in (calendars or {}).items()}
        timelines: tuple[Timeline[Any], ...] = (*self._settings.values(), *self._calendars.values())
        self.days_of_change: tuple[date, ...] = tuple(sorted({day for timeline in timelines for day in timeline.days}))
        """The days from which any rule is another than the day before: between two of them all days have the same rules."""
        self._of_stretch: dict[int, tuple[RulesOfDay, WorkingCalendar]] = {}

    def on(self, day: date) -> RulesOfDay:
        """The settings valid on `day`."""
        return self._stretch(day)[0]

    def calendar_on(self, day: date) -> WorkingCalendar:
        """The working calendar valid on `day`: what is judged on that day counts working days, also those ahead, by it."""
        return self._stretch(day)[1]

    def course_of(self, key: str) -> tuple[Any, tuple[tuple[date, Any], ...]]:
        """The value of a setting from the beginning, and each other one with the day on which it begins: for what is derived ahead."""
        first = getattr(self.on(date.min), key)
        days = [day for day in self.days_of_change if getattr(self.on(day), key) != getattr(self.on(day - ONE_DAY), key)]
        return first, tuple((day, getattr(self.on(day), key)) for day in days)

    def due_soon_until(self, day: date) -> date:
        """Sắp đến hạn on `day`: what is open and due up to the day returned."""
        return self.calendar_on(day).due_soon_until(day, self.on(day).due_soon_days)

    def _stretch(self, day: date) -> tuple[RulesOfDay, WorkingCalendar]:
        place = bisect_right(self.days_of_change, day)
        found = self._of_stretch.get(place)
        if found is None:
            found = self._of_stretch[place] = (self._rules_on(day), self._calendar_on(day))
        return found

    def _rules_on(self, day: date) -> RulesOfDay:
        decided = {key: value for key, timeline in self._settings.items() if (value := timeline.on(day)) is not None}
        return RulesOfDay(**{key: type(default)(decided.get(key, default)) for key, default in vars(_DEFAULTS).items()})

    def _calendar_on(self, day: date) -> WorkingCalendar:
        decided = {year: days for year, timeline in self._calendars.items() if (days := timeline.on(day)) is not None}
        return WorkingCalendar.of(one for days in {**BUNDLED_DAYS, **decided}.values() for one in days)
