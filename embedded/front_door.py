"""The one public address: the portal for people, `/api/<service>/…` for programs, `/realms/…` for signing in.

What the gateway will do for the split system. Each request is handed to the application itself, in this process: nothing is copied
or held back on the way, so streams flow as they come. Services speak to each other over their loopback ports all the same.
"""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.common.web.middleware import NO_TELEMETRY, RequestTrace
from libs.common.web.problems import install_problem_answers

API = "/api/"
REALMS = "/realms/"
# What services tell each other only.
INTERNAL = "internal"


class FrontDoor:
    """`public_url` is the address that browsers must use: cookies and sign-in are bound to it, so any other name is led there.

    Without `sign_in`, people sign in elsewhere.
    """

    def __init__(self, *, public_url: str, sign_in: ASGIApp | None, services: Mapping[str, ASGIApp], portal: ASGIApp | None) -> None:
        self._public_url = public_url
        self._host = public_url.partition("://")[2].encode()
        self._services = services
        self._nobody = _nobody()
        self._sign_in = sign_in or self._nobody
        self._portal = portal or self._nobody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if dict(scope["headers"]).get(b"host") != self._host:
            query = scope["query_string"].decode("latin-1")
            there = RedirectResponse(self._public_url + quote(scope["path"]) + (f"?{query}" if query else ""))
            await there(scope, receive, send)
            return
        behind, path = self._behind(scope["path"])
        await behind({**scope, "path": path, "raw_path": quote(path).encode()}, receive, send)

    def _behind(self, path: str) -> tuple[ASGIApp, str]:
        """Who answers, and the path as he knows it."""
        if path.startswith(REALMS):
            return self._sign_in, path
        if not path.startswith(API):
            return self._portal, path
        name, _, rest = path.removeprefix(API).partition("/")
        service = self._services.get(name)
        if service is None or rest.split("/")[0] == INTERNAL:
            return self._nobody, path
        return service, f"/{rest}"


def _nobody() -> FastAPI:
    """Answers whatever leads nowhere, as a problem document like everybody."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    install_problem_answers(app)
    app.add_middleware(RequestTrace, service="front-door")
    return app
