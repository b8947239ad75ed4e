"""How the rows of a list are reached: by *ways*, disjoint sets of tasks of which each is fed by an index of its own.

What an agency leads comes from the tasks, what it coordinates or reports for another from the assignments, which carry what a list is
ordered by.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from libs.common.actor import Actor
from libs.contracts.buckets import OPEN, Bucket
from services.tasks.domain.assignment import AssignmentRole
from services.tasks.domain.lifecycle import State
from services.tasks.domain.permissions import own_agency
from services.tasks.domain.today import Today
from services.tasks.persistence.repository import visibility_of
from services.tasks.queries.asked import Level, Scope, TaskFilter
from services.tasks.queries.standing_today import due_soon, is_open, of_a_group, of_a_task


@dataclass(frozen=True)
class Rows:
    """Where a way begins. `keys` name the columns by which it is in order, `whose` what is true of all its rows.

    `few` are those of one agency: they may be walked to their end.
    """

    tables: str
    whose: str
    keys: Mapping[str, str]
    few: bool = True

    def that(self, condition: str) -> "Rows":
        return replace(self, whose=f"{self.whose} AND {condition}")


_KEYS = {key: f"t.{key}" for key in ("due", "number", "assigned_on")}
_ALL = Rows("task t", "TRUE", _KEYS, few=False)
_LED = Rows("task t", "t.lead_agency_id = CAST(:agency_id AS uuid)", _KEYS)


def _assigned(role: AssignmentRole) -> Rows:
    """Nobody has two parts in one task."""
    return Rows(
        "assignment a JOIN task t ON t.id = a.task_id",
        f"a.agency_id = CAST(:agency_id AS uuid) AND a.role = '{role}' AND a.valid_to IS NULL",
        {key: f"a.task_{key}" for key in _KEYS},
    )


_REPORTED = _assigned(AssignmentRole.REPORTING)
_COORDINATED = _assigned(AssignmentRole.COORDINATING)
_COORDINATED_GROUPS = _COORDINATED.that("a.task_is_group")
_COORDINATED_TASKS = _COORDINATED.that("NOT a.task_is_group")
_COORDINATED_OPEN = _COORDINATED_TASKS.that("a.task_is_open")
_COORDINATED_COMPLETED = _COORDINATED_TASKS.that("NOT a.task_is_open")
# `IS TRUE` keeps both from being joined: the groups are walked in order, and those of a commune, which are nearly all, fill a page at once.
_OF_OWN_PART = Rows(
    "task t",
    f"""(t.id IN (SELECT part.group_id FROM task part WHERE part.group_id IS NOT NULL
      AND part.lead_agency_id = CAST(:agency_id AS uuid))) IS TRUE
  AND t.id NOT IN (SELECT a.task_id FROM assignment a WHERE {_COORDINATED_GROUPS.whose})""",
    _KEYS,
)


@dataclass(frozen=True)
class Way:
    """`condition` is what is asked of its rows; `found` is how sought words find them, where that may be so many that an index of words
    is no help."""

    rows: Rows
    is_group: bool
    condition: str
    found: str | None = None

    @property
    def whole_condition(self) -> str:
        return f"{self.condition} AND {self.found}" if self.found else self.condition

    @property
    def all_of_it(self) -> str:
        """From where, and which: every row, in no order."""
        if self.found and self.rows.few:
            # `OFFSET 0`: the few are looked through, for an index of words that many tasks hold costs more than all of them.
            return f"FROM (SELECT t.* FROM {self.rows.tables} WHERE {self.condition} OFFSET 0) t WHERE {self.found}"
        return f"FROM {self.rows.tables} WHERE {self.whole_condition}"

    def that(self, *conditions: str) -> "Way":
        return replace(self, condition=" AND ".join([self.condition, *conditions]))


@dataclass(frozen=True)
class Ways:
    all: tuple[Way, ...]
    parameters: Mapping[str, Any]

    def used_in(self, statement: str, **more: Any) -> dict[str, Any]:
        """A parameter that no condition names has no type for the database."""
        return {name: value for name, value in {**self.parameters, **more}.items() if f":{name}" in statement}


def ways_of(actor: Actor, asked: TaskFilter, today: Today, *, led_by: Collection[UUID]) -> Ways:
    """What the actor does not see is in none of them. `led_by` are the agencies that the sought words name."""
    sees_all = visibility_of(actor)["sees_all"]
    level = asked.effective_level(sees_all=sees_all)
    common, parameters = _conditions(asked)
    ways = [
        Way(rows, is_group, " AND ".join([rows.whose, *common, *_standing(asked, today, few=rows.few, is_group=is_group)]))
        for rows, is_group in _reached(asked, level, sees_all=sees_all)
    ]
    if asked.sought is None:
        ways = [way.that(*_whole(way, level)) for way in ways]
    else:
        ways = [found for way in ways for found in _finding(way, asked, _whole(way, level), led_by)]
        parameters |= {"sought_number": asked.sought.number, "sought_words": asked.sought.as_tsquery, "led_by": list(led_by)}
    parameters |= {"agency_id": own_agency(actor), "as_of": today.day, "due_soon_until": today.due_soon_until}
    return Ways(tuple(ways), parameters)


def _whole(way: Way, level: Level | None) -> list[str]:
    """No part of a group. That a group is none goes without saying, and said it would mislead the planner, who would take few for such."""
    return ["t.group_id IS NULL"] if level is Level.INSTRUCTION and not way.is_group else []


def _reached(asked: TaskFilter, level: Level | None, *, sees_all: bool) -> Iterator[tuple[Rows, bool]]:
    """Where rows come from, and whether they are groups."""
    # Of a list of tasks a group is a row only where an agency coordinates the whole of it. It has no lead and no state of its own.
    groups = (level is not Level.ASSIGNMENT or asked.scope is Scope.AGENCY) and asked.state is None and asked.agency_id is None
    if sees_all and asked.scope is Scope.OVERSIGHT and asked.part is None:
        yield _ALL, False
        if groups:
            yield _ALL, True
        return
    if asked.part in (None, AssignmentRole.LEAD):
        yield _LED, False
    if asked.part in (None, AssignmentRole.REPORTING):
        yield _REPORTED, False
    if asked.part not in (None, AssignmentRole.COORDINATING):
        return
    yield _coordinated(asked), False
    if groups:
        yield _COORDINATED_GROUPS, True
        if asked.scope is Scope.OVERSIGHT and asked.part is None:
            yield _OF_OWN_PART, True


def _coordinated(asked: TaskFilter) -> Rows:
    """The assignment says whether its task is open, so that the many that are completed are passed over without a look."""
    wanted = {
        *([asked.state != State.COMPLETED] if asked.state else []),
        *([Bucket(asked.bucket) in OPEN] if asked.bucket else []),
        *([True] if asked.due_soon else []),
        *([asked.is_open] if asked.is_open is not None else []),
    }
    if wanted == {True}:
        return _COORDINATED_OPEN
    return _COORDINATED_COMPLETED if wanted == {False} else _COORDINATED_TASKS


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
    if asked.state is not None and asked.state != State.COMPLETED:
        conditions.append("t.state <> 'COMPLETED'")
    return conditions, parameters


def _standing(asked: TaskFilter, today: Today, *, few: bool, is_group: bool) -> Iterator[str]:
    yield "t.is_group" if is_group else "NOT t.is_group"
    rule = today.awaiting_counts_as
    buckets = of_a_group(rule, few=few) if is_group else of_a_task(rule)
    if asked.is_open is not None:
        opened = is_open(is_group=is_group, few=few)
        yield opened if asked.is_open else f"NOT ({opened})"
    if asked.bucket is not None:
        yield f"({buckets[Bucket(asked.bucket)]})"
    if asked.due_soon is not None:
        soon = due_soon(buckets[Bucket.OPEN_IN_TIME])
        yield soon if asked.due_soon else f"NOT {soon}"


_NUMBER = "t.number = CAST(:sought_number AS bigint)"
_WORDS = "t.words @@ CAST(CAST(:sought_words AS text) AS tsquery)"
_LED_BY = "t.lead_agency_id = ANY(CAST(:led_by AS uuid[]))"


def _finding(way: Way, asked: TaskFilter, whole: list[str], led_by: Collection[UUID]) -> Iterator[Way]:
    """By the number, by the words, by the name of the lead: each without what the ones before it have found."""
    sought = asked.sought
    assert sought is not None
    before: list[str] = []
    if sought.number is not None:
        yield way.that(*whole, _NUMBER)
        before.append(_NUMBER)
    if sought.by_words:
        yield replace(way.that(*whole, *(f"NOT {one}" for one in before)), found=_WORDS)
        before.append(_WORDS)
        if led_by and not way.is_group:
            # What an agency leads is mostly its parts of groups: they are passed over only where the list says so itself.
            found_before = " OR ".join(" AND ".join([one, *whole]) for one in before)
            yield way.that(*(whole if asked.level else []), _LED_BY, f"NOT ({found_before})")
