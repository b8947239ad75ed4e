"""From something that happened to a task to the notices about it."""

import json
from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.envelope import Envelope
from libs.contracts.tasks import LeadChanged, OverdueTold, ResultConfirmed, ResultReturned, ResultSubmitted, TaskAssigned, TaskOverdue
from services.notify.notices.kinds import AUDIENCES, Audience, NoticeKind

NAMESPACE = UUID("5b0c3c3e-7d6f-5a06-9f0e-6a5f7b1f6c2d")

_INSERT = text("""
INSERT INTO notice (id, source, aggregate_id, version, agency_id, roles, kind, task_id, task_code, directive_label, content,
                    detail, created_at)
VALUES (:id, :source, :aggregate_id, :version, :agency_id, :roles, :kind, :task_id, :task_code, :directive_label, :content,
        CAST(:detail AS jsonb), :created_at)
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
    task = event.state
    rows = [
        {
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
            "detail": json.dumps(dict(detail or {}), ensure_ascii=False),
            "created_at": event.occurred_at,
        }
        for audience in (AUDIENCES[kind](task) if audiences is None else audiences)
    ]
    if rows:
        await connection.execute(_INSERT, rows)
