"""Every route of the running applications asks who: nobody, a stranger's session and a token made for another service are sent away.

`python -m tests.structure.guards.routes <folder>` needs the folder of a PostgreSQL that runs and has every schema. Routes are those
that the applications answer on: hidden ones, mounted ones and sockets too. What is open to everybody stands in OPEN_TO_EVERYBODY.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from joserfc.jwk import ECKey
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message

from embedded.data_folder import DataFolder
from embedded.oidc.authorization import Session
from embedded.oidc.issuing import Position, TokenIssuer
from embedded.postgres import running_in
from embedded.servers import address_of, listen, serving
from embedded.wiring import PORTAL_CLIENT, Wiring
from libs.common.messaging.memory import InMemoryBus
from system.applications import SERVICES
from tests.structure.guards import places
from tests.structure.guards.places import ROOT, Finding, Place, verdict

PORTAL = "portal"
SIGN_IN = "sign-in"
OF_EVERY_SERVICE = {
    "/health/live": "a supervisor asks, and learns only that the process answers",
    "/health/ready": "a supervisor asks, and learns only that the schema is the newest",
    "/openapi.json": "the description of the API holds no data",
}
OF_THE_PORTAL = {
    "/sign-in": "where one begins",
    "/sign-in/start": "leads to the sign-in service",
    "/sign-in/callback": "comes back from there, and checks the sealed cookie of the attempt",
    "/sign-in/back-channel-logout": "the sign-in service tells who is signed out, and proves itself by a signed token",
    "/assets/{version}/{name:path}": "the page of the sign-in needs style and script",
    "/health/live": "a supervisor asks, and learns only that the process answers",
    "/health/ready": "a supervisor asks, and learns only that the schema is the newest",
}
OF_THE_SIGN_IN = {
    "/realms/chidao/.well-known/openid-configuration": "says where everything is",
    "/realms/chidao/protocol/openid-connect/auth": "here somebody says who he is",
    "/realms/chidao/protocol/openid-connect/certs": "the public halves of the keys",
    "/realms/chidao/protocol/openid-connect/logout": "ends the session whose token is brought along, and no other",
    "/realms/chidao/resources/chooser.css": "the look of the page on which somebody says who he is",
}
OPEN_TO_EVERYBODY: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(SERVICES, OF_EVERY_SERVICE),
    PORTAL: OF_THE_PORTAL,
    SIGN_IN: OF_THE_SIGN_IN,
}
"""Application → path → why anybody may ask there."""

BASE = "http://guard.test"
ANY_ID = UUID(int=7)
LONGEST_ANSWER_SECONDS = 2.0
BODIES: tuple[Mapping[str, Any], ...] = ({"json": {}}, {"files": {"file": ("a.pdf", b"%PDF-1.7\n", "application/pdf")}})
"""What a body that can be read is, here or there: before the token, only that is judged."""


@dataclass(frozen=True)
class Route:
    """`methods` is empty for a socket, and of a mount all that it answers is one route."""

    path: str
    methods: tuple[str, ...]
    place: Place

    @property
    def address(self) -> str:
        """A path that leads there; every parameter accepts an id."""
        parts = (str(ANY_ID) if part.startswith("{") else part for part in self.path.split("/"))
        return "/".join(parts)


@dataclass(frozen=True)
class SomebodyElse:
    """Who may sign in, and works nowhere."""

    person_id: UUID = ANY_ID
    username: str = "somebody.else"
    name: str = "Somebody Else"
    positions: tuple[Position, ...] = ()


@dataclass(frozen=True)
class Asked:
    """`visitors` are those who may not come in, by what they bring along. `name` is that of a service, of the portal or of the sign-in."""

    name: str
    app: FastAPI
    visitors: Mapping[str, Mapping[str, str]]


def routes_of(routes: Iterable[BaseRoute], package: str, prefix: str = "") -> Iterator[Route]:
    for route in iter_route_contexts(list(routes)):
        path = f"{prefix}{route.path or ''}"
        inner = getattr(route, "routes", None)
        endpoint = route.endpoint
        if inner:
            yield from routes_of(inner, package, path)
        elif endpoint is None:
            yield Route(f"{path}/{{path}}", ("GET",), place_of_path(path, package))
        else:
            place = places.of_function(endpoint)
            # What a framework brings along is put right where it was let in.
            yield Route(
                path, tuple(sorted(route.methods or ())), place if places.is_ours(ROOT / place.file) else place_of_path(path, package)
            )


def place_of_path(path: str, package: str) -> Place:
    """The line in the package that names the longest beginning of the path."""
    parts = path.split("/")
    for length in range(len(parts), 1, -1):
        found = places.of_lines(f"[\"']{'/'.join(parts[:length])}[\"']", package)
        if found:
            return found[0]
    return Place(f"{package}/app.py", 1)


def package_of(name: str) -> str:
    return f"services/{name}" if name in SERVICES else "embedded/oidc" if name == SIGN_IN else name


async def findings_of(asked: Asked) -> tuple[list[Finding], int]:
    package = package_of(asked.name)
    routes = list(routes_of(asked.app.routes, package))
    open_here = OPEN_TO_EVERYBODY.get(asked.name, {})
    guarded = [route for route in routes if route.path not in open_here]
    findings = [
        Finding(places.of_key(Path(__file__), path), f"{asked.name} has no route {path} any more that would be open to everybody")
        for path in open_here.keys() - {route.path for route in routes}
    ]
    # Files that an application serves when no route fits are in no list of routes.
    if asked.app.router._low_priority_routes:
        place = next(iter(places.of_lines(r"\.frontend\(", package)), Place(f"{package}/app.py", 1))
        findings.append(Finding(place, f"{asked.name} serves a folder of files to everybody"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(asked.app, raise_app_exceptions=False), base_url=BASE) as http:
        findings += [finding for route in guarded async for finding in openings(asked, http, route)]
    return findings, len(guarded)


async def openings(asked: Asked, http: httpx2.AsyncClient, route: Route) -> AsyncIterator[Finding]:
    """Every way in which the route lets a stranger in."""
    for who, headers in asked.visitors.items():
        if not route.methods and await opens(asked.app, route, headers):
            yield Finding(route.place, f"{asked.name}: the socket {route.path} opens to {who}")
        for method in route.methods:
            if answer := await let_in(http, method, route, headers):
                yield Finding(route.place, f"{asked.name}: {method} {route.path} answers {answer} to {who}")


async def let_in(http: httpx2.AsyncClient, method: str, route: Route, headers: Mapping[str, str]) -> str:
    """What was answered instead of a refusal; nothing when the visitor was sent away."""
    answer = ""
    for body in BODIES if method in ("POST", "PUT", "PATCH", "DELETE") else ({},):
        try:
            async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
                answered = await http.request(method, route.address, headers={"Idempotency-Key": "guard", **headers}, **body)
        except TimeoutError:
            return "without an end"
        if is_sent_away(answered):
            return ""
        answer = " ".join((str(answered.status_code), *code_of(answered)))
        if answered.status_code != 400:
            break
    return answer


def is_sent_away(answered: httpx2.Response) -> bool:
    """To the sign-in; a token that was looked at any further would have been taken for one of ours."""
    if answered.status_code == 303:
        return answered.headers["Location"].startswith("/sign-in")
    return answered.status_code == 401 and code_of(answered) in ([], ["not-signed-in"])


def code_of(answered: httpx2.Response) -> list[str]:
    return [answered.json()["code"]] if answered.headers.get("Content-Type") == "application/problem+json" else []


async def opens(app: ASGIApp, route: Route, headers: Mapping[str, str]) -> bool:
    said: list[Message] = []
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": route.address,
        "raw_path": route.address.encode(),
        "query_string": b"",
        "root_path": "",
        "subprotocols": [],
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Message:
        return {"type": "websocket.connect"} if not said else {"type": "websocket.disconnect", "code": 1001}

    async def send(message: Message) -> None:
        said.append(message)

    async with asyncio.timeout(LONGEST_ANSWER_SECONDS):
        await app(scope, receive, send)
    return bool(said) and said[0]["type"] == "websocket.accept"


@asynccontextmanager
async def everything(folder: Path) -> AsyncIterator[list[Asked]]:
    """The applications as the embedded run makes them, over the PostgreSQL that runs in `folder`."""
    postgres = running_in(folder)
    assert postgres is not None, f"no PostgreSQL runs in {folder}"
    door = listen()
    here = address_of(door)
    wiring = Wiring(DataFolder(folder), postgres, here, dict.fromkeys(SERVICES, here), timedelta(), sign_in_url=here)

    async def nobody() -> list[Any]:
        return []

    sign_in = wiring.sign_in_app(nobody, lambda: ())
    portal = wiring.portal_app()
    async with AsyncExitStack() as stack:
        # The keys of the tokens lie behind a real address.
        await stack.enter_async_context(serving({door: sign_in}))
        await stack.enter_async_context(portal.router.lifespan_context(portal))
        session = f"{portal.state.portal.settings.cookie_name}=forged"
        services = [Asked(name, wiring.service_app(name, InMemoryBus()), strangers(name, wiring)) for name in SERVICES]
        yield [
            *services,
            Asked(PORTAL, portal, {"nobody": {}, "a session of no one": {"Cookie": session}}),
            Asked(SIGN_IN, sign_in, {"nobody": {}}),
        ]
        for asked in services:
            await asked.app.state.service.database.dispose()


def strangers(name: str, wiring: Wiring) -> Mapping[str, Mapping[str, str]]:
    """Nobody, a person and a service whose tokens are ours in everything, but made for another service."""
    other = next(one for one in SERVICES if one != name)
    key = ECKey.import_key(wiring.folder.signing_key("sign-in").read_bytes())
    key.ensure_kid()
    issuer = TokenIssuer(wiring.issuer, key, [other])
    person = issuer.for_person(Session(str(ANY_ID), PORTAL_CLIENT, ANY_ID, int(time.time())), SomebodyElse())
    service = issuer.for_service(f"service-{other}", other)
    membership = {"Chidao-Membership": str(ANY_ID)}
    return {
        "nobody": {},
        f"a person with a token for {other}": {"Authorization": f"Bearer {person['access_token']}", **membership},
        f"a service with a token for {other}": {"Authorization": f"Bearer {service['access_token']}"},
    }


def not_started() -> list[Finding]:
    """A service that no run starts would never be asked."""
    folders = {file.parent.name: file for file in sorted((ROOT / "services").glob("*/app.py"))}
    return [
        Finding(Place(file.relative_to(ROOT).as_posix(), 1), f"{name} stands in no list of services, so nothing is known of its routes")
        for name, file in folders.items()
        if name not in SERVICES
    ]


async def look(folder: Path) -> tuple[list[Finding], int]:
    findings = not_started()
    looked_at: list[int] = []
    async with everything(folder) as applications:
        for asked in applications:
            found, guarded = await findings_of(asked)
            findings += found
            looked_at.append(guarded)
    return findings, min(looked_at)


if __name__ == "__main__":
    # What is wrong is told as a finding; the logs tell of every refusal, and that nobody streams to the portal here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found, least = asyncio.run(look(Path(sys.argv[1])))
    sys.exit(verdict(found, looked_at=least, what="route that asks who, in some application"))
