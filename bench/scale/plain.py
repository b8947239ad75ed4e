"""The same questions to a plain normalised schema: task, assignment, agency, and what changed when; ordinary indexes, no projections.

Asked in the database alone, without a web face: what a straightforward program would have to wait for before it could begin to answer.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from random import Random
from typing import Any

import asyncpg

from bench.scale.population import Population
from bench.scale.questions import SEARCHES
from embedded.postgres import Address
from libs.contracts.buckets import Bucket, bucket_sql
from system.databases import database_of

DATABASE = "chidao_plain"
PAGE = 51
_SCHEMA = """
CREATE TABLE agency (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE task (
  id uuid PRIMARY KEY, number bigint NOT NULL UNIQUE, document text NOT NULL, subject text NOT NULL, content text NOT NULL,
  due date, assigned_on date NOT NULL);
CREATE TABLE assignment (
  id uuid PRIMARY KEY, task_id uuid NOT NULL, agency_id uuid NOT NULL, state text NOT NULL, percent int NOT NULL,
  assigned_on date NOT NULL, due date, submitted_on date, completed_on date);
CREATE TABLE change (
  assignment_id uuid NOT NULL, version int NOT NULL, known_on date NOT NULL, state text NOT NULL,
  submitted_on date, completed_on date, PRIMARY KEY (assignment_id, version));
"""
_INDEXES = """
CREATE INDEX ON task (due, number);
CREATE INDEX ON task (assigned_on);
CREATE INDEX ON assignment (task_id);
CREATE INDEX ON assignment (agency_id, due);
CREATE INDEX ON assignment (state);
CREATE INDEX ON change (known_on);
ALTER TABLE assignment ADD FOREIGN KEY (task_id) REFERENCES task (id);
ALTER TABLE assignment ADD FOREIGN KEY (agency_id) REFERENCES agency (id);
"""
# An instruction to a group is one task; every part of it an assignment.
_FROM_TASKS = {
    "agency": "SELECT id, name FROM agency_replica",
    "task": """
      SELECT id, number, coalesce(directive->>'number' || '/' || (directive->>'notation'), ''), directive->>'subject', content,
             due, assigned_on
      FROM task WHERE parent_id IS NULL""",
    "assignment": """
      SELECT id, coalesce(parent_id, id), lead_agency_id, state, percent, assigned_on, due, submitted_on, completed_on
      FROM task WHERE NOT is_group""",
}
_FROM_REPORTING = {"change": "SELECT id, version, known_on, state, submitted_on, completed_on FROM task_fact WHERE NOT is_group"}

_BUCKET = bucket_sql("a", "$1::date")
# What was known on the day: the last change up to it.
_THEN = """(
  SELECT DISTINCT ON (c.assignment_id) b.agency_id, b.task_id, b.assigned_on, b.due, c.state, c.submitted_on, c.completed_on
  FROM change c JOIN assignment b ON b.id = c.assignment_id WHERE c.known_on <= $1 ORDER BY c.assignment_id, c.version DESC) a"""


@dataclass(frozen=True)
class Plain:
    """Statements that together answer a question; all take the same arguments."""

    statements: tuple[str, ...]
    arguments: Callable[[Population, Random], Iterator[tuple[Any, ...]]]


def _nothing(_: Population, __: Random) -> Iterator[tuple[Any, ...]]:
    while True:
        yield ()


def _today(here: Population, _: Random) -> Iterator[tuple[Any, ...]]:
    while True:
        yield (here.today,)


def _past(here: Population, chance: Random) -> Iterator[tuple[Any, ...]]:
    while True:
        yield (here.past_day(chance),)


def _today_and_bucket(here: Population, _: Random) -> Iterator[tuple[Any, ...]]:
    for bucket in cycle(Bucket):
        yield here.today, bucket.value


def _past_and_bucket(here: Population, chance: Random) -> Iterator[tuple[Any, ...]]:
    for bucket in cycle(Bucket):
        yield here.past_day(chance), bucket.value


def _today_bucket_agency(here: Population, chance: Random) -> Iterator[tuple[Any, ...]]:
    for bucket in cycle(Bucket):
        yield here.today, bucket.value, chance.choice(here.cast.leading)


def _agency(here: Population, chance: Random) -> Iterator[tuple[Any, ...]]:
    while True:
        yield (chance.choice(here.cast.leading),)


def _words(_: Population, __: Random) -> Iterator[tuple[Any, ...]]:
    for words in cycle(SEARCHES):
        yield (f"%{words}%",)


def _one(here: Population, _: Random) -> Iterator[tuple[Any, ...]]:
    for group in cycle((*here.groups, *here.any_tasks)):
        yield (group.id,)


_LISTED = f"SELECT a.*, t.* FROM assignment a JOIN task t ON t.id = a.task_id WHERE {{where}} ORDER BY t.due, t.number LIMIT {PAGE}"
_COUNTED = "SELECT count(*) FROM assignment a JOIN task t ON t.id = a.task_id WHERE {where}"
_FOUND = "t.content ILIKE $1 OR t.subject ILIKE $1 OR t.document ILIKE $1 OR 'NV-' || t.number ILIKE $1"
_BY_AGENCY = f"SELECT a.agency_id, {_BUCKET} AS bucket, count(*) FROM {{source}} GROUP BY 1, 2"


def _list_of(where: str) -> tuple[str, str]:
    return _LISTED.format(where=where), _COUNTED.format(where=where)


def _list_then(where: str) -> tuple[str, str]:
    joined = f"FROM {_THEN} JOIN task t ON t.id = a.task_id WHERE {where}"
    return f"SELECT a.*, t.content {joined} ORDER BY t.due, t.number LIMIT {PAGE}", f"SELECT count(*) {joined}"


PLAIN: Mapping[str, Plain] = {
    "tasks GET /tasks · all, earliest due first": Plain(
        (
            "SELECT t.*, (SELECT count(*) FROM assignment a WHERE a.task_id = t.id) AS parts FROM task t "
            f"ORDER BY t.due, t.number LIMIT {PAGE}",
            "SELECT count(*) FROM task",
        ),
        _nothing,
    ),
    "tasks GET /tasks · by bucket, assignments": Plain(_list_of(f"{_BUCKET} = $2"), _today_and_bucket),
    "tasks GET /tasks · by agency": Plain(_list_of("a.agency_id = $1"), _agency),
    "tasks GET /tasks · search": Plain(
        (f"SELECT t.* FROM task t WHERE {_FOUND} ORDER BY t.due, t.number LIMIT 21", f"SELECT count(*) FROM task t WHERE {_FOUND}"), _words
    ),
    "tasks GET /tasks/counts · all assignments": Plain(
        (f"SELECT a.state, {_BUCKET} AS bucket, count(*) FROM assignment a GROUP BY 1, 2",), _today
    ),
    "tasks GET /tasks/{task_id}": Plain(
        (
            "SELECT * FROM task WHERE id = $1",
            "SELECT a.*, g.name FROM assignment a JOIN agency g ON g.id = a.agency_id WHERE a.task_id = $1",
        ),
        _one,
    ),
    "reporting GET /figures · today": Plain((_BY_AGENCY.format(source="assignment a"),), _today),
    "reporting GET /figures · a past day": Plain((_BY_AGENCY.format(source=_THEN),), _past),
    "reporting GET /figures/tasks · today": Plain(_list_of(f"{_BUCKET} = $2"), _today_and_bucket),
    "reporting GET /figures/tasks · today, of an agency": Plain(_list_of(f"{_BUCKET} = $2 AND a.agency_id = $3"), _today_bucket_agency),
    "reporting GET /figures/tasks · a past day": Plain(_list_then(f"{_BUCKET} = $2"), _past_and_bucket),
}
"""Question → how a plain program asks it."""


async def fill_plain(postgres: Address) -> None:
    """The same assignments in a database of their own, from the tables of tasks and reporting."""
    server = await asyncpg.connect(postgres.dsn("postgres", driver="postgresql"))
    await server.execute(f"CREATE DATABASE {DATABASE}")
    await server.close()
    plain = await asyncpg.connect(postgres.dsn(DATABASE, driver="postgresql"), server_settings={"maintenance_work_mem": "256MB"})
    await plain.execute(_SCHEMA)
    for service, tables in (("tasks", _FROM_TASKS), ("reporting", _FROM_REPORTING)):
        source = await asyncpg.connect(postgres.dsn(database_of(service), driver="postgresql"))
        for table, query in tables.items():
            await _copied(source, plain, query, table)
        await source.close()
    await plain.execute(_INDEXES)
    await plain.execute("VACUUM (ANALYZE)")
    await plain.close()


async def _copied(source: asyncpg.Connection, target: asyncpg.Connection, query: str, table: str) -> None:
    """By way of memory: a million assignments are some hundred megabytes."""
    held = BytesIO()
    await source.copy_from_query(query, output=held, format="binary")
    held.seek(0)
    await target.copy_to_table(table, source=held, format="binary")


# The other side may take seconds for one answer, and is not worth half an hour.
FEWEST, LONGEST_SECONDS = 3, 10.0


async def timed_plain(postgres: Address, here: Population, seed: str, *, warm: int, count: int) -> dict[str, list[float]]:
    """Seconds of each question that has a plain counterpart; of a slow one fewer, but at least three."""
    plain = await asyncpg.connect(postgres.dsn(DATABASE, driver="postgresql"), server_settings={"jit": "off"})
    found: dict[str, list[float]] = {}
    for name, question in PLAIN.items():
        arguments = question.arguments(here, Random(f"{seed}/{name}"))
        for _ in range(warm):
            await _seconds(plain, question, next(arguments))
        seconds: list[float] = []
        while len(seconds) < count and (len(seconds) < FEWEST or sum(seconds) < LONGEST_SECONDS):
            seconds.append(await _seconds(plain, question, next(arguments)))
        found[name] = seconds
    await plain.close()
    return found


async def _seconds(plain: asyncpg.Connection, question: Plain, arguments: tuple[Any, ...]) -> float:
    began = time.perf_counter()
    for statement in question.statements:
        await plain.fetch(statement, *arguments)
    return time.perf_counter() - began
