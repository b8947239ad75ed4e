"""All that is known of what happened: rows of five databases, the figures API, the bytes of the files, PostgreSQL's own settings."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from embedded.postgres import running_in
from system.databases import database_of
from system.parties import parties

Rows = list[asyncpg.Record]

SERVICES = tuple(party.service for party in parties())
SOURCES = tuple(party.service for party in parties() if party.publishes)
# Service, its consumer, the source that this follows.
FOLLOWED = tuple(
    (party.service, consumer.name, source) for party in parties() for consumer in party.consumers for source in consumer.sources
)
_EVENTS = (
    "SELECT epoch, aggregate_id::text AS id, version, split_part(type, '.', 3) AS type, correlation_id, event_id::text, "
    "payload->'state'->>'id' AS of FROM event_log"
)
_PUBLISHING = {
    "event_log": _EVENTS,
    "outbox": "SELECT seq FROM outbox",
    "audit_entry": "SELECT event_id::text FROM audit_entry",
    "command_key": "SELECT principal, key, aggregate_id::text AS id, version FROM command_key",
}
_CONSUMING = {
    "inbox": "SELECT consumer, source, epoch, aggregate_id::text AS id, version FROM inbox",
    "held_notice": "SELECT consumer, aggregate_id::text AS id, version FROM held_notice",
    "dead_event": "SELECT consumer, aggregate_id::text AS id, version, error, state FROM dead_event",
}
_STANDING = "id::text, version, state, due, lead_agency_id::text AS lead, parent_id::text AS parent, is_group, completed_on"
QUERIES: Mapping[str, Mapping[str, str]] = {
    "directory": _PUBLISHING,
    "directives": {
        **_PUBLISHING,
        **_CONSUMING,
        "directive": "SELECT id::text, version, state, subject, number FROM directive",
        "instruction": "SELECT id::text, version, directive_id::text, content FROM instruction",
    },
    "tasks": {
        **_PUBLISHING,
        **_CONSUMING,
        "task": f"SELECT {_STANDING}, number, percent, return_count FROM task",
        "progress_report": "SELECT task_id::text, version, percent, content FROM progress_report",
        "result": (
            "SELECT task_id::text, number, report_number, summary, file_id::text, decision, coalesce(return_reason, '') AS reason "
            "FROM result"
        ),
        "overdue_told": "SELECT task_id::text AS id, due FROM overdue_told",
        "file": "SELECT id::text, task_id::text, sha256, size FROM file",
    },
    "notify": {
        **_CONSUMING,
        # What gathers others tells of nothing by itself.
        "notice": (
            "SELECT number, kind, aggregate_id::text AS id, version, agency_id::text AS agency "
            "FROM notice WHERE source <> 'notify' ORDER BY number"
        ),
    },
    "reporting": {
        **_CONSUMING,
        "task_now": f"SELECT {_STANDING} FROM task_now",
        "task_fact": "SELECT id::text, version, split_part(type, '.', 3) AS type FROM task_fact",
        "directive_fact": "SELECT id::text, version FROM directive_fact",
    },
}
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Evidence:
    """`files` maps the name of each kept file to the SHA-256 of its bytes; `figures` is what the figures API answers."""

    rows: Mapping[str, Mapping[str, Rows]]
    figures: Mapping[str, Any]
    files: Mapping[str, str]
    settings: Mapping[str, str]

    def of(self, service: str, table: str) -> Rows:
        return self.rows[service][table]

    def dead(self, service: str, *, open: bool) -> Rows:  # noqa: A002 - the word of the table
        """Dead events that wait for a decision, or those that were decided: what came again and took effect decides itself."""
        return [row for row in self.of(service, "dead_event") if (row["state"] == "open") is open]

    def with_rows(self, service: str, rows: Mapping[str, Rows]) -> "Evidence":
        return replace(self, rows={**self.rows, service: rows})


@dataclass(frozen=True)
class Databases:
    """An open line to the database of each service, as superuser."""

    lines: Mapping[str, asyncpg.Connection]

    async def rows_of(self, service: str) -> dict[str, Rows]:
        return {table: await self.lines[service].fetch(query) for table, query in QUERIES[service].items()}

    async def evidence(self, figures: Mapping[str, Any], files: Path) -> Evidence:
        return Evidence(
            {service: await self.rows_of(service) for service in SERVICES},
            figures,
            _bytes_of(files),
            {name: await self.lines["tasks"].fetchval(f"SHOW {name}") for name in DURABILITY},
        )


def _bytes_of(files: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files.glob("??/*")}


@asynccontextmanager
async def databases_of(data: Path) -> AsyncIterator[Databases]:
    """Of the run that is up in `data`."""
    address = running_in(data)
    assert address is not None, f"no PostgreSQL runs in {data}"
    async with AsyncExitStack() as stack:
        lines = {}
        for service in SERVICES:
            line = await asyncpg.connect(address.dsn(database_of(service), driver="postgresql"))
            stack.push_async_callback(line.close)
            lines[service] = line
        yield Databases(lines)
