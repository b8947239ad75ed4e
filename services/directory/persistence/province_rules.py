"""The settings and calendars of the province, as rows: one for each thing, and one for each decision on it, which is only ever added."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.unit_of_work import Repository
from libs.contracts.directory import calendar_id, setting_id
from libs.contracts.province import SETTINGS, CalendarDays, SettingValue
from libs.contracts.working_days import CalendarDay
from services.directory.domain.decisions import Decided
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.persistence.repository import StoredVersionDiffers

FIRST_YEAR, LAST_YEAR = 2000, 2100

# The first change of a thing makes its row, and whoever comes at the same moment waits for it.
_KEEP_SETTING = text("INSERT INTO province_setting (id, version, key) VALUES (:id, 0, :key) ON CONFLICT DO NOTHING")
_KEEP_CALENDAR = text("INSERT INTO working_calendar (id, version, year) VALUES (:id, 0, :year) ON CONFLICT DO NOTHING")
_LOCK_SETTING = text("SELECT version FROM province_setting WHERE id = :id FOR UPDATE")
_LOCK_CALENDAR = text("SELECT version FROM working_calendar WHERE id = :id FOR UPDATE")
_SETTING_DECISIONS = text("""
SELECT setting_id AS id, version, valid_from, CAST(value AS text) AS decided, reason, decided_by, decided_at
FROM province_setting_decision WHERE setting_id = ANY(CAST(:ids AS uuid[])) ORDER BY setting_id, version
""")
_CALENDAR_DECISIONS = text("""
SELECT calendar_id AS id, version, valid_from, CAST(days AS text) AS decided, reason, decided_by, decided_at
FROM working_calendar_decision WHERE calendar_id = ANY(CAST(:ids AS uuid[])) ORDER BY calendar_id, version
""")
_SAVE_SETTING = text("UPDATE province_setting SET version = :version WHERE id = :id AND version = :expected_version")
_SAVE_CALENDAR = text("UPDATE working_calendar SET version = :version WHERE id = :id AND version = :expected_version")
_ADD_SETTING_DECISION = text("""
INSERT INTO province_setting_decision (setting_id, version, valid_from, value, reason, decided_by, decided_at)
VALUES (:id, :version, :valid_from, CAST(:decided AS jsonb), :reason, :decided_by, :decided_at)
""")
_ADD_CALENDAR_DECISION = text("""
INSERT INTO working_calendar_decision (calendar_id, version, valid_from, days, reason, decided_by, decided_at)
VALUES (:id, :version, :valid_from, CAST(:decided AS jsonb), :reason, :decided_by, :decided_at)
""")


class SettingRepository(Repository[ProvinceSetting]):
    aggregate_type = "province-setting"

    async def entered(self) -> set[str]:
        """The keys of settings on which something was decided."""
        return set((await self.connection.execute(text("SELECT key FROM province_setting WHERE version > 0"))).scalars())

    async def get(self, key: str) -> ProvinceSetting:
        """Locked for the change; raises NotFound."""
        if key not in SETTINGS:
            raise NotFound
        await self.connection.execute(_KEEP_SETTING, {"id": setting_id(key), "key": key})
        await self.connection.execute(_LOCK_SETTING, {"id": setting_id(key)})
        [setting] = await read_settings(self.connection, [key])
        return self.touch(setting)

    async def save(self, aggregate: ProvinceSetting, *, expected_version: int) -> None:
        added = [
            _row(aggregate.id, one, None if one.value is None else json.dumps(one.value))
            for one in aggregate.decisions
            if one.version > expected_version
        ]
        await _moved(self.connection, _SAVE_SETTING, aggregate.id, aggregate.version, expected_version)
        await self.connection.execute(_ADD_SETTING_DECISION, added)


class CalendarRepository(Repository[CalendarOfYear]):
    aggregate_type = "working-calendar"

    async def entered(self) -> set[int]:
        """The years on whose calendar something was decided."""
        return set((await self.connection.execute(text("SELECT year FROM working_calendar WHERE version > 0"))).scalars())

    async def get(self, year: int) -> CalendarOfYear:
        """Locked for the change; raises NotFound."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise NotFound
        await self.connection.execute(_KEEP_CALENDAR, {"id": calendar_id(year), "year": year})
        await self.connection.execute(_LOCK_CALENDAR, {"id": calendar_id(year)})
        [calendar] = await read_calendars(self.connection, [year])
        return self.touch(calendar)

    async def save(self, aggregate: CalendarOfYear, *, expected_version: int) -> None:
        added = [_row(aggregate.id, one, _written(one.value)) for one in aggregate.decisions if one.version > expected_version]
        await _moved(self.connection, _SAVE_CALENDAR, aggregate.id, aggregate.version, expected_version)
        await self.connection.execute(_ADD_CALENDAR_DECISION, added)


async def read_settings(connection: AsyncConnection, keys: Sequence[str]) -> list[ProvinceSetting]:
    """With all their decisions, in the order of `keys`; one on which nothing was decided has none."""
    decisions: dict[UUID, list[Decided[SettingValue]]] = {setting_id(key): [] for key in keys}
    for row in await connection.execute(_SETTING_DECISIONS, {"ids": list(decisions)}):
        decisions[row.id].append(_decided(row, None if row.decided is None else json.loads(row.decided)))
    return [ProvinceSetting(SETTINGS[key], found, version=len(found)) for key, found in zip(keys, decisions.values(), strict=True)]


async def read_calendars(connection: AsyncConnection, years: Sequence[int]) -> list[CalendarOfYear]:
    """With all their decisions, in the order of `years`; one on which nothing was decided has none."""
    decisions: dict[UUID, list[Decided[CalendarDays]]] = {calendar_id(year): [] for year in years}
    for row in await connection.execute(_CALENDAR_DECISIONS, {"ids": list(decisions)}):
        decisions[row.id].append(_decided(row, _read(row.decided)))
    return [CalendarOfYear(year, found, version=len(found)) for year, found in zip(years, decisions.values(), strict=True)]


def _written(days: CalendarDays | None) -> str | None:
    return None if days is None else json.dumps([day.model_dump(mode="json") for day in days])


def _read(days: str | None) -> CalendarDays | None:
    return None if days is None else tuple(CalendarDay.model_validate(day) for day in json.loads(days))


def _decided(row: Any, value: Any) -> Decided[Any]:
    decided_at: datetime = row.decided_at
    return Decided(row.valid_from, value, row.version, row.reason, row.decided_by, decided_at)


def _row(id: UUID, decision: Decided[Any], decided: str | None) -> Mapping[str, object]:  # noqa: A002
    return {
        "id": id,
        "version": decision.version,
        "valid_from": decision.valid_from,
        "decided": decided,
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
    }


async def _moved(connection: AsyncConnection, statement: Any, id: UUID, version: int, expected: int) -> None:  # noqa: A002
    row = {"id": id, "version": version, "expected_version": expected}
    if (await connection.execute(statement, row)).rowcount != 1:
        raise StoredVersionDiffers(f"{id} was not at version {expected}")
