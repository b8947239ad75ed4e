"""Refusals as RFC 9457 problem documents: a stable code for programs, a sentence for people."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from libs.common.db import is_disk_full, is_passing, is_too_slow
from libs.common.domain import DomainError
from libs.common.messaging.envelope import EventTooLarge
from libs.common.web.titles import TITLES

log = structlog.get_logger()

RETRY_AFTER_SECONDS = 2

_CODE_OF_STATUS = {
    400: "bad-request",
    401: "not-signed-in",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    503: "unavailable",
}


class Problem(Exception):
    """An answer other than success that does not come from a domain: bad JSON, no token, too large."""

    def __init__(self, status: int, code: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra


def problem_response(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:chidao:problem:{code}",
        "title": TITLES.get(code, TITLES["unexpected"]),
        "status": status,
        "code": code,
        "instance": request.url.path,
    }
    if detail:
        body["detail"] = detail
    body.update({key: value for key, value in (extra or {}).items() if value is not None})
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type="application/problem+json")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error.status, error.code, error.detail, headers=error.headers, extra=error.extra)


async def _domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    status = error.refusal.value
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    extra = {"field": error.field, **{key: _plain(value) for key, value in error.extra.items()}}
    return problem_response(request, status, error.code, error.detail, headers=headers, extra=extra)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "unexpected")
    return problem_response(request, error.status_code, code, "", headers=error.headers)


async def _wrong_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    in_path = any(wrong["loc"][0] == "path" for wrong in error.errors())
    if in_path:
        # An address that cannot be one of ours names nothing: the same answer as for an unknown object.
        return problem_response(request, 404, "not-found", "")
    errors = [{"field": str(wrong["loc"][-1]), "code": wrong["type"], "message": wrong["msg"]} for wrong in error.errors()]
    return problem_response(request, 422, "invalid-parameters", "", extra={"errors": errors})


async def _event_too_large(request: Request, error: Exception) -> Response:
    return problem_response(request, 422, "event-too-large", str(error))


async def _database_error(request: Request, error: Exception) -> Response:
    if is_disk_full(error):
        log.error("disk-full", path=request.url.path, error=type(error).__name__)
        return problem_response(request, 503, "disk-full", "", headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    if not (is_passing(error) or is_too_slow(error)):
        raise error
    log.warning("database-away", path=request.url.path, error=type(error).__name__)
    return problem_response(request, 503, "unavailable", "", headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _unexpected(request: Request, error: Exception) -> Response:
    if is_passing(error) or is_too_slow(error):
        return await _database_error(request, error)
    log.error("unexpected", path=request.url.path, exc_info=error)
    return problem_response(request, 500, "unexpected", "")


def install_problem_answers(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(EventTooLarge, _event_too_large)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(PoolTimeout, _database_error)
    app.add_exception_handler(OSError, _database_error)
    app.add_exception_handler(Exception, _unexpected)
