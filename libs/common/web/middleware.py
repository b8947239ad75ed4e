"""Around every request: its id, its span, one log line. Pure ASGI: wrappers that buffer leak connections when a client goes away."""

import time
from uuid import uuid4

import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import SpanKind, format_trace_id
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.common.telemetry import span

log = structlog.get_logger()

LONGEST_REQUEST_ID = 100
QUIET_PATHS = ("/health", "/internal")
# For every application of ours: RequestTrace makes the span of a request, with our log line. FastAPI's own would be more spans inside it,
# one for each step, and tell whole addresses, in which searches stand.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


class RequestTrace:
    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = headers.get(b"x-request-id", "")
        if not 1 <= len(request_id) <= LONGEST_REQUEST_ID or not request_id.isprintable():
            request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        started = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode("latin-1")),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        # The path is left out of the span's name: it holds ids, and a name must group requests.
        with span(f"{self._service} {scope['method']}", kind=SpanKind.SERVER, parent=headers.get(b"traceparent")) as current:
            try:
                await self._app(scope, receive, answer)
            finally:
                route = scope.get("route")
                path = getattr(route, "path", "unknown")
                current.set_attribute("http.route", path)
                current.set_attribute("http.response.status_code", status)
                if not scope["path"].startswith(QUIET_PATHS):
                    milliseconds = round((time.perf_counter() - started) * 1000, 1)
                    log.info(
                        "request",
                        service=self._service,
                        method=scope["method"],
                        route=path,
                        status=status,
                        milliseconds=milliseconds,
                        request_id=request_id,
                        trace_id=format_trace_id(current.get_span_context().trace_id),
                    )
