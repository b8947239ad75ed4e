"""Decisions on the rules of the province, as the replica of the tasks service holds them."""

import json
from datetime import date

from libs.contracts.province import CalendarDays, SettingValue
from tests.signed_in import Client


async def decide_setting(client: Client, key: str, value: SettingValue, *, valid_from: date | None = None) -> None:
    await client.rows(
        """INSERT INTO province_setting_replica (key, version, valid_from, value)
           VALUES (:key, 1, :valid_from, CAST(:value AS jsonb)) RETURNING 1""",
        key=key,
        valid_from=valid_from,
        value=json.dumps(value),
    )


async def decide_calendar(client: Client, year: int, days: CalendarDays) -> None:
    await client.rows(
        "INSERT INTO working_calendar_replica (year, version, days) VALUES (:year, 1, CAST(:days AS jsonb)) RETURNING 1",
        year=year,
        days=json.dumps([day.model_dump(mode="json") for day in days]),
    )
