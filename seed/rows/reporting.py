"""Facts that figures are counted from, what is known of each task now, and the stretches of days on which it stands alike."""

from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from libs.common.clock import vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.buckets import Standing
from libs.contracts.directives import DirectiveReleased
from libs.contracts.tasks import OverdueTold
from seed.playing import TASKS, Played
from seed.rows.batch import Batch
from services.reporting.figures.stretches import Fact, Rules
from services.reporting.projections.derivation import derive
from services.reporting.projections.stretches import COLUMNS
from services.reporting.projections.tasks import _NOW, STANDING, KnownTask, TaskEvent, known_task

SERVICE = "reporting"
# Those that a new database begins with; under others the service derives all anew.
RULES = Rules()
FACT_COLUMNS = (*STANDING.split(", "), "occurred_at", "type")
NOW_COLUMNS = _NOW.split(", ")
_stretch_values = attrgetter(*COLUMNS)


def add_facts(batch: Batch, played: Played) -> None:
    """A life has whole groups, and so all that their stretches follow from."""
    facts: dict[UUID, list[Fact]] = {}
    newest: dict[UUID, dict[str, Any]] = {}
    for happened in played.happened:
        if isinstance(happened.contract, OverdueTold):
            continue
        if happened.envelope.source == TASKS:
            known = known_task(cast(TaskEvent, happened.contract), happened.envelope)
            row = vars(known) | {"known_on": vietnam_date(known.occurred_at)}
            batch.add(SERVICE, "task_fact", {column: row[column] for column in FACT_COLUMNS})
            facts.setdefault(known.id, []).append(_fact(known, row))
            newest[known.id] = row
        elif isinstance(happened.contract, DirectiveReleased):
            batch.add(SERVICE, "directive_fact", _release_row(happened.contract, happened.envelope))
    for task_id, row in newest.items():
        counts_from = min(max(fact.known_on, fact.standing.assigned_on) for fact in facts[task_id])
        batch.add(SERVICE, "task_now", {column: row[column] for column in NOW_COLUMNS} | {"counts_from": counts_from})
    for task_id, stretches in derive(facts, RULES).items():
        for stretch in stretches:
            batch.add(SERVICE, "stretch", {"task_id": task_id, **dict(zip(COLUMNS, _stretch_values(stretch), strict=True))})


def _fact(known: KnownTask, row: dict[str, Any]) -> Fact:
    standing = Standing(known.state, known.assigned_on, known.due, known.submitted_on, known.completed_on)
    return Fact(known.version, row["known_on"], standing, known.is_group, known.parent_id, known.counts_for, known.field)


def _release_row(event: DirectiveReleased, envelope: Envelope) -> dict[str, Any]:
    return {
        "source": envelope.source,
        "id": event.state.id,
        "version": envelope.version,
        "known_on": vietnam_date(event.occurred_at),
        "occurred_at": event.occurred_at,
        "instruction_ids": list(event.state.instruction_ids),
    }
