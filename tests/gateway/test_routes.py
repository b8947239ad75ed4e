"""Who answers, and whom he lets in: the same as the front door of the embedded run, and no more open than the applications."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from embedded.data_folder import DataFolder
from embedded.oidc.provider import REALM
from embedded.postgres import Address
from embedded.wiring import Wiring
from libs.common.messaging.memory import InMemoryBus
from libs.common.web.titles import TITLES
from portal.settings import PortalSettings
from portal.sign_in import NEEDED
from system.applications import SERVICES
from tests.gateway.conftest import SESSION, TOKEN, Visitor, assert_problem
from tests.gateway.stand_in import Behind
from tests.structure.guards.routes import OPEN_TO_EVERYBODY, Route, routes_of

PORTAL = "portal"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sees_its_own_path(visitor: Visitor, service: str) -> None:
    said = visitor.get(f"/api/{service}/things/7?page=2&q=%E1%BA%A4p", headers=TOKEN).json()
    assert (said["name"], said["raw_path"], said["query"]) == (service, "/things/7", "page=2&q=%E1%BA%A4p")


def test_all_else_is_the_portals_and_the_realm_the_sign_ins(visitor: Visitor) -> None:
    for path in ("/", "/tasks/7?q=1", "/apis", "/realm"):
        said = visitor.get(path, headers={"Cookie": SESSION}).json()
        assert (said["name"], said["path"]) == ("portal", path.partition("?")[0])
    said = visitor.get(f"{REALM}/.well-known/openid-configuration").json()
    assert (said["name"], said["path"]) == ("sign-in", f"{REALM}/.well-known/openid-configuration")


def test_the_realm_of_the_administrators_stays_inside(visitor: Visitor, behind: Behind) -> None:
    inside = ("/realms/master/protocol/openid-connect/auth", "/realms/%6daster/", "/realms//master/", "/realms/x/../master/")
    for path in (*inside, "/realms/master", "/realms/master;x/", "/realms/chidao/../master/", "/realms/chidao;x/../master", "/realms"):
        assert visitor.raw(f"GET {path} HTTP/1.1").status == 404
    assert behind["sign-in"].asked == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks/internal/events",
        "/api/tasks/internal",
        "/api/tasks/internal/",
        "/api/tasks/%69nternal/events",
        "/api/tasks//internal/events",
        "/api/tasks/%2finternal/events",
        "/api/tasks/./internal/events",
        "/api/tasks/%2e/internal/events",
        "/api/tasks/tasks/../internal/events",
        "/api/tasks/tasks/%2e%2e/internal/events",
        "/api/tasks/tasks/..%2finternal/events",
        "/api/tasks/internal%2fevents",
        "/api/tasks/internal%0a",
        "/api/tasks/internal/events%0a",
        "//api///tasks/internal/events",
        "/x/../api/tasks/internal/events",
        "/%61pi/%74asks/internal/stream",
        "/api/tasks/internal?x=/tasks",
        "/api/nobody/health/live",
        "/api/portal/sign-in",
        "/api/sign-in/realms",
        "/api/tasks",
        "/api/",
        "/api",
    ],
)
def test_what_services_tell_each_other_never_passes(visitor: Visitor, behind: Behind, path: str) -> None:
    answer = visitor.raw(f"GET {path} HTTP/1.1", "Authorization: Bearer x")
    assert answer.status == 404
    assert "\r\nContent-Type: application/problem+json\r\n" in answer.head
    assert answer.json()["code"] == "not-found"
    assert not any(one.asked for one in behind.stand_ins.values())


def test_a_name_that_only_begins_like_it_passes(visitor: Visitor) -> None:
    assert visitor.get("/api/tasks/internals", headers=TOKEN).json()["path"] == "/internals"
    # Decoded once and no more, here as there.
    assert visitor.raw("GET /api/tasks/%2569nternal HTTP/1.1", "Authorization: Bearer x").json()["raw_path"] == "/%2569nternal"


def test_a_call_without_a_token_goes_no_further(visitor: Visitor, behind: Behind) -> None:
    answer = visitor.get("/api/tasks/tasks", headers={"Cookie": SESSION})
    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert_problem(visitor.http.post("/api/tasks/tasks", json={}), 401, "not-signed-in")
    assert behind["tasks"].asked == 0


def test_somebody_without_a_session_comes_to_one_place_only(visitor: Visitor, behind: Behind) -> None:
    other_cookies = "__Host-chidao-8443-sign-in=sealed; chidao-theme=dark; x__Host-chidao-1=a; __Host-chidao-8443="
    for method, path in (("GET", "/"), ("GET", "/tasks/7%20a?q=1&part=x"), ("POST", "/directives"), ("GET", "/live")):
        said = visitor.http.request(method, path, headers={"Cookie": other_cookies}).json()
        wanted, _, query = path.partition("?")
        assert (said["method"], said["raw_path"], said["query"]) == (method, NEEDED.rstrip("/") + wanted, query)
    assert visitor.raw("GET /x/../sign-in/%2e%2e/home HTTP/1.1").json()["path"] == f"{NEEDED}home"


def test_the_cookie_of_the_portal_is_known(visitor: Visitor) -> None:
    for public_url in ("https://chidao.quangngai.gov.vn", visitor.gateway.url):
        name = PortalSettings.model_construct(public_url=public_url).cookie_name
        for cookies in (f"{name}=a", f"x=1; {name}=a", f"{name}=a; x=1"):
            assert visitor.get("/home", headers={"Cookie": cookies}).json()["path"] == "/home"


def applications(folder: Path) -> dict[str, Iterable[Route]]:
    """The routes of everything that the gateway stands before, from the applications themselves; none of them is started."""
    postgres = Address(folder, 1, defaultdict(lambda: "unused"))
    here = "http://127.0.0.1:1"
    wiring = Wiring(DataFolder(folder), postgres, here, dict.fromkeys(SERVICES, here), timedelta(), sign_in_url=here)
    apps: dict[str, Any] = {name: wiring.service_app(name, InMemoryBus()) for name in SERVICES} | {PORTAL: wiring.portal_app()}
    return {name: list(routes_of(app.routes, "portal" if name == PORTAL else f"services/{name}")) for name, app in apps.items()}


def test_what_is_open_here_is_what_is_open_there(visitor: Visitor, behind: Behind, tmp_path: Path) -> None:
    for name, routes in applications(tmp_path).items():
        open_here, open_there = set(), set(OPEN_TO_EVERYBODY[name])
        known = {route.path: route for route in routes if not route.path.startswith(("/internal", NEEDED))}
        assert len(known) > len(open_there) > 0
        for path, route in known.items():
            if name == PORTAL:
                let_in = visitor.get(route.address).json()["path"] == route.address
            else:
                let_in = visitor.get(f"/api/{name}{route.address}").status_code == 200
            open_here |= {path} if let_in else set()
        assert open_here == open_there, name


def test_the_words_are_those_of_the_services() -> None:
    words = Path("gateway/answers.conf").read_text()
    for code in ("not-signed-in", "not-found", "method-not-allowed", "too-large", "unavailable", "unexpected"):
        assert f'"{TITLES[code]}";' in words, code
