"""The whole system as one process: it starts, answers, refuses in one sentence, stops and recovers."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from embedded.__main__ import INTERRUPTED
from embedded.data_folder import hold
from embedded.postgres import Address, run_sql, running_in
from embedded.processes import free_port
from system.refusals import CannotRun
from tests.embedded.runs import Run, refusal, running, start, until_running
from tests.embedded.visitor import Visitor
from tests.processes import processes_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(tmp_path_factory.mktemp("run") / "data") as started:
        yield started


def test_it_says_where_it_is_and_who_can_sign_in(run: Run) -> None:
    assert "DEMO" in run.said
    assert run.url in run.said
    assert "Chủ tịch UBND tỉnh" in run.said
    assert "Văn thư" in run.said or "Chánh Văn phòng" in run.said


def test_one_port_serves_portal_sign_in_and_every_service(run: Run) -> None:
    assert "DEMO" in httpx2.get(f"{run.url}/sign-in").text
    discovery = httpx2.get(f"{run.url}/realms/chidao/.well-known/openid-configuration").json()
    assert discovery["issuer"] == f"{run.url}/realms/chidao"
    for service in ("directory", "directives", "tasks", "notify", "reporting"):
        answer = httpx2.get(f"{run.url}/api/{service}/health/ready", headers={"X-Request-Id": "asked-by-test"})
        assert answer.status_code == 200, service
        assert answer.headers["X-Request-Id"] == "asked-by-test"


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks/internal/events",
        "/api/tasks/%69nternal/events",
        "/api/tasks//internal/events",
        "/api/tasks/./internal/events",
        "/api/tasks/tasks/../internal/events",
        "/api/%74asks/internal/stream",
        "/api/nobody/health/live",
        "/api/tasks",
        "/api/",
    ],
)
def test_what_services_tell_each_other_never_passes_the_front_door(run: Run, path: str) -> None:
    # Spoken by hand: a client would tidy the path up before it sends it.
    address = urlsplit(run.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = line.makefile("rb").read().decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 404")
    assert "application/problem+json" in head
    assert json.loads(body)["code"] == "not-found"


def test_another_name_of_this_machine_is_led_to_the_one_that_works(run: Run) -> None:
    answer = httpx2.get(f"{run.url}/tasks?q=Ấp", headers={"Host": "localhost:1"})
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{run.url}/tasks?q=%E1%BA%A4p"


def test_somebody_signs_in_and_out(run: Run) -> None:
    with Visitor(run.url) as visitor:
        page = visitor.sign_in("chuyen vien theo doi nhiem vu")
        assert page.status_code == 200
        assert visitor.get("/").url.path != "/sign-in"


def test_a_second_run_in_the_same_folder_is_refused(run: Run) -> None:
    code, said = refusal(run.data)
    assert code == 1
    assert f"process {run.process.pid}" in said
    assert said.count("\n") == 1
    assert httpx2.get(f"{run.url}/sign-in").status_code == 200


def test_a_port_in_use_is_said_at_once(run: Run, tmp_path: Path) -> None:
    port = str(urlsplit(run.url).port)
    code, said = refusal(tmp_path / "other", "--port", port)
    assert code == 1
    assert f"port {port} is in use" in said
    assert not (tmp_path / "other" / "postgres").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    code, said = refusal(tmp_path, "--fresh")
    assert code == 1
    assert "không phải là dữ liệu của Chidao" in said
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_fault_that_nobody_understands_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    code, said = refusal(tmp_path / "data", environment={"CHIDAO_FAULT": "tasks:after-lunch:1"})
    assert code == 1
    assert "CHIDAO_FAULT: 'tasks:after-lunch:1' is not service:point:number" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    said = as_ordinary_user(lambda: hold(tmp_path / "data").__enter__())
    assert "Không ghi được vào thư mục dữ liệu" in said
    assert said.count("\n") == 0


def as_ordinary_user(act: object) -> str:
    """What CannotRun says in a child that is not root: root may write everywhere."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing was refused"
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            act()  # type: ignore[operator]
        except CannotRun as refused:
            said = str(refused)
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as opened:
        return opened.read()


