"""The stretches of the tasks of which something was told: derived from their facts, and written where they differ from what is there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.buckets import Bucket, Standing
from libs.contracts.tasks import TaskRestated
from services.reporting.figures.standing import counts_for
from services.reporting.figures.stretches import (
    Fact,
    Rules,
    Stretch,
    first_difference,
    pieces_of,
    stretches_of_group,
    stretches_of_task,
)

# Who publishes tasks, and so the first column of the key of their facts.
SOURCE = "tasks"
# Whoever derives does so alone, until his commit: he sees all facts of those before him, and those after him see his.
DERIVING_LOCK = 7_301_013

COLUMNS = tuple(field.name for field in fields(Stretch))
_values = attrgetter(*COLUMNS)

_LOCK = text("SELECT pg_advisory_xact_lock(:lock)")
_RULES = text("SELECT rules FROM derivation")
# Rows as `facts_by` reads them.
FACT = f"""fact.id, fact.version, fact.known_on, fact.is_group, fact.parent_id, {counts_for("fact")} AS lead_agency_id, fact.state,
fact.assigned_on, fact.due, fact.submitted_on, fact.completed_on, fact.field, fact.type = '{TaskRestated.type}' AS restated"""
_FACTS = text(f"""
SELECT {FACT} FROM task_fact AS fact WHERE source = '{SOURCE}' AND id = ANY (CAST(:ids AS uuid[])) ORDER BY id, version
""")
_MEMBERS = text("SELECT parent_id, id FROM task_now WHERE parent_id = ANY (CAST(:ids AS uuid[]))")
_PRESENT = text(f"SELECT task_id, {', '.join(COLUMNS)} FROM stretch WHERE task_id = ANY (CAST(:ids AS uuid[])) ORDER BY task_id, from_day")
_DELETE = text("""
DELETE FROM stretch USING unnest(CAST(:tasks AS uuid[]), CAST(:days AS date[])) AS gone (task_id, from_day)
WHERE stretch.task_id = gone.task_id AND stretch.from_day = gone.from_day
""")
_DROP_SHEETS = text("DELETE FROM sheet WHERE day >= :day")

Facts = Mapping[UUID, Sequence[Fact]]


@dataclass(frozen=True)
class Rewritten:
    """One task whose stretches were others than its facts say, and the first day on which they were."""

    task_id: UUID
    first_day: date
    before: Sequence[Stretch]
    after: Sequence[Stretch]


async def rewrite_stretches_of(events: Sequence[Envelope], connection: AsyncConnection) -> None:
    """After the effects of a batch: a release to a hundred communes derives the whole once, and not a hundred times."""
    tasks = {event.subject for event in events if event.source == SOURCE}
    if tasks:
        await rewrite_stretches(connection, tasks)


async def rewrite_stretches(connection: AsyncConnection, task_ids: Collection[UUID]) -> list[Rewritten]:
    """Bring the stretches of these tasks, and of their groups, to what the facts say. Sheets of days that change are dropped."""
    await derive_alone(connection)
    rules = await rules_of(connection)
    facts = await _facts_of(connection, task_ids)
    told = {task_id for task_id, known in facts.items() if known[-1].is_group}
    tasks = {task_id: stretches_of_task(pieces_of(known, rules)) for task_id, known in facts.items() if task_id not in told}
    found = await _compare_and_write(connection, tasks)
    turned = {one.task_id for one in found} | {task_id for task_id, known in facts.items() if _told_before_assigned(known)}
    groups = told | {group_id for task_id in turned if (group_id := facts[task_id][-1].group_id) is not None}
    found += await _compare_and_write(connection, await _of_groups(connection, groups, rules))
    if found:
        await drop_sheets(connection, min(one.first_day for one in found))
    return found


def _told_before_assigned(facts: Sequence[Fact]) -> bool:
    """Such a member counts nowhere yet, and keeps its group open all the same."""
    return any(fact.standing.assigned_on > fact.known_on for fact in facts)


async def derive_alone(connection: AsyncConnection) -> None:
    await connection.execute(_LOCK, {"lock": DERIVING_LOCK})


async def rules_of(connection: AsyncConnection) -> Rules:
    """The rules that stretches are derived by."""
    return Rules.parse((await connection.execute(_RULES)).scalar_one())


async def _of_groups(connection: AsyncConnection, groups: Collection[UUID], rules: Rules) -> dict[UUID, list[Stretch]]:
    if not groups:
        return {}
    members: dict[UUID, list[UUID]] = {}
    for row in await connection.execute(_MEMBERS, {"ids": list(groups)}):
        members.setdefault(row.parent_id, []).append(row.id)
    facts = await _facts_of(connection, [*groups, *(one for ids in members.values() for one in ids)])
    return {
        group_id: stretches_of_group(facts[group_id], [pieces_of(facts[one], rules) for one in members.get(group_id, ())])
        for group_id in groups
        if group_id in facts
    }


async def _facts_of(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, list[Fact]]:
    return facts_by(await connection.execute(_FACTS, {"ids": list(ids)}))


def facts_by(rows: Iterable[Any]) -> dict[UUID, list[Fact]]:
    """The facts of each task; `rows` in the order of their versions."""
    facts: dict[UUID, list[Fact]] = {}
    for row in rows:
        standing = Standing(row.state, row.assigned_on, row.due, row.submitted_on, row.completed_on)
        fact = Fact(row.version, row.known_on, standing, row.is_group, row.parent_id, row.lead_agency_id, row.field, row.restated)
        facts.setdefault(row.id, []).append(fact)
    return facts


async def _compare_and_write(connection: AsyncConnection, derived: Mapping[UUID, Sequence[Stretch]]) -> list[Rewritten]:
    if not derived:
        return []
    found = rewritten(stretches_by(await connection.execute(_PRESENT, {"ids": list(derived)})), derived)
    await write(connection, found)
    return found


async def write(connection: AsyncConnection, found: Iterable[Rewritten]) -> None:
    """The rows that differ, and no others."""
    gone = [(one.task_id, stretch.from_day) for one in found for stretch in one.before if stretch not in one.after]
    new = [(one.task_id, *_values(stretch)) for one in found for stretch in one.after if stretch not in one.before]
    if gone:
        await connection.execute(_DELETE, {"tasks": [task_id for task_id, _ in gone], "days": [day for _, day in gone]})
    if new:
        # Twice as fast as an insert of so many rows, and no slower for one.
        line = (await connection.get_raw_connection()).driver_connection
        assert line is not None
        await line.copy_records_to_table("stretch", columns=("task_id", *COLUMNS), records=new)


def rewritten(present: Mapping[UUID, Sequence[Stretch]], derived: Mapping[UUID, Sequence[Stretch]]) -> list[Rewritten]:
    """What differs between the rows that are there and those that the facts give."""
    compared = ((task_id, present.get(task_id, []), after) for task_id, after in derived.items())
    return [
        Rewritten(task_id, first_day, before, after)
        for task_id, before, after in compared
        if (first_day := first_difference(before, after)) is not None
    ]


def stretches_by(rows: Iterable[Any]) -> dict[UUID, list[Stretch]]:
    """The stretches of each task; `rows` in the order of their days."""
    present: dict[UUID, list[Stretch]] = {}
    for row in rows:
        stretch = Stretch(
            row.from_day,
            row.until_day,
            Bucket(row.bucket),
            row.in_province,
            row.is_group,
            row.lead_agency_id,
            row.field,
            row.assigned_on,
            row.due,
            row.completed_on,
        )
        present.setdefault(row.task_id, []).append(stretch)
    return present


async def drop_sheets(connection: AsyncConnection, first_day: date) -> None:
    """A sheet is exact or absent: those of days that are others now are counted again by the job that closes months."""
    await connection.execute(_DROP_SHEETS, {"day": first_day})
