"""The rules of the province for screens: every setting, every year, and the names of those who decided."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.contracts.province import SETTINGS
from libs.contracts.working_days import BUNDLED_DAYS
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.persistence.province_rules import FIRST_YEAR, LAST_YEAR, read_calendars, read_settings
from services.directory.queries.people import names_of_actors


async def all_settings(connection: AsyncConnection) -> list[ProvinceSetting]:
    return await read_settings(connection, list(SETTINGS))


async def one_setting(connection: AsyncConnection, key: str) -> ProvinceSetting:
    """Raises NotFound."""
    if key not in SETTINGS:
        raise NotFound
    [setting] = await read_settings(connection, [key])
    return setting


async def calendar_years(connection: AsyncConnection) -> list[int]:
    """The years of which more is known than their weekends, the first first."""
    decided = (await connection.execute(text("SELECT year FROM working_calendar WHERE version > 0"))).scalars()
    return sorted({*decided, *BUNDLED_DAYS})


async def one_calendar(connection: AsyncConnection, year: int) -> CalendarOfYear:
    """Raises NotFound."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    [calendar] = await read_calendars(connection, [year])
    return calendar


async def names_of_deciders(connection: AsyncConnection, things: Collection[ProvinceSetting | CalendarOfYear]) -> dict[str, str]:
    """By the name of the actor; a service that entered the first values has none."""
    return await names_of_actors(connection, {decision.decided_by for thing in things for decision in thing.decisions})
