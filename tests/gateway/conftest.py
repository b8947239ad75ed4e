"""A real nginx in front of stand-ins; one for each worker, as new for each test."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from embedded.gateway import Gateway, find_or_get_nginx, start_gateway
from tests.gateway.lines import Line, open_line
from tests.gateway.stand_in import Behind, running_stand_ins

SESSION = "__Host-chidao-8443=opaque"
TOKEN = {"Authorization": "Bearer whatever"}


@pytest.fixture(scope="session", autouse=True)
def nginx() -> None:
    missing = find_or_get_nginx()
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session")
def all_behind() -> Iterator[Behind]:
    with running_stand_ins() as running:
        yield running


@pytest.fixture(scope="session")
def running_gateway(nginx: None, all_behind: Behind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    # Every test asks from one address; what is counted by address has a gateway of its own (test_limits.py).
    running = start_gateway(
        tmp_path_factory.mktemp("gateway"), upstreams=all_behind.addresses, requests_per_second=10_000, sign_ins_per_second=1000
    )
    yield running
    running.stop()


@dataclass
class Visitor:
    """Somebody with a browser or a program. `line()` lets him speak by hand, as no client would."""

    gateway: Gateway
    http: httpx2.Client

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.gateway.authority)

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.http.get(path, **more)

    def line(self, *, protocols: tuple[str, ...] = ("http/1.1",)) -> Line:
        return open_line(self.gateway.port, self.trust, protocols)

    def raw(self, request: str, *headers: str, body: bytes = b"") -> "RawAnswer":
        """One request as it stands; the Host is right unless the test names one."""
        host = [] if any(header.lower().startswith("host:") for header in headers) else [f"Host: 127.0.0.1:{self.gateway.port}"]
        head = "\r\n".join([request, *host, *headers, "Connection: close", "", ""])
        with self.line() as line:
            return RawAnswer(line.say(head.encode("latin-1") + body))


@dataclass
class RawAnswer:
    said: bytes

    @property
    def head(self) -> str:
        return self.said.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    def json(self) -> Any:
        return json.loads(self.said.partition(b"\r\n\r\n")[2])


def visitor_of(gateway: Gateway) -> Visitor:
    trust = ssl.create_default_context(cafile=gateway.authority)
    return Visitor(gateway, httpx2.Client(base_url=gateway.url, verify=trust, trust_env=False, timeout=20))


@pytest.fixture
def behind(all_behind: Behind) -> Behind:
    all_behind.as_new()
    return all_behind


@pytest.fixture
def visitor(running_gateway: Gateway, behind: Behind) -> Iterator[Visitor]:
    visiting = visitor_of(running_gateway)
    with visiting.http:
        yield visiting


def assert_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (status, code, f"urn:chidao:problem:{code}")
    assert said["title"].endswith(".")


def logs_of(folder: Path) -> str:
    return "".join(file.read_text() for file in folder.glob("*.log"))
