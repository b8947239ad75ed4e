"""What goes on with a request, what comes back with an answer, and what is written down of both."""

import base64
import hashlib
import json
import re

import pytest

from portal.middleware import security_headers
from tests.gateway.conftest import SESSION, TOKEN, Visitor, logs_of
from tests.gateway.stand_in import Behind

CANARY = "Nguyen-Van-Canary"


def passed_on(visitor: Visitor, path: str = "/home", **headers: str) -> dict[str, list[str]]:
    got: dict[str, list[str]] = {}
    for name, value in visitor.get(path, headers={"Cookie": SESSION, **TOKEN, **headers}).json()["headers"]:
        got.setdefault(name, []).append(value)
    return got


@pytest.mark.parametrize("given", ["asked-by-test", "0b1e.7_A", "a" * 100])
def test_a_request_id_in_good_form_is_kept(visitor: Visitor, behind: Behind, given: str) -> None:
    behind["portal"].headers = [("X-Request-Id", "of-the-portal")]
    answer = visitor.get("/sign-in", headers={"X-Request-Id": given})
    assert answer.headers.get_list("X-Request-Id") == [given]
    assert passed_on(visitor, **{"X-Request-Id": given})["x-request-id"] == [given]


@pytest.mark.parametrize("given", ["", "a b", "-a", 'a"b', "a" * 101, "đ".encode().decode("latin-1"), "a\tb"])
def test_any_other_is_made_anew(visitor: Visitor, given: str) -> None:
    answer = visitor.raw("GET /sign-in HTTP/1.1", f"X-Request-Id: {given}")
    made = re.search(r"\r\nX-Request-Id: (.*)\r\n", answer.head + "\r\n")
    assert made is not None
    assert re.fullmatch("[0-9a-f]{32}", made[1])
    assert ["x-request-id", made[1]] in answer.json()["headers"]


def test_our_own_refusals_carry_it_too(visitor: Visitor) -> None:
    assert visitor.get("/api/tasks/tasks", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"


def test_where_a_request_comes_from_is_our_word_alone(visitor: Visitor) -> None:
    told = {
        "X-Forwarded-For": "10.9.9.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "elsewhere.vn",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/x",
        "X-Forwarded-Server": "x",
        "X-Real-IP": "10.9.9.9",
        "X-Original-URL": "/internal",
        "X-Rewrite-URL": "/internal",
        "Forwarded": "for=10.9.9.9",
        "Proxy": "http://10.9.9.9",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "tracestate": "x=1",
        "baggage": "x=1",
        "Connection": "close, X-Request-Id",
        "Upgrade": "h2c",
    }
    for path in ("/home", "/api/tasks/tasks", "/realms/chidao/x"):
        got = passed_on(visitor, path, **told)
        host = f"127.0.0.1:{visitor.gateway.port}"
        assert got["host"] == got["x-forwarded-host"] == [host]
        assert (got["x-forwarded-for"], got["x-forwarded-proto"]) == (["127.0.0.1"], ["https"])
        gone = {name.lower() for name in told} - {"x-forwarded-host", "x-forwarded-for", "x-forwarded-proto"}
        assert not gone & set(got), path


def test_a_service_gets_the_token_and_never_the_session(visitor: Visitor) -> None:
    got = passed_on(visitor, "/api/tasks/tasks", **{"Chidao-Membership": "m", "If-Match": '"3"'})
    assert "cookie" not in got
    assert (got["authorization"], got["chidao-membership"], got["if-match"]) == ([TOKEN["Authorization"]], ["m"], ['"3"'])
    assert passed_on(visitor, "/home")["cookie"] == [SESSION]


def test_what_the_portal_says_of_safety_is_left_as_it_is(visitor: Visitor, behind: Behind) -> None:
    own = {**security_headers(sign_in_origin="https://sign-in.test"), "X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=9"}
    behind["portal"].headers = [*own.items(), ("X-Request-Id", "of-the-portal")]
    answer = visitor.get("/sign-in")
    for name, value in own.items():
        assert answer.headers.get_list(name) == [value], name


def test_whoever_says_nothing_is_safe_all_the_same(visitor: Visitor) -> None:
    for path in ("/sign-in", "/api/tasks/openapi.json", "/api/nobody/x", "/realms/chidao/x", "/realms/master/"):
        headers = visitor.get(path).headers
        assert headers.get_list("X-Content-Type-Options") == ["nosniff"], path
        assert headers.get_list("X-Frame-Options") == ["DENY"]
        assert headers.get_list("Referrer-Policy") == ["same-origin"]
        assert headers.get_list("Cache-Control") == ["no-store"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_nothing_tells_what_we_are_made_of(visitor: Visitor, behind: Behind) -> None:
    behind["tasks"].headers = [("Server", "uvicorn"), ("X-Powered-By", "FastAPI"), ("Via", "1.1 inner"), ("X-Accel-Redirect", "/home")]
    answer = visitor.get("/api/tasks/openapi.json")
    assert answer.json()["name"] == "tasks"
    assert answer.headers["Server"] == "nginx"
    assert not {"x-powered-by", "via", "x-accel-redirect"} & set(answer.headers)


def test_the_version_to_repeat_comes_through_as_it_is(visitor: Visitor, behind: Behind) -> None:
    behind["tasks"].headers = [("ETag", '"7"')]
    answer = visitor.get("/api/tasks/tasks/1", headers={"Accept-Encoding": "gzip", **TOKEN})
    assert (answer.headers["ETag"], "Content-Encoding" in answer.headers) == ('"7"', False)


def test_a_refusal_of_the_portal_stays_its_own(visitor: Visitor, behind: Behind) -> None:
    behind["portal"].status = 401
    answer = visitor.get("/live/x")
    assert (answer.json()["name"], "WWW-Authenticate" in answer.headers) == ("portal", False)


def test_the_style_of_our_page_is_the_one_that_is_allowed(visitor: Visitor) -> None:
    answer = visitor.get("/realms/master/")
    style = re.search("<style>(.*)</style>", answer.text)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script| style=|https?:| on\w+=", answer.text)


def test_a_line_of_the_log_names_nobody(visitor: Visitor, behind: Behind) -> None:
    secret = {"Cookie": f"{SESSION}{CANARY}", "Authorization": f"Bearer {CANARY}", "Referer": f"https://x/{CANARY}", "User-Agent": CANARY}
    visitor.get(f"/search?q={CANARY}", headers={**secret, "X-Request-Id": "first-of-two"})
    visitor.http.post(f"/api/tasks/tasks?q={CANARY}", headers={**secret, "X-Request-Id": "second-of-two"}, content=CANARY)
    lines = [json.loads(line) for line in visitor.gateway.access_log.read_text().splitlines()]
    (first,) = [line for line in lines if line["request_id"] == "first-of-two"]
    assert (first["method"], first["path"], first["status"], first["network"]) == ("GET", "/search", 200, "127.0.0.0")
    assert first["upstream"] == behind.addresses["portal"]
    assert CANARY not in logs_of(visitor.gateway.folder)
    # A path may hold what would end the line, or the quotes around it.
    visitor.raw('GET /a"b\\c%0a HTTP/1.1', "X-Request-Id: odd-one")
    assert json.loads(visitor.gateway.access_log.read_text().splitlines()[-1])["path"] == '/a"b\\c%0a'
