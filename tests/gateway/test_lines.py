"""How a line is spoken: TLS, HTTP/2, the one address, and requests that two readers would read differently."""

import socket
import ssl
import warnings

import pytest

from embedded.gateway import listen_lines
from tests.gateway.conftest import SESSION, TOKEN, Visitor
from tests.gateway.lines import open_line
from tests.gateway.stand_in import Behind


def test_http_2_is_spoken_with_whoever_can(visitor: Visitor) -> None:
    with visitor.line(protocols=("h2", "http/1.1")) as line:
        assert (line.protocol, line.tls.version()) == ("h2", "TLSv1.3")
    with visitor.line() as line:
        assert line.protocol == "http/1.1"


def test_newer_versions_are_told_of_http_2_in_their_own_words() -> None:
    assert listen_lines(443, (1, 22, 1)) == "listen 127.0.0.1:443 ssl http2;\n"
    assert listen_lines(443, (1, 26, 0)) == "listen 127.0.0.1:443 ssl;\nhttp2 on;\n"


@pytest.mark.parametrize(("version", "agreed"), [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)])
def test_tls_begins_with_1_2(visitor: Visitor, version: ssl.TLSVersion, agreed: bool) -> None:
    trust = visitor.trust
    # Of today's libraries only the lowest level of security still speaks what is to be refused.
    trust.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        trust.minimum_version = trust.maximum_version = version
    if agreed:
        with open_line(visitor.gateway.port, trust, ("http/1.1",)) as line:
            assert line.tls.version() == "TLSv1.2"
    else:
        with pytest.raises(ssl.SSLError, match="alert protocol version"):
            open_line(visitor.gateway.port, trust, ("http/1.1",))


def test_plain_http_is_led_to_tls(visitor: Visitor) -> None:
    with socket.create_connection(("127.0.0.1", visitor.gateway.port), timeout=20) as line:
        line.sendall(b"GET /tasks?q=1 HTTP/1.1\r\nHost: elsewhere.vn\r\nConnection: close\r\n\r\n")
        answer = line.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 308")
    assert f"\r\nLocation: {visitor.gateway.url}/tasks?q=1\r\n" in answer


def test_a_local_certificate_does_not_bind_the_browser(visitor: Visitor) -> None:
    assert "Strict-Transport-Security" not in visitor.get("/sign-in").headers


@pytest.mark.parametrize("host", ["localhost:8443", "elsewhere.vn", "127.0.0.1"])
def test_another_name_is_led_to_the_one_that_works(visitor: Visitor, behind: Behind, host: str) -> None:
    for path in ("/tasks/7?q=%E1%BA%A4p", "/api/tasks/tasks?q=1"):
        answer = visitor.get(path, headers={"Host": host, **TOKEN})
        assert answer.status_code == 307
        assert answer.headers["Location"] == visitor.gateway.url + path
    assert behind["tasks"].asked == behind["portal"].asked == 0


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: 6", "Transfer-Encoding: chunked"], b"0\r\n\r\nX"),
        (["Content-Length: 4", "Content-Length: 5"], b"abcde"),
        (["Content-Length: +4"], b"abcd"),
        (["Content-Length : 4"], b"abcd"),
        (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"),
        (["Transfer-Encoding:\x0bchunked"], b"0\r\n\r\n"),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b"4;\r\nabcd\nX"),
        (["Host: elsewhere.vn", "Host: 127.0.0.1"], b""),
        (["Host: "], b""),
    ],
    ids=str,
)
def test_what_two_readers_would_read_differently_is_read_by_nobody(
    visitor: Visitor, behind: Behind, headers: list[str], body: bytes
) -> None:
    answer = visitor.raw("POST /api/tasks/tasks HTTP/1.1", "Authorization: Bearer x", *headers, body=body)
    assert answer.status in (400, 307, 501), answer.head
    assert behind["tasks"].asked == 0


def test_a_body_in_chunks_is_measured_before_it_goes_on(visitor: Visitor, behind: Behind) -> None:
    answer = visitor.raw(
        "POST /api/tasks/tasks HTTP/1.1", "Authorization: Bearer x", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    said = answer.json()
    names = [name for name, _ in said["headers"]]
    assert said["length"] == 5
    assert ("transfer-encoding" in names, "content-length" in names) == (False, True)


def test_a_line_end_in_a_path_stays_one(visitor: Visitor, behind: Behind) -> None:
    path = "/tasks/a%20b%0d%0aX-Injected:%201%0d%0a%3fq=1%23x%25"
    said = visitor.raw(f"GET {path} HTTP/1.1", f"Cookie: {SESSION}").json()
    assert (said["path"], said["query"]) == ("/tasks/a b\r\nX-Injected: 1\r\n?q=1#x%", "")
    assert "x-injected" not in [name for name, _ in said["headers"]]
    for refused in (f"GET /api/tasks{path} HTTP/1.1", "GET /api/tasks/tasks/%00 HTTP/1.1"):
        assert visitor.raw(refused, "Authorization: Bearer x").status in (400, 404)
    said = visitor.raw("GET /api/tasks/tasks/a%20b%3fq=1%23%2541?q=%20 HTTP/1.1", "Authorization: Bearer x").json()
    assert (said["path"], said["query"]) == ("/tasks/a b?q=1#%41", "q=%20")


def test_lines_to_whoever_answers_are_kept(visitor: Visitor, behind: Behind) -> None:
    for _ in range(10):
        visitor.get("/api/tasks/tasks", headers=TOKEN)
    # Each worker process of nginx keeps lines of its own.
    assert behind["tasks"].asked == 10
    assert len(behind["tasks"].callers) < 10
