"""Streams as they come; and what is said when the house is closed or somebody behind is away."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from embedded.gateway import start_gateway
from embedded.processes import free_port
from embedded.servers import listen
from tests.gateway.conftest import SESSION, TOKEN, Visitor, assert_problem, logs_of, visitor_of
from tests.gateway.stand_in import Behind


def test_an_event_arrives_before_the_next_has_come(visitor: Visitor, behind: Behind) -> None:
    with visitor.http.stream("GET", "/live", headers={"Cookie": SESSION, "Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        heard = answer.iter_raw()
        assert next(heard) == b"data: first\n\n"
        assert not behind["portal"].ended.is_set()
        behind["portal"].go_on.set()
        assert b"".join(heard) == b"data: last\n\n"


@pytest.fixture
def closed(visitor: Visitor) -> Iterator[Visitor]:
    visitor.gateway.maintenance.touch()
    yield visitor
    visitor.gateway.maintenance.unlink()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/tasks/7/completion", "/assets/1/portal.css", "/realms/chidao/x", "/live"])
def test_a_closed_house_says_so_to_everybody(closed: Visitor, behind: Behind, method: str, path: str) -> None:
    answer = closed.http.request(method, path, headers={"Cookie": SESSION})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert int(answer.headers["Retry-After"]) > 60
    assert "<h1>Hệ thống đang được bảo trì</h1>" in answer.text
    assert '<html lang="vi">' in answer.text
    assert not any(one.asked for one in behind.stand_ins.values())


def test_programs_are_told_in_their_own_form(closed: Visitor) -> None:
    for path in ("/api/tasks/tasks", "/api/tasks/health/live", "/api/nobody", "/api"):
        answer = closed.get(path, headers=TOKEN)
        assert_problem(answer, 503, "maintenance")
        assert int(answer.headers["Retry-After"]) > 60
    assert closed.raw("GET //%61pi/tasks/x HTTP/1.1").json()["code"] == "maintenance"


def test_it_opens_again_when_the_file_is_gone(visitor: Visitor) -> None:
    visitor.gateway.maintenance.touch()
    assert visitor.get("/sign-in").status_code == 503
    visitor.gateway.maintenance.unlink()
    assert visitor.get("/sign-in").status_code == 200


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Visitor]:
    """In front of a gateway with nobody behind it."""
    nobody = f"127.0.0.1:{free_port()}"
    running = start_gateway(tmp_path, upstreams=dict.fromkeys(("portal", "sign-in", "tasks"), nobody))
    visiting = visitor_of(running)
    with visiting.http:
        yield visiting
    running.stop()


def assert_away(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert int(answer.headers["Retry-After"]) > 0
    assert "<h1>Hệ thống tạm thời gián đoạn</h1>" in answer.text


def test_somebody_away_is_away_and_not_a_bad_gateway(alone: Visitor) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert_away(alone.http.request(method, "/home?q=canary", headers={"Cookie": SESSION}))
        answer = alone.http.request(method, "/api/tasks/tasks?q=canary", headers=TOKEN)
        assert_problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert_away(alone.get("/realms/chidao/x?code=canary"))
    assert "canary" not in logs_of(alone.gateway.folder)


def test_who_ends_the_line_without_a_word_is_away_too(tmp_path: Path) -> None:
    with listen() as mute:
        running = start_gateway(tmp_path, upstreams={"portal": "{}:{}".format(*mute.getsockname()), "sign-in": "127.0.0.1:1"})
        try:
            with visitor_of(running).line() as line:
                line.tls.sendall(f"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nConnection: close\r\n\r\n".encode())
                mute.accept()[0].close()
                assert line.say(b"").startswith(b"HTTP/1.1 503")
        finally:
            running.stop()


def test_what_somebody_says_of_himself_is_passed_on(visitor: Visitor, behind: Behind) -> None:
    behind["tasks"].status, behind["tasks"].headers = 503, [("Retry-After", "2")]
    answer = visitor.get("/api/tasks/tasks", headers=TOKEN)
    assert (answer.status_code, answer.json()["name"]) == (503, "tasks")
    assert answer.headers.get_list("Retry-After") == ["2"]


def test_who_comes_back_is_asked_at_once(visitor: Visitor, behind: Behind, tmp_path: Path) -> None:
    port = free_port()
    running = start_gateway(tmp_path, upstreams={"portal": f"127.0.0.1:{port}", "sign-in": "127.0.0.1:1"})
    try:
        with visitor_of(running).http as http:
            assert http.get("/sign-in").status_code == 503
            with listen(port) as back, visitor_of(running).line() as line:
                line.tls.sendall(f"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nConnection: close\r\n\r\n".encode())
                caller = back.accept()[0]
                assert caller.recv(100).startswith(b"GET /sign-in HTTP/1.1")
                caller.close()
    finally:
        running.stop()
