"""How much and how often: bodies by what they are for, requests by the address they come from."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from embedded.gateway import start_gateway
from portal.middleware import MAX_FORM_BYTES, MAX_UPLOAD_BYTES
from services.tasks.files.inspection import LARGEST_FILE_BYTES
from tests.gateway.conftest import SESSION, TOKEN, Visitor, assert_problem, visitor_of
from tests.gateway.stand_in import Behind

# What nginx lets through is a little more than the applications take, so that they say it in their own words where they can.
MOST, MOST_WITH_A_FILE = 1024 * 1024, 11 * 1024 * 1024
UPLOADS = ("/api/tasks/tasks/7/files", "/tasks/7/completion")
OTHERS = ("/api/tasks/tasks/7/accept", "/api/directives/tasks/7/files", "/tasks/7/progress", "/directives")


def send(visitor: Visitor, path: str, length: int) -> httpx2.Response:
    return visitor.http.post(path, content=bytes(length), headers={"Cookie": SESSION, **TOKEN})


def test_the_applications_take_less_than_the_gateway() -> None:
    assert MAX_FORM_BYTES < MOST
    assert LARGEST_FILE_BYTES < MAX_UPLOAD_BYTES < MOST_WITH_A_FILE


@pytest.mark.parametrize(("paths", "most"), [(UPLOADS, MOST_WITH_A_FILE), (OTHERS, MOST)], ids=["with a file", "without"])
def test_a_body_may_be_so_long_and_no_longer(visitor: Visitor, behind: Behind, paths: tuple[str, ...], most: int) -> None:
    for path in paths:
        assert send(visitor, path, most).json()["length"] == most
        asked = sum(one.asked for one in behind.stand_ins.values())
        refused = send(visitor, path, most + 1)
        if path.startswith("/api/"):
            assert_problem(refused, 413, "too-large")
        else:
            assert (refused.status_code, refused.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
            assert "không quá 10 MB" in refused.text
        assert sum(one.asked for one in behind.stand_ins.values()) == asked


def test_a_body_that_does_not_say_its_length_is_measured(visitor: Visitor, behind: Behind) -> None:
    chunks = (bytes(100_000) for _ in range(11))
    assert_problem(visitor.http.post("/api/tasks/tasks/7/accept", content=chunks, headers=TOKEN), 413, "too-large")
    assert behind["tasks"].asked == 0


@pytest.mark.parametrize("path", ["/search?q=", "/api/tasks/tasks?q=", "/"])
def test_an_address_that_is_too_long_is_told_in_our_words(visitor: Visitor, behind: Behind, path: str) -> None:
    answer = visitor.raw(f"GET {path}{'x' * 9000} HTTP/1.1", "Cookie: " + SESSION)
    assert (answer.status, "Địa chỉ quá dài" in answer.said.decode()) == (414, True), answer.head
    assert sum(one.asked for one in behind.stand_ins.values()) == 0


def test_a_sign_in_form_is_short(visitor: Visitor) -> None:
    assert send(visitor, "/realms/chidao/protocol/openid-connect/token", 64 * 1024).status_code == 200
    assert send(visitor, "/realms/chidao/protocol/openid-connect/token", 64 * 1024 + 1).status_code == 413


@pytest.fixture
def patient(behind: Behind, tmp_path: Path) -> Iterator[Visitor]:
    """In front of a gateway that hardly forgets what was asked before: a rate is one for each second at least."""
    running = start_gateway(tmp_path, upstreams=behind.addresses, requests_per_second=1, sign_ins_per_second=1)
    visiting = visitor_of(running)
    with visiting.http:
        yield visiting
    running.stop()


def asked_until_refused(visitor: Visitor, method: str, path: str) -> tuple[int, httpx2.Response]:
    for times in range(1000):
        answer = visitor.http.request(method, path, headers={"Cookie": SESSION, **TOKEN})
        if answer.status_code != 200:
            return times, answer
    raise AssertionError(f"{path} was never refused")


def test_who_asks_too_often_is_told_when_to_come_again(patient: Visitor) -> None:
    times, refused = asked_until_refused(patient, "GET", "/api/tasks/tasks")
    assert_problem(refused, 429, "too-many-requests")
    assert int(refused.headers["Retry-After"]) > 0
    assert times > 200
    # Whoever waits a second, on a busy machine, has one more.
    _, page = asked_until_refused(patient, "GET", "/sign-in")
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "quá nhiều yêu cầu" in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sign-in/start"),
        ("POST", "/realms/chidao/protocol/openid-connect/auth"),
        ("POST", "/realms/chidao/login-actions/authenticate"),
    ],
)
def test_signing_in_is_tried_more_rarely(patient: Visitor, method: str, path: str) -> None:
    times, refused = asked_until_refused(patient, method, path)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert 20 < times < 100
    # Whoever is signed in works on.
    assert patient.get("/home", headers={"Cookie": SESSION}).status_code == 200
    assert patient.http.post("/realms/chidao/protocol/openid-connect/token").status_code == 200
