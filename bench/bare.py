"""The other side of the comparison: the statements of two routes of the tasks service, on FastAPI and asyncpg and nothing else.

No sign-in, no domain, no published contract: what remains when everything of ours is taken away but the database's work. Statements, pool
size, prepared statements and durability are the same; the event that is written is one that the service wrote before.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from libs.common.db import SESSION_LIMITS
from libs.common.messaging import event_log
from libs.contracts.buckets import AwaitingCountsAs
from services.tasks.persistence import repository
from services.tasks.queries import tasks as queries


def positional(statement: str, *names: str) -> str:
    """`:name` of SQLAlchemy as `$1` of PostgreSQL; the longest names first, so that none is taken for the beginning of another."""
    for number, name in sorted(enumerate(names, start=1), key=lambda one: -len(one[1])):
        statement = statement.replace(f":{name}", f"${number}")
    return statement


ONE = positional(str(queries._ONE[AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE].text), "id", "sees_all", "agency_id", "as_of")
LOCK = positional(repository._GET + " FOR UPDATE OF t", "id", "sees_all", "agency_id")
KEY_FIELDS = ("principal", "key", "method_path", "body_sha256", "status", "aggregate_id")
KEY = positional(
    "INSERT INTO command_key (principal, key, method_path, body_sha256, status, aggregate_id) "
    "VALUES (:principal, :key, :method_path, :body_sha256, :status, :aggregate_id) ON CONFLICT DO NOTHING RETURNING true",
    *KEY_FIELDS,
)
APPEND_FIELDS = (
    "event_id",
    "aggregate_type",
    "aggregate_id",
    "version",
    "type",
    "payload",
    "actor",
    "role",
    "membership_id",
    "agency_id",
    "correlation_id",
    "causation_id",
    "traceparent",
    "occurred_at",
    "key",
)
APPEND = positional(str(event_log._APPEND.text), *APPEND_FIELDS)
COURSE_FIELDS = (
    "id",
    "version",
    "state",
    "due",
    "percent",
    "last_reported_at",
    "last_report_version",
    "submitted_at",
    "submitted_on",
    "completed_on",
    "return_count",
    "lead_agency_id",
    "expected_version",
)
UPDATE = positional(str(repository._UPDATE.text), *COURSE_FIELDS)
PROGRESS_FIELDS = ("task_id", "version", "percent", "content", "difficulty", "proposal", "reported_by", "reported_at")
PROGRESS = positional(str(repository._INSERT_PROGRESS.text), *PROGRESS_FIELDS)
EVENT_BEFORE = "SELECT payload::text FROM event_log WHERE aggregate_id = $1 ORDER BY version DESC LIMIT 1"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=5, max_size=15, server_settings=SESSION_LIMITS) as pool:
        app.state.pool = pool
        app.state.events = {}
        yield


app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None)


@app.get("/empty")
async def empty() -> Response:
    """What the generator of load itself can do."""
    return Response(b"{}", media_type="application/json")


@app.get("/tasks/{task_id}")
async def task(task_id: UUID, request: Request) -> Response:
    async with request.app.state.pool.acquire() as connection:
        row = await connection.fetchrow(ONE, task_id, True, None, _today())
    return JSONResponse({key: value if isinstance(value, int | bool) else str(value) for key, value in row.items()})


@app.post("/tasks/{task_id}/progress")
async def progress(task_id: UUID, request: Request) -> Response:
    body = await request.json()
    key = request.headers["Idempotency-Key"]
    person, now = str(task_id), _now()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(LOCK, task_id, True, None)
        await connection.fetchval(KEY, person, key, "POST /progress", b"0" * 32, 200, task_id)
        payload = request.app.state.events.get(task_id)
        if payload is None:
            payload = request.app.state.events[task_id] = await connection.fetchval(EVENT_BEFORE, task_id)
        version = row["version"] + 1
        event = (uuid7(), "task", task_id, version, "chidao.tasks.progress-reported.v1", payload, person, "AGENCY_CLERK")
        await connection.execute(APPEND, *event, task_id, task_id, key, None, None, now, key)
        course = (task_id, version, "IN_PROGRESS", row["due"], body["percent"], now, version, None, None, None, 0, row["lead_agency_id"])
        await connection.execute(UPDATE, *course, row["version"])
        await connection.execute(PROGRESS, task_id, version, body["percent"], body["content"], None, None, task_id, now)
    return JSONResponse({"id": str(task_id), "version": version, "percent": body["percent"]})


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return _now().date()
