"""Live: the process answers. Ready: it can serve, and what of it is failing. Deep: messages and clocks, for those who operate it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.encoders import jsonable_encoder
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse, Response

from libs.common.migrate import WrongSchema, require_known_schema
from libs.common.service import Service, service_of
from libs.common.telemetry import log_lines_lost
from libs.common.web.auth import ServiceCaller
from libs.common.web.problems import Problem

router = APIRouter(prefix="/health", tags=["health"])

# Exact while they are few; of more it is enough to know that they are many, or about how many.
COUNTED = 10_000


def _count(table: str, where: str = "true") -> str:
    return f"(SELECT count(*) FROM (SELECT FROM {table} WHERE {where} LIMIT {COUNTED}) AS few)"


def _about(table: str) -> str:
    return f"greatest({_count(table)}, (SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = CAST('{table}' AS regclass)))"


_PUBLISHING = text(f"""
SELECT {_count("outbox")} AS outbox, {_count("outbox", "attempts > 0")} AS put_off,
       coalesce((SELECT extract(epoch FROM now() - created_at) FROM outbox JOIN event_log USING (seq) ORDER BY seq LIMIT 1), 0)
         AS oldest_seconds,
       {_about("event_log")} AS events
""")
_CONSUMING = text(f"""
SELECT {_count("dead_event", "state = 'open'")} AS dead, {_count("held_notice")} AS held
""")
# By the statistics of the last vacuum; -1 before the first.
_TABLES = text("""
SELECT relname, CAST(reltuples AS bigint) AS rows, pg_total_relation_size(oid) AS bytes
FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace) ORDER BY relname
""")
_POSITIONS = text(
    "SELECT consumer, source, extract(epoch FROM now() - heard_at) AS heard_seconds_ago FROM feed_position WHERE heard_at > '-infinity'"
)


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/ready")
async def ready(request: Request) -> dict[str, Any]:
    """503 without the database, on a schema of another version, or when long-running work has ended for good (`ended`).

    `failing` names the work that is being tried anew (the bus is away, say) and why.
    """
    service = service_of(request.app)
    ended = service.standing.ended()
    if ended:
        raise Problem(503, "unavailable", "work has ended for good", ended=ended)
    async with service.database.read() as connection:
        try:
            await require_known_schema(service.package, connection)
        except WrongSchema as wrong:
            raise Problem(503, "unavailable", str(wrong)) from wrong
    return {"status": "ready", "parts": sorted(service.settings.parts), "failing": service.standing.failing()}


@router.get("/deep")
async def deep(request: Request, caller: ServiceCaller) -> Response:
    service = service_of(request.app)
    async with service.database.read() as connection:
        found = await _found(service, connection)
    return JSONResponse(jsonable_encoder(found))


async def _found(service: Service, connection: AsyncConnection) -> dict[str, Any]:
    found: dict[str, Any] = {
        "service": service.name,
        "clock_offset_seconds": service.clock.offset.total_seconds(),
        "log_lines_lost": log_lines_lost(),
    }
    if service.publishes:
        row = (await connection.execute(_PUBLISHING)).one()
        found["outbox"] = {"waiting": row.outbox, "put_off": row.put_off, "oldest_seconds": float(row.oldest_seconds), "events": row.events}
    if service.runners:
        row = (await connection.execute(_CONSUMING)).one()
        found["consumer"] = {"dead": row.dead, "held": row.held, "put_aside": sum(runner.put_aside for runner in service.runners)}
        found["heard"] = {
            f"{row.consumer} of {row.source}": round(float(row.heard_seconds_ago), 1) for row in await connection.execute(_POSITIONS)
        }
    found["tables"] = {row.relname: {"rows": row.rows, "bytes": row.bytes} for row in await connection.execute(_TABLES)}
    if service.examined_too is not None:
        found |= await service.examined_too(connection)
    return found
