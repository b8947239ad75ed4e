"""The guard of routes: every route of the running applications, hidden and mounted ones and sockets too, asks who."""

from collections.abc import Callable
from pathlib import Path

import pytest

from embedded.postgres import Address
from system.databases import DATABASES, name_of
from tests.structure.planting import Fault, Found, found_by_guard, said_by_guard

OPEN_ROUTE = """
@router.get("/tasks-of-everybody")
async def tasks_of_everybody(service: Here) -> dict[str, str]:
    return {}
""".strip()
HIDDEN_ROUTE = """
@router.post("/hidden", include_in_schema=False)
async def hidden() -> dict[str, str]:
    return {}
""".strip()
SOCKET = """
@router.websocket("/watch")
async def watch(socket: __import__("fastapi").WebSocket) -> None:
    await socket.accept()
""".strip()
ENDLESS_ROUTE = """
@router.get("/ticks")
async def ticks() -> __import__("starlette.responses").responses.Response:
    async def tick():
        while True:
            yield b"tick"
            await __import__("asyncio").sleep(1)
    return __import__("starlette.responses").responses.StreamingResponse(tick())
""".strip()
OPEN_SCREEN = """
@router.get("/open")
async def open_to_all() -> Response:
    return Response("all")
""".strip()
OPEN_SIGN_IN = '    app.add_api_route(f"{REALM}/people", keys, methods=["GET"])'
DIRECTORY = 'create_service_app(service, routers, title="Danh bạ cơ quan", memberships=memberships)'
REPORTING = 'create_service_app(service, [figures.router], title="Số liệu", memberships=replica)'
FAULTS = (
    Fault("an open route", "services/tasks/api/tasks.py", OPEN_ROUTE, "services/tasks/api/tasks.py:{line}: tasks: GET /tasks-of-everybody"),
    Fault(
        "a hidden one",
        "services/notify/api/notices.py",
        HIDDEN_ROUTE,
        "services/notify/api/notices.py:{line}: notify: POST /notices/hidden",
    ),
    Fault(
        "a socket", "services/directives/api/directives.py", SOCKET, "services/directives/api/directives.py:{line}: directives: the socket"
    ),
    Fault("an endless one", "services/directory/api/directory.py", ENDLESS_ROUTE, "GET /ticks answers without an end to nobody"),
    Fault(
        "a mounted application",
        "services/reporting/app.py",
        f'    (app := {REPORTING}).mount("/inner", FastAPI())',
        "services/reporting/app.py:{line}: reporting: GET /inner/openapi.json answers 200 to nobody",
        instead_of=f"    app = {REPORTING}",
    ),
    Fault(
        "a mounted folder",
        "portal/app.py",
        '    app.mount("/static", __import__("starlette.staticfiles").staticfiles.StaticFiles(directory="portal/static"))',
        "portal/app.py:{line}: portal: GET /static/{{path}} answers",
        after="    _add_machinery(app)\n    _add_refusals(app)",
    ),
    Fault(
        "a folder when nothing else fits",
        "services/directory/app.py",
        f"    (app := {DIRECTORY}).frontend('/', directory='portal/static')\n    return app",
        "services/directory/app.py:{line}: directory serves a folder of files to everybody",
        instead_of=f"    return {DIRECTORY}",
    ),
    Fault("a screen", "portal/screens/search.py", OPEN_SCREEN, "portal/screens/search.py:{line}: portal: GET /open answers 200"),
    Fault(
        "a page of the sign-in",
        "embedded/oidc/provider.py",
        OPEN_SIGN_IN,
        "sign-in: GET /realms/chidao/people answers 200 to nobody",
        after='    app.add_api_route(STYLE, style, methods=["GET"])',
    ),
    Fault(
        "open and gone",
        "tests/structure/guards/routes.py",
        '    "/gone": "nobody remembers why",',
        "tests/structure/guards/routes.py:{line}: portal has no route /gone any more",
        after='    "/sign-in": "where one begins",',
    ),
    Fault("never started", "services/archive/app.py", "", "services/archive/app.py:1: archive stands in no list of services"),
)
FOREIGN_TOKENS = Fault(
    "a token for somebody else",
    "libs/common/tokens.py",
    "        if False:",
    "tasks: POST /tasks/{{task_id}}/accept answers 401 membership-not-valid to a person with a token for",
    instead_of="        if self._audience not in audiences_of(claims):",
)
NOTHING = Fault(
    "nothing to look at",
    "tests/structure/guards/routes.py",
    "    guarded: list[Route] = []",
    "nothing to look at: no route",
    instead_of="    guarded = [route for route in routes if route.path not in open_here]",
)


@pytest.fixture(scope="module")
def folder(cluster: Address, migrated: Callable[[str], str]) -> str:
    """Of a PostgreSQL that runs and has the schema of each."""
    for database in DATABASES:
        migrated(name_of(database))
    return str(cluster.folder)


@pytest.fixture(scope="module")
def found(tree: Path, folder: str) -> Found:
    return found_by_guard(tree, FAULTS, "routes", folder)


def test_the_copy_is_sound(tree: Path, folder: str) -> None:
    assert said_by_guard(tree, "routes", folder) == (0, "")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_named(found: Found, fault: Fault) -> None:
    found.assert_named(fault)


@pytest.mark.parametrize("fault", [FOREIGN_TOKENS, NOTHING], ids=lambda fault: fault.name)
def test_alone_it_is_found_too(tree: Path, folder: str, fault: Fault) -> None:
    found_by_guard(tree, (fault,), "routes", folder).assert_named(fault)
