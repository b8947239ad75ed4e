"""Lists of tasks and their counts. A page comes from an index, row by row in its order, and stops when it is full.

A list is put together from *ways*: disjoint sets of tasks of which each is fed by an index of its own (what an agency leads, what
it coordinates, groups). A page takes the first rows of every way, and of those the first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.contracts.buckets import AwaitingCountsAs, Bucket, bucket_sql, children_sql, due_soon_sql, group_bucket_sql
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import COORDINATES, visibility_of
from services.tasks.queries.search import Sought
from services.tasks.queries.standing_today import due_soon, is_open, of_a_group, of_a_task, which


def with_standing(tasks: str, awaiting_counts_as: AwaitingCountsAs) -> str:
    """The rows of `tasks` (a table or a query in parentheses), each with its bucket of today and what the parts of a group say."""
    bucket, of_part = (bucket_sql(row, awaiting_counts_as=awaiting_counts_as) for row in ("t", "c"))
    # Parts are looked at for groups only; a plain task costs no second look.
    return f"""
    SELECT t.*, g.children, g.all_finished, g.last_completed_on, g.accepted, g.awaiting, g.completed, g.kinds,
           g.overdue AS children_overdue,
           CASE WHEN t.is_group THEN {group_bucket_sql("t", "g")} ELSE {bucket} END AS bucket
    FROM {tasks} t LEFT JOIN LATERAL (
      SELECT {children_sql("c", bucket=of_part)},
             count(*) FILTER (WHERE c.state <> 'ASSIGNED') AS accepted,
             count(*) FILTER (WHERE c.state = 'AWAITING_CONFIRMATION') AS awaiting,
             count(*) FILTER (WHERE c.state = 'COMPLETED') AS completed,
             count(*) FILTER (WHERE {of_part} = 'open_overdue') AS overdue,
             array_agg(DISTINCT r.kind) FILTER (WHERE r.kind IS NOT NULL) AS kinds
      FROM task c LEFT JOIN agency_replica r ON r.id = c.lead_agency_id WHERE c.group_id = t.id
    ) g ON t.is_group"""


# Two rows of which the first keys differ are in order whatever follows, so that `(due IS NULL, due, number)` compares a dated
# row with an undated one: what has no due date comes last. An index over these three serves it.
_SORTS = {
    "due": (
        "due IS NULL, due, number",
        "(t.due IS NULL, t.due, t.number) > (false, CAST(:after_day AS date), CAST(:after_number AS bigint))",
    ),
    "-assigned_on": (
        "assigned_on DESC, number DESC",
        "(t.assigned_on, t.number) < (CAST(:after_day AS date), CAST(:after_number AS bigint))",
    ),
}
_BEYOND_UNDATED = "t.due IS NULL AND t.number > CAST(:after_number AS bigint)"


@dataclass(frozen=True)
class After:
    """The last row of the page before: the day that the list is sorted by, if it has one, and its number."""

    day: date | None
    number: int


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
    """What a list shows; None does not filter. `level` None follows from the other filters. `field` is the key of a field (lĩnh vực).

    `part` asks for what the actor's agency leads, or for what it only coordinates: that stands apart, outside counts (rulebook 1.1).
    """

    scope: Scope
    state: str | None = None
    bucket: str | None = None
    agency_id: UUID | None = None
    directive_id: UUID | None = None
    group_id: UUID | None = None
    due_soon: bool | None = None
    q: str | None = None
    level: Level | None = None
    field: str | None = None
    part: AssignmentRole | None = None
    is_open: bool | None = None
    due_from: date | None = None
    due_until: date | None = None
    assigned_from: date | None = None
    assigned_until: date | None = None

    @property
    def sought(self) -> Sought | None:
        return Sought.of(self.q) if self.q else None

    def effective_level(self) -> Level | None:
        """None: whatever has this code is found, a part of a group as well as the group."""
        if self.level is not None:
            return self.level
        if self.sought is not None and self.sought.is_code:
            return None
        named = self.scope is Scope.AGENCY or self.agency_id is not None or self.state is not None or self.group_id is not None
        return Level.ASSIGNMENT if named else Level.INSTRUCTION


_LED = "t.lead_agency_id = CAST(:agency_id AS uuid)"
_COORDINATED = """t.id IN (SELECT a.task_id FROM assignment a WHERE a.agency_id = CAST(:agency_id AS uuid)
  AND a.role = 'COORDINATING' AND a.valid_to IS NULL) AND t.lead_agency_id IS DISTINCT FROM CAST(:agency_id AS uuid)"""
_GROUP_OF_OWN_PART = f"""t.id IN (SELECT part.group_id FROM task part WHERE part.group_id IS NOT NULL
  AND part.lead_agency_id = CAST(:agency_id AS uuid)) AND NOT {COORDINATES}"""
_TASK, _GROUP = "NOT t.is_group", "t.is_group"


def _ways(actor: Actor, asked: TaskFilter) -> Iterator[tuple[str, bool]]:
    """How the rows are reached, and whether they are groups. What the actor does not see is in none of them."""
    level = asked.effective_level()
    # Of a list of tasks a group is a row only where an agency coordinates the whole of it. It has no lead and no state of its own.
    groups = (level is not Level.ASSIGNMENT or asked.scope is Scope.AGENCY) and asked.state is None and asked.agency_id is None
    if visibility_of(actor)["sees_all"]:
        if asked.scope is Scope.OVERSIGHT and asked.part is None:
            yield "TRUE", False
            if groups:
                yield "TRUE", True
        return
    if asked.part is not AssignmentRole.COORDINATING:
        yield _LED, False
    if asked.part is AssignmentRole.LEAD:
        return
    yield _COORDINATED, False
    if groups:
        yield _COORDINATED, True
        if asked.scope is Scope.OVERSIGHT and asked.part is None:
            yield _GROUP_OF_OWN_PART, True


# The first and the last day of a period, each a filter of its own.
_PERIODS = (
    ("due", ">=", "due_from"),
    ("due", "<=", "due_until"),
    ("assigned_on", ">=", "assigned_from"),
    ("assigned_on", "<=", "assigned_until"),
)


def _conditions(asked: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """What is asked of tasks and groups alike."""
    conditions, parameters = ["t.assigned_on <= CAST(:as_of AS date)"] if asked.bucket else [], {}
    columns: Mapping[str, Any] = {
        "state": asked.state,
        "directive_id": asked.directive_id,
        "group_id": asked.group_id,
        "field": asked.field,
        "lead_agency_id": asked.agency_id,
    }
    for column, value in columns.items():
        if value is not None:
            conditions.append(f"t.{column} = :{column}")
            parameters[column] = value
    for column, comparison, parameter in _PERIODS:
        day = getattr(asked, parameter)
        if day is not None:
            conditions.append(f"t.{column} {comparison} CAST(:{parameter} AS date)")
            parameters[parameter] = day
    # Said for the planner, which does not see by itself that the index of the open ones serves a state.
    if asked.state is not None and asked.state != "COMPLETED":
        conditions.append("t.state <> 'COMPLETED'")
    if asked.sought is not None:
        conditions.append(_found(asked.sought))
        parameters |= {"sought_number": asked.sought.number} if asked.sought.number is not None else {}
        parameters |= {"sought_words": asked.sought.words} if _by_words(asked.sought) else {}
    if asked.effective_level() is Level.INSTRUCTION:
        conditions.append("t.group_id IS NULL")
    return conditions, parameters


def _by_words(sought: Sought) -> bool:
    return sought.words is not None and not sought.is_code


def _found(sought: Sought) -> str:
    ways = []
    if sought.number is not None:
        ways.append("t.number = CAST(:sought_number AS bigint)")
    if _by_words(sought):
        ways.append("t.words @@ CAST(CAST(:sought_words AS text) AS tsquery)")
    return f"({' OR '.join(ways)})" if ways else "FALSE"


def _buckets(today: Today, *, group: bool) -> Mapping[Bucket, str]:
    return (of_a_group if group else of_a_task)(today.awaiting_counts_as)


def _standing(asked: TaskFilter, today: Today, *, group: bool) -> Iterator[str]:
    buckets = _buckets(today, group=group)
    if asked.is_open is not None:
        yield is_open(group=group) if asked.is_open else f"NOT ({is_open(group=group)})"
    if asked.bucket is not None:
        yield f"({buckets[Bucket(asked.bucket)]})"
    if asked.due_soon is not None:
        soon = due_soon(buckets[Bucket.OPEN_IN_TIME])
        yield soon if asked.due_soon else f"NOT {soon}"


def _selections(actor: Actor, asked: TaskFilter, today: Today) -> tuple[list[tuple[str, bool]], dict[str, Any]]:
    """A condition for each way and whether it is one of groups, and the parameters of all."""
    common, parameters = _conditions(asked)
    found = [
        (" AND ".join([_GROUP if group else _TASK, way, *common, *_standing(asked, today, group=group)]), group)
        for way, group in _ways(actor, asked)
    ]
    return found, parameters | visibility_of(actor) | {"as_of": today.day, "due_soon_until": today.due_soon_until}


async def list_tasks(
    connection: AsyncConnection,
    actor: Actor,
    asked: TaskFilter,
    today: Today,
    *,
    sort: str,
    after: After | None,
    limit: int,
) -> list[Any]:
    """A page of tasks in a stable order."""
    selections, parameters = _selections(actor, asked, today)
    if not selections:
        return []
    order, beyond = _SORTS[sort]
    if after is None:
        beyond = "TRUE"
    else:
        beyond = beyond if after.day is not None else _BEYOND_UNDATED
        parameters |= {"after_day": after.day, "after_number": after.number} if after.day is not None else {"after_number": after.number}
    firsts = " UNION ALL ".join(
        f"(SELECT t.* FROM task t WHERE {selection} AND {beyond} ORDER BY {_of('t', order)} LIMIT :limit)" for selection, _ in selections
    )
    page = f"(SELECT u.* FROM ({firsts}) u ORDER BY {_of('u', order)} LIMIT :limit)"
    statement = f"{with_standing(page, today.awaiting_counts_as)} ORDER BY {_of('t', order)}"
    return list((await connection.execute(text(statement), _used(statement, parameters | {"limit": limit}))).all())


def _of(row: str, order: str) -> str:
    return ", ".join(f"{row}.{key}" for key in order.split(", "))


def _used(statement: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A parameter that no condition names has no type for the database."""
    return {name: value for name, value in parameters.items() if f":{name}" in statement}