@pytest.fixture(scope="module")
def kept(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the tests that start and stop: one after the other on the same data."""
    return tmp_path_factory.mktemp("kept") / "data"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_when_told_and_leaves_no_process(kept: Path, sent: signal.Signals) -> None:
    with running(kept) as run, Visitor(run.url) as visitor:
        visitor.sign_in("chanh van phong ubnd tinh")
        # A page that is open and listens must not hold the end up.
        with visitor.listen():
            assert run.stop(sent) == 0
    assert processes_of(kept) == []
    assert not [line for line in run.log() if line.get("level") == "error"]


def test_it_starts_again_after_a_kill_that_left_postgresql_behind(kept: Path) -> None:
    run = until_running(start(kept), kept)
    run.process.kill()
    run.process.wait()
    assert processes_of(kept) != []
    with running(kept) as again:
        assert httpx2.get(f"{again.url}/sign-in").status_code == 200
        # The same people, not loaded twice.
        assert re.findall("và [0-9]+ người", again.said) == re.findall("và [0-9]+ người", run.said)
    assert processes_of(kept) == []


def test_a_kill_in_the_middle_of_the_first_start_leaves_nothing_half_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = start(data)
    while not (data / "postgres" / "PG_VERSION").exists():
        assert process.poll() is None
    process.kill()
    process.communicate()
    with running(data) as run:
        assert "Chủ tịch UBND tỉnh" in run.said


def test_without_postgresql_it_ends_and_says_so(kept: Path) -> None:
    with running(kept) as run:
        server = int((kept / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(server, signal.SIGKILL)
        assert run.process.wait(60) == 1
        assert run.process.stderr is not None
        assert "PostgreSQL has ended unexpectedly" in run.process.stderr.read()


def test_the_first_page_comes_when_there_is_somebody_to_sign_in_as(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    process = start(data, "--port", str(port))
    try:
        while not answers(f"http://127.0.0.1:{port}/sign-in"):
            assert process.poll() is None
        address = running_in(data.resolve())
        assert address is not None
        assert asyncio.run(counted(address, "chidao_directory", "person")) > 0
        assert asyncio.run(counted(address, "chidao_tasks", "agency_replica")) > 0
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def answers(address: str) -> bool:
    try:
        return httpx2.get(address, trust_env=False, timeout=60).is_success
    except httpx2.TransportError:
        return False


async def counted(address: Address, database: str, table: str) -> int:
    line = await asyncpg.connect(address.dsn(database, driver="postgresql"))
    try:
        found: int = await line.fetchval(f"SELECT count(*) FROM {table}")
        return found
    finally:
        await line.close()


def test_whoever_thinks_better_of_it_in_the_first_seconds_reads_no_traceback(tmp_path: Path) -> None:
    # Python tells of each module when it is loaded: this one comes when half of all is.
    process = start(tmp_path / "data", environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert process.stderr is not None
    said = ""
    while "fastapi.routing" not in said:
        said += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    # `communicate` would begin behind what has been read ahead, in the middle of a line.
    assert process.stdout is not None
    rest, out = process.stderr.read(), process.stdout.read()
    assert process.wait() == INTERRUPTED
    assert [line for line in rest.splitlines() if not line.startswith("import time:")] == []
    assert out == ""
    assert not (tmp_path / "data").exists()


def test_what_somebody_else_has_put_into_the_database_stops_nobody(kept: Path) -> None:
    with running(kept):
        address = running_in(kept.resolve())
        assert address is not None
        run_sql(address, "chidao_tasks", "CREATE TABLE of_somebody_else (id int); CREATE SEQUENCE also_of_somebody_else;")
    with running(kept) as again:
        assert httpx2.get(f"{again.url}/api/tasks/health/ready").status_code == 200


def test_the_clock_is_turned_and_never_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--at", "2026-02-12") as run:
        assert "12/02/2026" in run.said
        (first_key,) = httpx2.get(f"{run.url}/realms/chidao/protocol/openid-connect/certs").json()["keys"]
    code, said = refusal(data, "--at", "2026-02-11")
    assert code == 1
    assert "--fresh" in said
    with running(data, "--at", "2026-02-11", "--fresh") as run:
        assert "11/02/2026" in run.said
        (second_key,) = httpx2.get(f"{run.url}/realms/chidao/protocol/openid-connect/certs").json()["keys"]
    assert first_key["x"] != second_key["x"]


def test_a_wrong_option_is_answered_with_the_right_ones(tmp_path: Path) -> None:
    code, said = refusal(tmp_path / "data", "--at", "12/02/2026")
    assert code == 2
    assert "YYYY-MM-DD" in said


def test_secrets_are_for_our_eyes_only(run: Run) -> None:
    for secret in (*(run.data / "keys").iterdir(), run.data / "passwords.json"):
        assert secret.stat().st_mode & 0o077 == 0, secret
    assert run.data.stat().st_mode & 0o077 == 0


def test_a_run_that_asks_for_passwords(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--passwords") as run:
        told = re.search(r"(chuyen-vien\S+)  (\S{19})$", run.said, re.MULTILINE)
        assert told is not None, run.said
        with Visitor(run.url) as visitor:
            page = visitor.prove(told[1], "wrong")
            assert (page.status_code, "không đúng" in page.text) == (401, True)
            page = visitor.prove(told[1], told[2])
            assert (page.status_code, page.url.path) == (200, "/workbench")
        hashes = json.loads((data / "people.hashes").read_text())
        assert len(hashes) > 100
        assert told[2] not in (data / "chidao.log").read_text("utf-8")
    with hold(data) as folder:
        folder.empty()
    assert not list(data.glob("people.*"))
