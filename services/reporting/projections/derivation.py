"""All stretches from all facts, in short batches, while people work: after an upgrade or a bulk of rows, under new rules, in doubt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.db import Database
from services.reporting.figures.stretches import Fact, Piece, Rules, Stretch, pieces_of, stretches_of_group, stretches_of_task
from services.reporting.projections.sheets import count_sheets
from services.reporting.projections.stretches import (
    FACT,
    SOURCE,
    Rewritten,
    derive_alone,
    drop_sheets,
    facts_by,
    rewritten,
    rules_of,
    stretches_by,
    write,
)

# So many tasks are derived in one transaction, which then stays far below a second. A group is never torn apart.
BATCH = 500
# So many of the tasks that differed are told by name.
EXAMPLES = 100

_UNIT = "coalesce(parent_id, id)"
_NEXT_UNITS = text(f"""
SELECT unit, count(*) AS tasks
FROM (SELECT {_UNIT} AS unit FROM task_now WHERE CAST(:after AS uuid) IS NULL OR {_UNIT} > :after ORDER BY {_UNIT} LIMIT :batch) AS next
GROUP BY unit ORDER BY unit
""")
_BETWEEN = "(CAST(:after AS uuid) IS NULL OR coalesce(now.parent_id, now.id) > :after) AND coalesce(now.parent_id, now.id) <= :through"
_FACTS = text(f"""
SELECT {FACT} FROM task_now AS now JOIN task_fact AS fact ON fact.source = '{SOURCE}' AND fact.id = now.id
WHERE {_BETWEEN} ORDER BY fact.id, fact.version
""")
_PRESENT = text(f"""
SELECT stretch.* FROM task_now AS now JOIN stretch ON stretch.task_id = now.id WHERE {_BETWEEN} ORDER BY stretch.task_id, stretch.from_day
""")
_COUNTED_FROM = text(f"SELECT now.id, now.counts_from FROM task_now AS now WHERE {_BETWEEN}")
_COUNTS_FROM = text("""
UPDATE task_now SET counts_from = told.counts_from FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS told (id, counts_from)
WHERE task_now.id = told.id
""")
_STATE = text("SELECT rules, complete, done_through FROM derivation")
_ALL = text("SELECT count(*) FROM task_now")
_REACHED = text("UPDATE derivation SET done_through = :through")
_COMPLETE = text("UPDATE derivation SET complete = true, done_through = NULL")
_OTHER_RULES = text(
    "UPDATE derivation SET rules = :rules, complete = NOT EXISTS (SELECT FROM task_now), done_through = NULL WHERE rules <> :rules"
)


@dataclass
class Derived:
    """How many tasks were looked at, how many had rows that were not what their facts say, and the first of these."""

    tasks: int = 0
    differing: int = 0
    examples: list[Rewritten] = field(default_factory=list)

    def add(self, tasks: int, differing: Sequence[Rewritten]) -> None:
        self.tasks += tasks
        self.differing += len(differing)
        self.examples += differing[: EXAMPLES - len(self.examples)]


Progress = Callable[[Derived, int], None]


async def require_rules(database: Database, rules: Rules) -> None:
    """From now on stretches are derived by these rules. When they are others than before, `derive_rest` has all to do again."""
    async with database.begin() as connection:
        await derive_alone(connection)
        await connection.execute(_OTHER_RULES, {"rules": str(rules)})


async def stretches_are_complete(connection: AsyncConnection) -> bool:
    """Whether all are derived by the rules in force; until then figures are counted from the facts."""
    return bool((await connection.execute(_STATE)).one().complete)


async def derive_rest(database: Database) -> int:
    """What a derivation that is not complete has still to do; how many tasks that was. Goes on where a killed one was."""
    async with database.read() as connection:
        state = (await connection.execute(_STATE)).one()
    if state.complete:
        return 0
    return (await _derive(database, after=state.done_through)).tasks


async def derive_everything(
    database: Database, *, today: date, progress: Progress = lambda derived, tasks: None, again: bool = False
) -> Derived:
    """Every stretch and every sheet, put right where they are not what the facts say. After rows came in bulk, this one call.

    A run that was killed is gone on with, unless all is wanted `again`.
    """
    async with database.read() as connection:
        state = (await connection.execute(_STATE)).one()
        tasks = (await connection.execute(_ALL)).scalar_one()
    derived = await _derive(database, after=None if again else state.done_through, progress=lambda so_far: progress(so_far, tasks))
    await count_sheets(database, today)
    return derived


async def verify_everything(database: Database, *, progress: Progress = lambda derived, tasks: None) -> Derived:
    """Compare every stretch with the facts and change nothing."""
    derived, after = Derived(), None
    async with database.read() as connection:
        tasks = (await connection.execute(_ALL)).scalar_one()
    while True:
        # Its lock keeps the consumer from writing between our look at the facts and our look at the stretches.
        async with database.undecided() as connection:
            after = await _derive_next(connection, after, derived, mend=False)
        progress(derived, tasks)
        if after is None:
            return derived


async def _derive(database: Database, *, after: UUID | None, progress: Callable[[Derived], None] = lambda derived: None) -> Derived:
    derived = Derived()
    while True:
        async with database.begin() as connection:
            after = await _derive_next(connection, after, derived, mend=True)
            await connection.execute(_COMPLETE if after is None else _REACHED, {} if after is None else {"through": after})
        progress(derived)
        if after is None:
            return derived


async def _derive_next(connection: AsyncConnection, after: UUID | None, derived: Derived, *, mend: bool) -> UUID | None:
    """The next tasks after the unit `after`; the last unit looked at, or None when there are no more."""
    await derive_alone(connection)
    units = (await connection.execute(_NEXT_UNITS, {"after": after, "batch": BATCH})).all()
    if not units:
        return None
    # The last one may have more tasks than the batch showed.
    whole = units[:-1] if sum(unit.tasks for unit in units) == BATCH and len(units) > 1 else units
    through: UUID = whole[-1].unit
    asked = {"after": after, "through": through}
    facts = facts_by(await connection.execute(_FACTS, asked))
    present = stretches_by(await connection.execute(_PRESENT, asked))
    differing = rewritten(present, derive(facts, await rules_of(connection)))
    if mend:
        await write(connection, differing)
        if differing:
            await drop_sheets(connection, min(one.first_day for one in differing))
        await _tell_counts_from(connection, facts, asked)
    derived.add(len(facts), differing)
    return through


def derive(facts: Mapping[UUID, Sequence[Fact]], rules: Rules) -> dict[UUID, list[Stretch]]:
    """The stretches of tasks that are here with all members of their groups."""
    pieces = {task_id: pieces_of(known, rules) for task_id, known in facts.items() if not known[-1].is_group}
    members: dict[UUID, list[Sequence[Piece]]] = {}
    for task_id, own in pieces.items():
        if (group_id := facts[task_id][-1].group_id) is not None:
            members.setdefault(group_id, []).append(own)
    return {
        task_id: stretches_of_task(pieces[task_id]) if task_id in pieces else stretches_of_group(known, members.get(task_id, ()))
        for task_id, known in facts.items()
    }


async def _tell_counts_from(connection: AsyncConnection, facts: Mapping[UUID, Sequence[Fact]], asked: Mapping[str, UUID | None]) -> None:
    """The first day of each task, where it is not told yet or was told wrongly."""
    days = {task_id: min(max(fact.known_on, fact.standing.assigned_on) for fact in known) for task_id, known in facts.items()}
    rows = (await connection.execute(_COUNTED_FROM, asked)).all()
    wrong = [row for row in rows if row.id in days and row.counts_from != days[row.id]]
    if not wrong:
        return
    ids = [row.id for row in wrong]
    await connection.execute(_COUNTS_FROM, {"ids": ids, "days": [days[task_id] for task_id in ids]})
    told_wrongly = [min(row.counts_from, days[row.id]) for row in wrong if row.counts_from is not None]
    if told_wrongly:
        await drop_sheets(connection, min(told_wrongly))