@dataclass(frozen=True)
class Counts:
    """`by_state` and `by_bucket` leave out what is 0."""

    total: int
    due_soon: int
    by_state: dict[str, int]
    by_bucket: dict[str, int]


async def count_listed(connection: AsyncConnection, actor: Actor, asked: TaskFilter, today: Today) -> int:
    """How many rows the list with this filter has in all."""
    selections, parameters = _selections(actor, asked, today)
    if not selections:
        return 0
    statement = "SELECT " + " + ".join(f"(SELECT count(*) FROM task t WHERE {selection})" for selection, _ in selections)
    return int((await connection.execute(text(statement), _used(statement, parameters))).scalar_one())


async def count_tasks(connection: AsyncConnection, actor: Actor, asked: TaskFilter, today: Today) -> Counts:
    """How many tasks stand where, over the same rows as the list with the same filter."""
    selections, parameters = _selections(actor, asked, today)
    by_state: dict[str, int] = {}
    by_bucket: dict[str, int] = {}
    total = soon = 0
    if selections:
        # Counted without a look at the parts of each group: which groups are open is asked once.
        counted = " UNION ALL ".join(
            f"SELECT {'NULL' if group else 't.state'} AS state, {which(_buckets(today, group=group))} AS bucket, t.due "
            f"FROM task t WHERE {selection}"
            for selection, group in selections
        )
        statement = f"""
        SELECT c.state, c.bucket, {due_soon_sql("c.bucket", "c.due")} AS due_soon, count(*) AS tasks FROM ({counted}) c GROUP BY 1, 2, 3
        """
        for row in await connection.execute(text(statement), _used(statement, parameters)):
            total += row.tasks
            soon += row.tasks if row.due_soon else 0
            if row.state is not None:
                by_state[row.state] = by_state.get(row.state, 0) + row.tasks
            if row.bucket is not None:
                by_bucket[row.bucket] = by_bucket.get(row.bucket, 0) + row.tasks
    return Counts(total, soon, by_state, by_bucket)
