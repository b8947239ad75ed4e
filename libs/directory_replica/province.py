"""The rules of the province as this service knows them: `rules = await province.rules()`, then `rules.on(day)`."""

import asyncio
import json
import time
from collections import defaultdict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from libs.contracts.province import CalendarDays, Decision, ProvinceRules, SettingValue
from libs.contracts.working_days import CalendarDay

# A rule changes for a day to come only, so what is half a second old judges today as what is new.
RULES_KEPT_SECONDS = 0.5

_DECISIONS = "(SELECT count(*) FROM province_setting_replica) + (SELECT count(*) FROM working_calendar_replica)"
_COUNT = text(f"SELECT {_DECISIONS} AS decisions")
_ALL = text("""
SELECT key, NULL AS year, valid_from, CAST(value AS text) AS decided, version FROM province_setting_replica
UNION ALL
SELECT NULL, year, valid_from, CAST(days AS text), version FROM working_calendar_replica
ORDER BY version
""")


class ProvinceReplica:
    """Answers from memory; asks the database at most every half second whether there are new decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules = ProvinceRules()
        self._decisions = 0
        self._kept_until = 0.0
        self._turn = asyncio.Lock()

    async def rules(self) -> ProvinceRules:
        """All rules as they are known now. Of a province that nobody has told of yet they are those of the software."""
        if time.monotonic() >= self._kept_until:
            async with self._turn:
                if time.monotonic() >= self._kept_until:
                    await self._look()
        return self._rules

    async def _look(self) -> None:
        async with self._database.read() as connection:
            # Decisions are only ever added: as long as there are as many, they are the same.
            if (await connection.execute(_COUNT)).scalar_one() != self._decisions:
                self._rules, self._decisions = await read_rules(connection)
        self._kept_until = time.monotonic() + RULES_KEPT_SECONDS


async def read_rules(connection: AsyncConnection) -> tuple[ProvinceRules, int]:
    """The rules as they stand in the replica, and from how many decisions."""
    settings: dict[str, list[Decision[SettingValue]]] = defaultdict(list)
    calendars: dict[int, list[Decision[CalendarDays]]] = defaultdict(list)
    rows = (await connection.execute(_ALL)).all()
    for row in rows:
        decided = None if row.decided is None else json.loads(row.decided)
        if row.key is not None:
            settings[row.key].append(Decision(row.valid_from, decided))
        else:
            days = None if decided is None else tuple(CalendarDay.model_validate(day) for day in decided)
            calendars[row.year].append(Decision(row.valid_from, days))
    return ProvinceRules(settings, calendars), len(rows)
