"""One agency with all that is known of it: its names and codes, under whom it stood, where it came from and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.queries.agencies import FoundAgency, Successor, one_agency

_NAMES = text("""
SELECT n.alias, n.is_former FROM agency_alias n JOIN agency a ON a.id = n.agency_id
WHERE a.id = :id AND n.alias NOT IN (a.name, a.short_name) ORDER BY n.is_former, n.alias
""")
_VERSION = text("SELECT version FROM agency WHERE id = :id")
_CODES = text("SELECT kind, code FROM agency_code WHERE agency_id = :id ORDER BY kind, code")
# The last one is that of now, and has no last day.
_PARENTS = text("""
SELECT p.id, p.name, p.short_name, u.valid_to FROM (
  SELECT parent_id, valid_to FROM agency_former_parent WHERE agency_id = :id
  UNION ALL SELECT parent_id, NULL FROM agency WHERE id = :id) u
JOIN agency p ON p.id = u.parent_id ORDER BY u.valid_to NULLS LAST
""")
# Every step back to where it came from and on to what became of it, each once: who ended, and who took over.
_STEPS = text("""
WITH RECURSIVE back AS (
  SELECT agency_id, successor_id FROM agency_successor WHERE successor_id = :id
  UNION SELECT s.agency_id, s.successor_id FROM back b JOIN agency_successor s ON s.successor_id = b.agency_id),
onward AS (
  SELECT agency_id, successor_id FROM agency_successor WHERE agency_id = :id
  UNION SELECT s.agency_id, s.successor_id FROM onward o JOIN agency_successor s ON s.agency_id = o.successor_id)
SELECT step.is_origin, e.id, e.name, e.short_name, e.valid_to, t.id AS to_id, t.name AS to_name, t.short_name AS to_short_name
FROM (SELECT true AS is_origin, * FROM back UNION ALL SELECT false, * FROM onward) step
JOIN agency e ON e.id = step.agency_id JOIN agency t ON t.id = step.successor_id
WHERE e.valid_to IS NOT NULL
ORDER BY e.valid_to, e.sort_key, e.id, t.sort_key, t.id
""")


@dataclass(frozen=True)
class Name:
    """`is_former`: of an agency that it took over."""

    name: str
    is_former: bool


@dataclass(frozen=True)
class Code:
    kind: str
    code: str


@dataclass(frozen=True)
class Parent:
    """Under whom it stood up to and with `valid_to`, or stands now."""

    id: UUID
    name: str
    short_name: str
    valid_to: date | None


@dataclass(frozen=True)
class TakeOver:
    """On `day` the `successors` began with the work of those that had `ended` the day before."""

    day: date
    ended: tuple[Successor, ...]
    successors: tuple[Successor, ...]


@dataclass(frozen=True)
class AgencyRecord:
    """`came_from` tells each step that led to it and `became` each that followed, the earliest first; `successors` live."""

    agency: FoundAgency
    version: int
    names: list[Name]
    codes: list[Code]
    parents: list[Parent]
    came_from: list[TakeOver]
    became: list[TakeOver]


async def agency_record(connection: AsyncConnection, agency_id: UUID, day: date) -> AgencyRecord:
    """Raises NotFound. One that has ended is told too: past figures speak of it."""
    agency = await one_agency(connection, agency_id, day)
    asked = {"id": agency_id}
    steps = (await connection.execute(_STEPS, asked)).all()
    return AgencyRecord(
        agency,
        (await connection.execute(_VERSION, asked)).scalar_one(),
        [Name(row.alias, row.is_former) for row in await connection.execute(_NAMES, asked)],
        [Code(row.kind, row.code) for row in await connection.execute(_CODES, asked)],
        [Parent(*row) for row in await connection.execute(_PARENTS, asked)],
        _by_successor([step for step in steps if step.is_origin]),
        _by_ended([step for step in steps if not step.is_origin]),
    )


def _by_successor(steps: Sequence[Any]) -> list[TakeOver]:
    """Whoever took over on one day from several is told once, with all of them."""
    grouped = _grouped((step.valid_to, step.to_id, step) for step in steps)
    return [TakeOver(_next(day), tuple(map(_ended, these)), (_taking(these[0]),)) for (day, _), these in grouped.items()]


def _by_ended(steps: Sequence[Any]) -> list[TakeOver]:
    """Whoever was divided among several is told once, with all of them."""
    grouped = _grouped((step.valid_to, step.id, step) for step in steps)
    return [TakeOver(_next(day), (_ended(these[0]),), tuple(map(_taking, these))) for (day, _), these in grouped.items()]


def _grouped(steps: Iterable[tuple[date, UUID, Any]]) -> dict[tuple[date, UUID], list[Any]]:
    found: dict[tuple[date, UUID], list[Any]] = {}
    for day, agency, step in steps:
        found.setdefault((day, agency), []).append(step)
    return found


def _next(last_day: date) -> date:
    return last_day + timedelta(days=1)


def _ended(step: Any) -> Successor:
    return Successor(step.id, step.name, step.short_name)


def _taking(step: Any) -> Successor:
    return Successor(step.to_id, step.to_name, step.to_short_name)
