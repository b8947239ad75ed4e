"""What a service says of itself: beside what a route answers, how it refuses, in the form in which it does (problems.py)."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from libs.common.web.titles import TITLES

PROBLEM = "application/problem+json"
_SCHEMA = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable for programs, `title` a sentence for people; `errors` name the fields that are wrong.",
    "type": "object",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_FASTAPI_SCHEMAS = ("HTTPValidationError", "ValidationError")
# Status → the title that stands for it; each code has its own sentence.
_OF_ALL = {422: "invalid-parameters", 503: "unavailable"}
_OF_SIGNED_IN = {401: "not-signed-in", 403: "forbidden", 404: "not-found"}
_OF_CHANGES = {
    400: "bad-request",
    412: "stale-version",
    413: "too-large",
    428: "precondition-missing",
}
_NOT_NOW = "Chưa hoặc không còn thực hiện được ở trạng thái hiện tại."
_CHANGING = frozenset({"post", "put", "patch", "delete"})


def describe_refusals(app: FastAPI) -> None:
    """The description of `app` tells of every refusal. FastAPI's own would tell of one, in a form that we do not send."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_refusals(get_openapi(title=app.title, version=app.version, routes=app.routes))
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]


def _with_refusals(described: dict[str, Any]) -> dict[str, Any]:
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_SCHEMAS:
        schemas.pop(name, None)
    schemas["Problem"] = _SCHEMA
    for methods in described["paths"].values():
        for method, route in methods.items():
            codes = {**_OF_ALL, **(_OF_SIGNED_IN if "security" in route else {}), **(_OF_CHANGES if method in _CHANGING else {})}
            refusals = {409: _NOT_NOW, **{status: TITLES[code] for status, code in codes.items()}}
            for status, sentence in sorted(refusals.items()):
                route["responses"][str(status)] = {
                    "description": sentence,
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
    return described
