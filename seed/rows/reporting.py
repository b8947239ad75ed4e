"""Facts that figures are counted from, and what is known of each task now."""

from typing import Any, cast

from libs.common.clock import vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.directives import DirectiveReleased
from seed.playing import TASKS, Played
from seed.rows.batch import Batch
from services.reporting.projections.tasks import _NOW, STANDING, TaskEvent, known_task

SERVICE = "reporting"
FACT_COLUMNS = (*STANDING.split(", "), "occurred_at", "type")
NOW_COLUMNS = _NOW.split(", ")


def add_facts(batch: Batch, played: Played) -> None:
    newest: dict[Any, dict[str, Any]] = {}
    for happened in played.happened:
        if happened.envelope.source == TASKS:
            known = vars(known_task(cast(TaskEvent, happened.contract), happened.envelope))
            row = known | {"known_on": vietnam_date(happened.contract.occurred_at)}
            batch.add(SERVICE, "task_fact", {column: row[column] for column in FACT_COLUMNS})
            newest[row["id"]] = row
        elif isinstance(happened.contract, DirectiveReleased):
            batch.add(SERVICE, "directive_fact", _release_row(happened.contract, happened.envelope))
    for row in newest.values():
        batch.add(SERVICE, "task_now", {column: row[column] for column in NOW_COLUMNS})


def _release_row(event: DirectiveReleased, envelope: Envelope) -> dict[str, Any]:
    return {
        "source": envelope.source,
        "id": event.state.id,
        "version": envelope.version,
        "known_on": vietnam_date(event.occurred_at),
        "occurred_at": event.occurred_at,
        "instruction_ids": list(event.state.instruction_ids),
    }
