"""What the API answers about the rules of the province."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from libs.common.actor import Actor
from libs.contracts.province import CalendarDays
from libs.contracts.working_days import CalendarDay, DayType, WorkingCalendar
from services.directory.domain.decisions import Decided, DecisionStanding
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.use_cases.deciding import may_decide


class DecisionOut(BaseModel):
    """One decision with its place in time. `decided_by` is a person's name, null for what the software brought with it."""

    version: int
    valid_from: date | None
    standing: DecisionStanding
    reason: str
    decided_by: str | None
    decided_at: datetime


class SettingDecisionOut(DecisionOut):
    """`value` null: what was planned for the day is taken back."""

    value: bool | int | str | None


class SettingOut(BaseModel):
    """`kind` says what form a value has: one of `choices`, a number from `least` to `most`, or yes and no."""

    key: str
    version: int
    kind: Literal["choice", "number", "yes-no"]
    choices: list[str]
    least: int | None
    most: int | None
    today: bool | int | str
    may_decide: bool
    decisions: list[SettingDecisionOut]

    @staticmethod
    def of(setting: ProvinceSetting, names: Mapping[str, str], actor: Actor, today: date) -> "SettingOut":
        law = setting.setting
        return SettingOut(
            key=law.key,
            version=setting.version,
            kind="choice" if law.choices else "number" if law.least is not None else "yes-no",
            choices=list(law.choices),
            least=law.least,
            most=law.most,
            today=setting.value_on(today),
            may_decide=may_decide(actor),
            decisions=[
                SettingDecisionOut(value=one.value, standing=setting.standing_of(one, today), **_told(one, names))
                for one in reversed(setting.decisions)
            ],
        )


class CalendarDayOut(BaseModel):
    date: date
    type: DayType
    name: str
    legal_basis: str | None
    pending: bool

    @staticmethod
    def of(day: CalendarDay) -> "CalendarDayOut":
        return CalendarDayOut(**day.model_dump())


class CalendarDecisionOut(DecisionOut):
    """`days` null: what was planned for the day is taken back."""

    days: list[CalendarDayOut] | None


class CalendarOut(BaseModel):
    """`days` depart from the plain week, as they are valid today. `last_planned` begins on a day to come; a change goes on from it."""

    year: int
    version: int
    days: list[CalendarDayOut]
    working_days: int
    last_planned: date | None
    may_decide: bool
    decisions: list[CalendarDecisionOut]

    @staticmethod
    def of(calendar: CalendarOfYear, names: Mapping[str, str], actor: Actor, today: date) -> "CalendarOut":
        planned = [day for day in calendar.timeline.days if day > today]
        days = calendar.value_on(today)
        return CalendarOut(
            year=calendar.year,
            version=calendar.version,
            days=_days(days),
            working_days=WorkingCalendar.of(days).working_days_between(date(calendar.year - 1, 12, 31), date(calendar.year, 12, 31)),
            last_planned=planned[-1] if planned else None,
            may_decide=may_decide(actor),
            decisions=[
                CalendarDecisionOut(
                    days=None if one.value is None else _days(one.value), standing=calendar.standing_of(one, today), **_told(one, names)
                )
                for one in reversed(calendar.decisions)
            ],
        )


def _days(days: CalendarDays) -> list[CalendarDayOut]:
    return [CalendarDayOut.of(day) for day in days]


def _told(decision: Decided[Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "version": decision.version,
        "valid_from": decision.valid_from,
        "reason": decision.reason,
        "decided_by": names.get(decision.decided_by),
        "decided_at": decision.decided_at,
    }
