"""From a request to a `Change`, in the order of architecture.md: 400, 413, 401; the use case goes on with 404, 403, 428, 412, 422, 409."""

import json
import re
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from libs.common.actor import Actor
from libs.common.change import Change, normalized
from libs.common.domain import Aggregate
from libs.common.web.auth import Asking, actor_of
from libs.common.web.problems import Problem

MAX_BODY_BYTES = 1_000_000
# As JSON writes it; behind another backslash it is six letters that somebody typed.
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
LONGEST_KEY = 200


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body; raises Problem 413 as soon as it is known to be longer than `limit`."""
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise Problem(413, "too-large", limit=limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Problem(413, "too-large", limit=limit)
    return bytes(body)


async def json_body(request: Request) -> tuple[bytes, Any]:
    raw = await read_body(request)
    try:
        parsed = json.loads(raw or b"{}", parse_constant=_refuse_constant)
        body = normalized(parsed)
        # Lone halves of a character and the zero character are no text that a database can keep.
        if _ZERO.search(json.dumps(body, ensure_ascii=False).encode()):
            raise ValueError("zero character")
    except (ValueError, RecursionError):
        raise Problem(400, "not-json") from None
    return raw, body


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def if_match_of(request: Request) -> int | None:
    header = request.headers.get("If-Match")
    if header is None:
        return None
    try:
        return int(header.removeprefix("W/").strip('"'))
    except ValueError:
        # A version that is none of ours matches no object.
        return -1


async def idempotency_key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Problem(400, "idempotency-key-missing")
    return key


IdempotencyKey = Annotated[str, Depends(idempotency_key_of)]


def change_of(request: Request, actor: Actor, key: str, raw: bytes, body: Any) -> Change:
    return Change(
        actor=actor,
        key=key,
        method_path=f"{request.method} {request.url.path}",
        body=body,
        raw=raw,
        if_match=if_match_of(request),
        status=request.scope["route"].status_code or 200,
        request_id=request.state.request_id,
    )


async def changing(request: Request) -> Change:
    """Body and key are judged before the token."""
    body = await json_body(request)
    key = await idempotency_key_of(request)
    actor = await actor_of(request)
    await request.app.state.doorkeeper.memberships.require_fresh()
    return change_of(request, actor, key, *body)


Changing = Annotated[Change, Depends(Asking(changing))]


def accepts(model: type[BaseModel] | None = None) -> dict[str, Any]:
    """`openapi_extra` of a route that changes something; the use case checks the body as `model`, and None needs no body."""
    described: dict[str, Any] = {
        "parameters": [
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": LONGEST_KEY}},
            {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}, "example": '"3"'},
        ],
    }
    if model is not None:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def tell_outcome(response: Response, change: Change, aggregate: Aggregate) -> None:
    """Headers of a success: the version to send next as If-Match, and whether this was answered before."""
    response.headers["ETag"] = f'"{aggregate.version}"'
    if change.repetition is not None:
        response.headers["Idempotent-Replayed"] = "true"
        response.status_code = change.repetition.status
