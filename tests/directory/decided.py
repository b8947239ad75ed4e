"""What the directory tells of the rules of the province, as its followers get it."""

from datetime import UTC, date, datetime

from libs.common.messaging.envelope import Envelope
from libs.contracts.directory import (
    DecisionChange,
    ProvinceSettingChanged,
    ProvinceSettingState,
    WorkingCalendarChanged,
    WorkingCalendarState,
    calendar_id,
    setting_id,
)
from libs.contracts.province import CalendarDays, SettingValue
from tests.signed_in import directory_event


def setting_decided(key: str, value: SettingValue | None, valid_from: date | None, version: int) -> Envelope:
    state = ProvinceSettingState(key=key, value=value, valid_from=valid_from)
    event = ProvinceSettingChanged(occurred_at=datetime.now(UTC), state=state, change=DecisionChange(reason="test"))
    return directory_event(event, setting_id(key), version)


def calendar_decided(year: int, days: CalendarDays | None, valid_from: date | None, version: int) -> Envelope:
    state = WorkingCalendarState(year=year, days=days, valid_from=valid_from)
    event = WorkingCalendarChanged(occurred_at=datetime.now(UTC), state=state, change=DecisionChange(reason="test"))
    return directory_event(event, calendar_id(year), version)
