"""What became overdue is told to the Office together: a group in one notice, and all else of a day in another (docs/decisions/0025).

Every telling stays a row of its own, in the order and as often as decision 0005 says; the notice that is shown only counts its rows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import VIETNAM, vietnam_date
from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import OverdueTold, TaskOverdue
from services.notify.notices.kinds import OFFICE, NoticeKind, lead_of
from services.notify.notices.telling import INSERT, NAMESPACE, row_for, tell

# Notices that gather happened nowhere else.
SOURCE = "notify"
MOST_TASKS_NAMED = 5

_INSERT_GATHERING = text(INSERT)
# What grows is unread again; the same event once more makes nothing grow.
_INSERT_GATHERED = text(f"""
WITH grown AS ({INSERT} RETURNING gathered_in)
DELETE FROM notice_read mark USING grown WHERE mark.notice_id = grown.gathered_in
""")
_GATHERED = text(f"""
WITH line AS (
  SELECT n.gathered_in, n.task_id, n.task_code, n.number, agency.kind AS agency_kind,
         CASE WHEN n.detail->>'group_id' IS NULL THEN CAST(n.detail->>'agency_id' AS uuid) END AS agency_id,
         CASE WHEN n.detail->>'group_id' IS NULL THEN agency.sort_key END AS sort_key
  FROM notice n LEFT JOIN agency_replica agency ON agency.id = CAST(n.detail->>'agency_id' AS uuid)
  WHERE n.gathered_in = ANY(CAST(:ids AS uuid[]))),
placed AS (
  SELECT line.*, row_number() OVER (PARTITION BY gathered_in, agency_id, agency_kind ORDER BY task_code, number) AS place FROM line)
SELECT gathered_in, agency_id, agency_kind, count(*) AS number,
       array_agg(task_id ORDER BY place) FILTER (WHERE place <= {MOST_TASKS_NAMED}) AS task_ids,
       array_agg(task_code ORDER BY place) FILTER (WHERE place <= {MOST_TASKS_NAMED}) AS task_codes
FROM placed GROUP BY gathered_in, agency_id, agency_kind, sort_key
ORDER BY count(*) DESC, sort_key NULLS LAST, agency_kind NULLS LAST, agency_id NULLS LAST
""")


@dataclass(frozen=True)
class NamedTask:
    id: UUID
    code: str


@dataclass(frozen=True)
class Gathered:
    """How many tasks of one agency a notice gathers, and the first few of them. Of a group those of one kind of agency stand together."""

    agency_id: UUID | None
    agency_kind: str | None
    number: int
    tasks: list[NamedTask]


async def tell_overdue(event: OverdueTold | TaskOverdue, envelope: Envelope, connection: AsyncConnection) -> None:
    """The agency hears of its own task; the Office of a group and of a day."""
    task, due = event.state, event.change.due.isoformat()
    await tell(NoticeKind.OVERDUE, event, envelope, connection, detail={"due": due}, audiences=lead_of(task))
    told_on, group_id = vietnam_date(event.occurred_at), task.group_id or task.parent_id
    gathering = gathering_row(told_on, group_id, task.directive.label, task.content)
    await connection.execute(_INSERT_GATHERING, [gathering])
    by = {"told_on": told_on.isoformat(), "group_id": _text(group_id), "agency_id": _text(task.lead_agency_id)}
    line = row_for(OFFICE, NoticeKind.OVERDUE, event, envelope, {"due": due, **by}, gathered_in=gathering["id"])
    await connection.execute(_INSERT_GATHERED, [line])


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def gathering_row(day: date, group_id: UUID | None, directive_label: str, content: str) -> dict[str, Any]:
    """The notice that gathers what became overdue on this day in the group, or outside of groups."""
    gathering_id = uuid5(NAMESPACE, f"overdue/{day.isoformat()}/{group_id}")
    kind = NoticeKind.OVERDUE_OF_DAY if group_id is None else NoticeKind.OVERDUE_OF_GROUP
    return {
        "id": gathering_id,
        "source": SOURCE,
        "aggregate_id": gathering_id,
        "version": 1,
        "agency_id": OFFICE.agency_id,
        "roles": list(OFFICE.roles),
        "kind": kind.value,
        "task_id": group_id,
        "task_code": None,
        "directive_label": None if group_id is None else directive_label,
        "content": None if group_id is None else content,
        "detail": json.dumps({"day": day.isoformat()}),
        "created_at": datetime.combine(day, time(), VIETNAM),
        "gathered_in": None,
    }


async def gathered(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, list[Gathered]]:
    """Notice → what it gathers, by agency or by kind of agency, the largest number first."""
    found: dict[UUID, list[Gathered]] = {one: [] for one in ids}
    if ids:
        for row in await connection.execute(_GATHERED, {"ids": list(ids)}):
            tasks = [NamedTask(*one) for one in zip(row.task_ids, row.task_codes, strict=True)]
            found[row.gathered_in].append(Gathered(row.agency_id, row.agency_kind, row.number, tasks))
    return found
