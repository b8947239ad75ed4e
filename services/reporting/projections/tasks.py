"""What is known of a task: one fact for each of its versions, and the newest of them once more."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import (
    LeadChanged,
    ProgressReported,
    ResultConfirmed,
    ResultReturned,
    ResultSubmitted,
    TaskAccepted,
    TaskAssigned,
    TaskOverdue,
    TaskPassedOn,
    TaskRestated,
)

TaskEvent = (
    TaskAssigned
    | TaskAccepted
    | ProgressReported
    | ResultSubmitted
    | ResultConfirmed
    | ResultReturned
    | LeadChanged
    | TaskPassedOn
    | TaskRestated
    | TaskOverdue
)

STANDING = (
    "source, id, version, known_on, is_group, parent_id, lead_agency_id, state, assigned_on, due, submitted_on, completed_on, field, "
    "reporting_agency_id"
)
_WORDS = "code, directive_id, directive_label, content, coordinating_agency_ids"
_NOW = f"{STANDING}, {_WORDS}"

# A fact is inserted once, whenever and however often it comes; the newest row gives way only to a higher version.
_KEEP = text(f"""
WITH fact AS (
  INSERT INTO task_fact ({STANDING}, occurred_at, type)
  VALUES (:source, :id, :version, :known_on, :is_group, :parent_id, :lead_agency_id, :state, :assigned_on, :due, :submitted_on,
          :completed_on, :field, :reporting_agency_id, :occurred_at, :type)
  ON CONFLICT DO NOTHING)
INSERT INTO task_now ({_NOW}, counts_from)
VALUES (:source, :id, :version, :known_on, :is_group, :parent_id, :lead_agency_id, :state, :assigned_on, :due, :submitted_on,
        :completed_on, :field, :reporting_agency_id, :code, :directive_id, :directive_label, :content, :coordinating_agency_ids,
        greatest(CAST(:known_on AS date), CAST(:assigned_on AS date)))
ON CONFLICT (id) DO UPDATE SET ({_NOW}) = ROW ({", ".join(f"excluded.{column.strip()}" for column in _NOW.split(","))})
WHERE excluded.version > task_now.version
""")
# The newest row as its own version tells it, where it is not so.
_RENEW = text(f"""
UPDATE task_now SET ({_NOW}) = ROW ({", ".join(f":{column.strip()}" for column in _NOW.split(","))})
WHERE id = :id AND version = :version
  AND ROW ({_NOW}) IS DISTINCT FROM ROW ({", ".join(f":{column.strip()}" for column in _NOW.split(","))})
""")
# A version that comes late may tell of an earlier day than all before it.
_COUNT_EARLIER = text("""
UPDATE task_now SET counts_from = greatest(CAST(:known_on AS date), CAST(:assigned_on AS date))
WHERE id = :id AND counts_from > greatest(CAST(:known_on AS date), CAST(:assigned_on AS date))
""")


@dataclass(frozen=True)
class KnownTask:
    """A task as one event told it. Days are days in Viet Nam; `lead_agency_id` is None for the parent of a group.

    `reporting_agency_id` reports in place of a lead without an account: then the task counts for the province and for no agency.
    Who sees it beside its lead are `coordinating_agency_ids`, and there who reports is one of them.
    """

    source: str
    id: UUID
    version: int
    type: str
    occurred_at: datetime
    is_group: bool
    parent_id: UUID | None
    lead_agency_id: UUID | None
    coordinating_agency_ids: list[UUID]
    state: str
    assigned_on: date
    due: date | None
    submitted_on: date | None
    completed_on: date | None
    code: str
    directive_id: UUID
    directive_label: str
    content: str
    field: str | None = None
    reporting_agency_id: UUID | None = None

    @property
    def counts_for(self) -> UUID | None:
        """The agency in whose figures it counts, as `figures.standing.counts_for` says it to the database."""
        return self.lead_agency_id if self.reporting_agency_id is None else None


def known_task(event: TaskEvent, envelope: Envelope) -> KnownTask:
    """What an event of the tasks service tells of its task."""
    state = event.state
    return KnownTask(
        source=envelope.source,
        id=state.id,
        version=envelope.version,
        type=envelope.type,
        occurred_at=event.occurred_at,
        is_group=state.is_group,
        parent_id=state.group_id or state.parent_id,
        lead_agency_id=state.lead_agency_id,
        coordinating_agency_ids=[assignment.agency_id for assignment in state.assignments if assignment.role != "LEAD"],
        state=state.state,
        assigned_on=state.assigned_on,
        due=state.due,
        submitted_on=state.submitted_on,
        completed_on=state.completed_on,
        code=state.code,
        directive_id=state.directive.id,
        directive_label=state.directive.label,
        content=state.content,
        field=state.field,
        reporting_agency_id=state.reporting_agency_id,
    )


async def keep_tasks(connection: AsyncConnection, *tasks: KnownTask) -> None:
    """Remember what events told. In any order and any number of times, the same events leave the same rows."""
    told = [{**vars(task), "known_on": vietnam_date(task.occurred_at)} for task in tasks]
    await connection.execute(_KEEP, told)
    await connection.execute(_COUNT_EARLIER, [{name: one[name] for name in ("id", "known_on", "assigned_on")} for one in told])


async def renew_tasks(connection: AsyncConnection, *tasks: KnownTask) -> int:
    """Put the newest rows right that are not as the events told; how many were not."""
    renewed = 0
    for task in tasks:
        renewed += (await connection.execute(_RENEW, {**vars(task), "known_on": vietnam_date(task.occurred_at)})).rowcount
    return renewed
