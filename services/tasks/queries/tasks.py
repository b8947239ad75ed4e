"""Tasks for screens: rows with their bucket of today, filtered by what the actor may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.contracts.buckets import bucket_sql, children_sql, due_soon_sql, group_bucket_sql
from libs.contracts.working_days import due_soon_until
from services.tasks.persistence.repository import VISIBLE, visibility_of

# Children are looked at for groups only; a plain task costs no second look.
_ROWS = f"""
SELECT t.*, g.children, g.all_finished, g.last_completed_on, g.accepted, g.awaiting, g.completed, g.overdue AS children_overdue,
       CASE WHEN t.is_group THEN {group_bucket_sql("t", "g")} ELSE {bucket_sql("t")} END AS bucket
FROM task t
LEFT JOIN LATERAL (
  SELECT {children_sql("c")},
         count(*) FILTER (WHERE c.state <> 'ASSIGNED') AS accepted,
         count(*) FILTER (WHERE c.state = 'AWAITING_CONFIRMATION') AS awaiting,
         count(*) FILTER (WHERE c.state = 'COMPLETED') AS completed,
         count(*) FILTER (WHERE {bucket_sql("c")} = 'open_overdue') AS overdue
  FROM task c WHERE c.parent_id = t.id
) g ON t.is_group
"""
_ONE = text(f"{_ROWS} WHERE t.id = :id AND {VISIBLE}")

# What has no due date comes last. Two rows of which the first keys differ are in order whatever follows, so that
# `(due IS NULL, due, number)` compares a dated row with an undated one, and an index over these three serves it.
_SORTS = {
    "due": ("due IS NULL, due, number", "(due IS NULL, due, number) > (false, CAST(:after_day AS date), CAST(:after_number AS bigint))"),
    "-assigned_on": ("assigned_on DESC, number DESC", "(assigned_on, number) < (CAST(:after_day AS date), CAST(:after_number AS bigint))"),
}
_BEYOND_UNDATED = "due IS NULL AND number > CAST(:after_number AS bigint)"


@dataclass(frozen=True)
class After:
    """The last row of the page before: the day that the list is sorted by, if it has one, and its number."""

    day: date | None
    number: int


def _beyond(sort: str, after: After | None) -> str:
    if after is None:
        return "TRUE"
    return _SORTS[sort][1] if after.day is not None else _BEYOND_UNDATED


class Scope(StrEnum):
    AGENCY = "agency"
    """What the actor's agency leads or coordinates."""
    OVERSIGHT = "oversight"
    """Everything the actor may see."""


class Level(StrEnum):
    INSTRUCTION = "instruction"
    """One row for each instruction: a group once (what the province counts)."""
    ASSIGNMENT = "assignment"
    """One row for each task of an agency (what agencies count)."""


@dataclass(frozen=True)
class TaskFilter:
    """What a list shows; None does not filter. `level` None follows from the other filters."""

    scope: Scope
    state: str | None = None
    bucket: str | None = None
    agency_id: UUID | None = None
    directive_id: UUID | None = None
    parent_id: UUID | None = None
    due_soon: bool | None = None
    q: str | None = None
    level: Level | None = None

    def effective_level(self) -> Level:
        if self.level is not None:
            return self.level
        named = self.scope is Scope.AGENCY or self.agency_id is not None or self.state is not None or self.parent_id is not None
        return Level.ASSIGNMENT if named else Level.INSTRUCTION


@dataclass(frozen=True)
class Listed:
    rows: list[Any]
    total: int


def _day(today: date) -> dict[str, Any]:
    return {"as_of": today, "due_soon_until": due_soon_until(today)}


def _conditions(asked: TaskFilter) -> tuple[str, dict[str, Any]]:
    conditions, parameters = [VISIBLE], {}
    plain: Mapping[str, Any] = {"state": asked.state, "directive_id": asked.directive_id, "parent_id": asked.parent_id}
    for column, value in plain.items():
        if value is not None:
            conditions.append(f"t.{column} = :{column}")
            parameters[column] = value
    if asked.scope is Scope.AGENCY:
        conditions.append("(t.lead_agency_id = CAST(:agency_id AS uuid) OR t.coordinating_agency_ids @> ARRAY[CAST(:agency_id AS uuid)])")
    if asked.agency_id is not None:
        conditions.append("t.lead_agency_id = :lead_agency_id")
        parameters["lead_agency_id"] = asked.agency_id
    if asked.q:
        conditions.append("t.search LIKE :pattern ESCAPE '!'")
        parameters["pattern"] = f"%{folded(asked.q).replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    if asked.effective_level() is Level.INSTRUCTION:
        conditions.append("t.parent_id IS NULL")
    elif asked.scope is Scope.OVERSIGHT:
        conditions.append("NOT t.is_group")
    return " AND ".join(conditions), parameters


