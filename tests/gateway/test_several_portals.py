"""Several processes of the portal: each person is at one of them, whatever else his browser sends, and at another while that is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.gateway import start_gateway
from embedded.processes import free_port
from tests.gateway.conftest import Visitor, visitor_of
from tests.gateway.stand_in import Behind, running_stand_ins

PEOPLE = 40
PORTALS = ("portal", "portal-2")


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    with running_stand_ins((*PORTALS, "sign-in")) as running:
        yield running


def visiting(folder: Path, behind: Behind, second: str) -> Iterator[Visitor]:
    upstreams = {name: behind.addresses[name] for name in ("portal", "sign-in")}
    running = start_gateway(folder, upstreams=upstreams, more_portals=[second], requests_per_second=10_000)
    found = visitor_of(running)
    with found.http:
        yield found
    running.stop()


@pytest.fixture
def visitor(tmp_path: Path, behind: Behind) -> Iterator[Visitor]:
    yield from visiting(tmp_path, behind, behind.addresses["portal-2"])


@pytest.fixture
def with_one_away(tmp_path: Path, behind: Behind) -> Iterator[Visitor]:
    yield from visiting(tmp_path, behind, f"127.0.0.1:{free_port()}")


def cookie_of(person: int) -> str:
    return f"__Host-chidao-8443={person:043}"


def portal_of(visitor: Visitor, cookie: str, path: str = "/home", method: str = "GET") -> str:
    answer = visitor.http.request(method, path, headers={"Cookie": cookie})
    assert answer.status_code == 200
    name: str = answer.json()["name"]
    return name


def test_each_person_is_at_one_of_them(visitor: Visitor) -> None:
    at = {person: portal_of(visitor, cookie_of(person)) for person in range(PEOPLE)}
    assert set(at.values()) == set(PORTALS), "both have work"
    for person, portal in at.items():
        cookie = cookie_of(person)
        for path, method in (
            ("/tasks/1", "GET"),
            ("/tasks/1/accept", "POST"),
            ("/tasks/1/completion", "POST"),
            ("/workbench?view=all", "GET"),
        ):
            assert portal_of(visitor, cookie, path, method) == portal
        # What he chooses for his eyes is another cookie, before that of the session or after it.
        assert portal_of(visitor, f"chidao-theme=dark; {cookie}; chidao-density=tight") == portal


def test_while_one_is_away_the_other_has_all_people(with_one_away: Visitor) -> None:
    for person in range(PEOPLE):
        for method in ("GET", "POST"):
            assert portal_of(with_one_away, cookie_of(person), method=method) == "portal"
