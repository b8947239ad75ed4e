"""Reorganisations for screens: all there are, and one of them; the latest day first, so that what is to come stands above."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from services.directory.domain.reorganisation import Reorganisation
from services.directory.persistence.reorganisations import read_reorganisations

_LIST = text("""
SELECT * FROM reorganisation
WHERE CAST(:after_day AS date) IS NULL OR (effective_on, id) < (CAST(:after_day AS date), CAST(:after_id AS uuid))
ORDER BY effective_on DESC, id DESC LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM reorganisation")
_ONE = text("SELECT * FROM reorganisation WHERE id = :id")
_OVERDUE = text("SELECT count(*) FROM reorganisation WHERE standing = 'PLANNED' AND effective_on < :day")
_NAMES = text("SELECT id, name, short_name FROM agency WHERE id = ANY(CAST(:ids AS uuid[]))")


@dataclass(frozen=True)
class AgencyNamed:
    id: UUID
    name: str
    short_name: str


@dataclass(frozen=True)
class ToldReorganisation:
    """With the names of its agencies: of `before`, and of those that take over, the new ones among them."""

    reorganisation: Reorganisation
    before: list[AgencyNamed]
    after: list[AgencyNamed]


async def list_reorganisations(
    connection: AsyncConnection, *, after: tuple[date, UUID] | None, limit: int
) -> tuple[list[ToldReorganisation], int]:
    """In pages, and how many there are."""
    keys: dict[str, Any] = dict(zip(("after_day", "after_id"), after or (None, None), strict=True))
    rows = (await connection.execute(_LIST, {"limit": limit, **keys})).all()
    found = await read_reorganisations(connection, rows)
    total: int = (await connection.execute(_COUNT)).scalar_one()
    return await _told(connection, found), total


async def one_reorganisation(connection: AsyncConnection, reorganisation_id: UUID) -> ToldReorganisation:
    """Raises NotFound."""
    rows = (await connection.execute(_ONE, {"id": reorganisation_id})).all()
    if not rows:
        raise NotFound
    [told] = await _told(connection, await read_reorganisations(connection, rows))
    return told


async def count_overdue(connection: AsyncConnection, day: date) -> int:
    """Whose day began before `day` and that have not taken effect."""
    return int((await connection.execute(_OVERDUE, {"day": day})).scalar_one())


async def _told(connection: AsyncConnection, found: list[Reorganisation]) -> list[ToldReorganisation]:
    ids = {agency for one in found for agency in one.plan.named_agency_ids}
    names = {row.id: AgencyNamed(*row) for row in await connection.execute(_NAMES, {"ids": list(ids)})}
    return [
        ToldReorganisation(
            one,
            [names[agency] for agency in one.plan.from_agency_ids],
            [
                *(names[agency] for agency in one.plan.to_agency_ids),
                *(AgencyNamed(new.id, new.name, new.short_name) for new in one.plan.new_agencies),
            ],
        )
        for one in found
    ]
