"""Tasks of agencies that end or have ended: how many are open, how many were passed on, and which wait for the Office to choose a lead."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.buckets import AwaitingCountsAs
from services.tasks.domain.today import Today
from services.tasks.queries.listing import with_standing

# No due date comes last, as in every list; each agency is read from the index of what it leads that is open.
_ORDER = "ORDER BY (t.due IS NULL), t.due, t.number"
_AFTER_DATED = "(t.due IS NULL, t.due, t.number) > (false, CAST(:after_day AS date), CAST(:after_number AS bigint))"
_AFTER_UNDATED = "t.due IS NULL AND t.number > CAST(:after_number AS bigint)"


def _page(rule: AwaitingCountsAs, after: str) -> str:
    rows = f"""(SELECT t.*, s.successor_ids FROM succession s CROSS JOIN LATERAL (
      SELECT t.* FROM task t WHERE t.lead_agency_id = s.ended_agency_id AND t.state <> 'COMPLETED' AND {after} {_ORDER} LIMIT :limit) t
      WHERE s.heir_id IS NULL {_ORDER} LIMIT :limit)"""
    return f"{with_standing(rows, rule, beside='t.successor_ids')} {_ORDER}"


_PAGES = {(rule, after): text(_page(rule, after)) for rule in AwaitingCountsAs for after in ("TRUE", _AFTER_DATED, _AFTER_UNDATED)}
_COUNT = text("""
SELECT count(*) FROM succession s JOIN task t ON t.lead_agency_id = s.ended_agency_id AND t.state <> 'COMPLETED' WHERE s.heir_id IS NULL
""")
_PROGRESS = text("""
SELECT coalesce(sum(s.passed_on), 0) AS passed_on, coalesce(sum(led.tasks) FILTER (WHERE s.heir_id IS NOT NULL), 0) AS leads_to_pass_on,
  coalesce(sum(led.tasks) FILTER (WHERE s.heir_id IS NULL), 0) AS awaiting_lead
FROM succession s CROSS JOIN LATERAL (
  SELECT count(*) AS tasks FROM task t WHERE t.lead_agency_id = s.ended_agency_id AND t.state <> 'COMPLETED') led
WHERE s.reorganisation_id = :reorganisation_id
""")
_OPEN_WORK = text("""
SELECT asked.id AS agency_id,
  (SELECT count(*) FROM task t WHERE t.lead_agency_id = asked.id AND t.state <> 'COMPLETED') AS leads,
  (SELECT count(*) FROM assignment a WHERE a.agency_id = asked.id AND a.role = 'COORDINATING' AND a.valid_to IS NULL AND a.task_is_open)
    AS coordinates
FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS asked (id, place) ORDER BY asked.place
""")
_BECOMING_ONE = text("""
SELECT count(DISTINCT t.id) FROM task t
JOIN assignment a ON a.task_id = t.id AND a.valid_to IS NULL AND a.role <> 'LEAD' AND a.agency_id = ANY(CAST(:ids AS uuid[]))
WHERE t.lead_agency_id = ANY(CAST(:ids AS uuid[])) AND t.state <> 'COMPLETED'
""")


@dataclass(frozen=True)
class AfterDue:
    """The last row of the page before."""

    day: date | None
    number: int


async def list_awaiting_lead(connection: AsyncConnection, today: Today, *, after: AfterDue | None, limit: int) -> list[Any]:
    """Open tasks whose lead has ended and nobody, or several, took over; each with its bucket and `successor_ids`."""
    condition = "TRUE" if after is None else _AFTER_DATED if after.day is not None else _AFTER_UNDATED
    keys = {} if after is None else {"after_number": after.number} | ({"after_day": after.day} if after.day is not None else {})
    page = _PAGES[today.awaiting_counts_as, condition]
    return list((await connection.execute(page, {"as_of": today.day, "limit": limit, **keys})).all())


async def count_awaiting_lead(connection: AsyncConnection) -> int:
    return int((await connection.execute(_COUNT)).scalar_one())


@dataclass(frozen=True)
class Progress:
    """Of one reorganisation: in how many tasks a part was passed on, how many leads are still to be, and how many wait for a choice."""

    passed_on: int
    leads_to_pass_on: int
    awaiting_lead: int


async def progress_of(connection: AsyncConnection, reorganisation_id: UUID) -> Progress:
    """All nothing, where no agency has ended by it."""
    row = (await connection.execute(_PROGRESS, {"reorganisation_id": reorganisation_id})).one()
    return Progress(int(row.passed_on), int(row.leads_to_pass_on), int(row.awaiting_lead))


@dataclass(frozen=True)
class OpenWork:
    """What an agency leads and coordinates that is not completed."""

    agency_id: UUID
    leads: int
    coordinates: int


async def open_work_of(connection: AsyncConnection, agency_ids: Collection[UUID]) -> tuple[list[OpenWork], int]:
    """In the order of the ids; and in how many tasks one of them leads and another has a part, which would become one part."""
    asked = {"ids": list(agency_ids)}
    work = [OpenWork(*row) for row in await connection.execute(_OPEN_WORK, asked)]
    return work, int((await connection.execute(_BECOMING_ONE, asked)).scalar_one())