def _with_due_soon(rows: str) -> str:
    return f"SELECT r.*, {due_soon_sql('r.bucket', 'r.due')} AS due_soon FROM ({rows}) r"


async def list_tasks(
    connection: AsyncConnection,
    actor: Actor,
    asked: TaskFilter,
    *,
    sort: str,
    after: After | None,
    limit: int,
    today: date,
) -> Listed:
    """A page of tasks in a stable order, and how many match in all."""
    where, parameters = _conditions(asked)
    order, _ = _SORTS[sort]
    matched = _with_due_soon(f"{_ROWS} WHERE {where}")
    derived = ["TRUE"]
    if asked.bucket is not None:
        derived.append("m.bucket = :bucket")
        parameters["bucket"] = asked.bucket
    if asked.due_soon is not None:
        derived.append("m.due_soon = :due_soon")
        parameters["due_soon"] = asked.due_soon
    statement = f"""
    WITH matched AS (SELECT m.* FROM ({matched}) m WHERE {" AND ".join(derived)}), counted AS (SELECT count(*) AS total FROM matched)
    SELECT page.*, counted.total FROM counted LEFT JOIN LATERAL (
      SELECT * FROM matched WHERE {_beyond(sort, after)} ORDER BY {order} LIMIT :limit) page ON true
    ORDER BY {", ".join(f"page.{key}" for key in order.split(", "))}
    """
    parameters |= {**visibility_of(actor), **_day(today), "limit": limit}
    if after is not None:
        parameters |= {"after_day": after.day, "after_number": after.number}
    rows = (await connection.execute(text(statement), parameters)).all()
    # The one row of the count comes alone when the page is empty.
    return Listed([row for row in rows if row.id is not None], rows[0].total)


async def one_task(connection: AsyncConnection, task_id: UUID, actor: Actor, *, today: date) -> Any:
    """The row of a task with its bucket; raises NotFound when unknown or not to be seen."""
    row = (await connection.execute(_ONE, {"id": task_id, **visibility_of(actor), **_day(today)})).one_or_none()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Counts:
    """`by_state` and `by_bucket` leave out what is 0."""

    total: int
    due_soon: int
    by_state: dict[str, int]
    by_bucket: dict[str, int]


async def count_tasks(connection: AsyncConnection, actor: Actor, asked: TaskFilter, *, today: date) -> Counts:
    """How many tasks stand where, over the same rows as the list with the same filter."""
    where, parameters = _conditions(asked)
    statement = f"""
    SELECT CASE WHEN m.is_group THEN NULL ELSE m.state END AS state, m.bucket, m.due_soon, count(*) AS tasks
    FROM ({_with_due_soon(f"{_ROWS} WHERE {where}")}) m GROUP BY 1, 2, 3
    """
    rows = (await connection.execute(text(statement), parameters | visibility_of(actor) | _day(today))).all()
    by_state: dict[str, int] = {}
    by_bucket: dict[str, int] = {}
    for row in rows:
        if row.state is not None:
            by_state[row.state] = by_state.get(row.state, 0) + row.tasks
        if row.bucket is not None:
            by_bucket[row.bucket] = by_bucket.get(row.bucket, 0) + row.tasks
    return Counts(sum(row.tasks for row in rows), sum(row.tasks for row in rows if row.due_soon), by_state, by_bucket)


_PROGRESS = text("SELECT version, percent, content, difficulty, proposal FROM progress_report WHERE task_id = :id")


@dataclass(frozen=True)
class ProgressTexts:
    percent: int
    content: str
    difficulty: str | None
    proposal: str | None


async def progress_texts(connection: AsyncConnection, task_id: UUID) -> dict[int, ProgressTexts]:
    """What was reported at each version of a task; events do not carry it."""
    rows = await connection.execute(_PROGRESS, {"id": task_id})
    return {row.version: ProgressTexts(row.percent, row.content, row.difficulty, row.proposal) for row in rows}


@dataclass(frozen=True)
class ReceivedReport:
    """What a receipt code stands for."""

    task_id: UUID
    task_number: int
    version: int
    type: str
    received_at: datetime


_RECEIVED = text(f"""
SELECT t.id, t.number, e.version, e.type, e.occurred_at
FROM task t JOIN event_log e ON e.aggregate_id = t.id AND e.version = :version
WHERE t.number = :number AND {VISIBLE}
  AND e.type IN ('chidao.tasks.progress-reported.v1', 'chidao.tasks.result-submitted.v1')
""")


async def received_report(connection: AsyncConnection, actor: Actor, *, task_number: int, version: int) -> ReceivedReport:
    """Raises NotFound when there is no such report or it is not to be seen."""
    row = (await connection.execute(_RECEIVED, {"number": task_number, "version": version, **visibility_of(actor)})).one_or_none()
    if row is None:
        raise NotFound
    return ReceivedReport(*row)
