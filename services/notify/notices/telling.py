"""From something that happened to a task to the notices about it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import LeadChanged, OverdueTold, ResultConfirmed, ResultReturned, ResultSubmitted, TaskAssigned, TaskOverdue
from services.notify.notices.kinds import AUDIENCES, Audience, NoticeKind

NAMESPACE = UUID("5b0c3c3e-7d6f-5a06-9f0e-6a5f7b1f6c2d")

INSERT = """
INSERT INTO notice (id, source, aggregate_id, version, agency_id, roles, kind, task_id, task_code, directive_label, content,
                    detail, created_at, gathered_in)
VALUES (:id, :source, :aggregate_id, :version, :agency_id, :roles, :kind, :task_id, :task_code, :directive_label, :content,
        CAST(:detail AS jsonb), :created_at, :gathered_in)
ON CONFLICT DO NOTHING
"""
_INSERT = text(INSERT)
_READ_BY_DECIDER = text("""
INSERT INTO notice_read (person_id, notice_id)
SELECT :person_id, id FROM notice WHERE task_id = :task_id AND kind = 'submitted' AND agency_id IS NULL AND version < :version
ON CONFLICT DO NOTHING
""")

Told = TaskAssigned | ResultSubmitted | ResultConfirmed | ResultReturned | TaskOverdue | OverdueTold | LeadChanged


async def tell(
    kind: NoticeKind,
    event: Told,
    envelope: Envelope,
    connection: AsyncConnection,
    *,
    detail: Mapping[str, str | None] | None = None,
    audiences: list[Audience] | None = None,
) -> None:
    """One notice for each audience, by default those of `kind`; the same event again, in whatever epoch, makes none.

    `detail` is what its sentence needs besides the task.
    """
    audiences = AUDIENCES[kind](event.state) if audiences is None else audiences
    if rows := [row_for(audience, kind, event, envelope, detail or {}) for audience in audiences]:
        await connection.execute(_INSERT, rows)


def row_for(
    audience: Audience,
    kind: NoticeKind,
    event: Told,
    envelope: Envelope,
    detail: Mapping[str, str | None],
    *,
    gathered_in: UUID | None = None,
) -> dict[str, Any]:
    """What happened, as this audience is told of it; what a notice gathers is not shown by itself."""
    task = event.state
    return {
        "id": uuid5(NAMESPACE, f"{envelope.source}/{envelope.subject}/{envelope.version}/{audience.agency_id}"),
        "source": envelope.source,
        "aggregate_id": envelope.subject,
        "version": envelope.version,
        "agency_id": audience.agency_id,
        "roles": list(audience.roles),
        "kind": kind.value,
        "task_id": task.id,
        "task_code": task.code,
        "directive_label": task.directive.label,
        "content": task.content,
        "detail": json.dumps(dict(detail), ensure_ascii=False),
        "created_at": event.occurred_at,
        "gathered_in": gathered_in,
    }


async def read_by_decider(envelope: Envelope, task_id: UUID, connection: AsyncConnection) -> None:
    """Whoever decided about a result needs no telling any more that it awaits the Office."""
    if (person_id := person_behind(envelope)) is not None:
        await connection.execute(_READ_BY_DECIDER, [{"person_id": person_id, "task_id": task_id, "version": envelope.version}])


def person_behind(envelope: Envelope) -> UUID | None:
    """Who caused the event; None where it was a service."""
    try:
        return UUID(envelope.actor)
    except ValueError:
        return None
