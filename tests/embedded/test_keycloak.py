"""A Keycloak beside the rest: what is said where it cannot be had, and one sign-in where it can. The whole is in tests/keycloak."""

import asyncio
import hashlib
import os
import ssl
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chidao.main import app
from embedded import keycloak
from embedded.keycloak import OPERATOR, KeycloakFailed, find_or_get_keycloak, start_keycloak
from libs.keycloak.administration import administration
from portal.messages import Catalogue
from tests.embedded.runs import Run, running
from tests.embedded.visitor import Visitor
from tests.processes import processes_of

LONGEST_WAY_SECONDS = 20.0


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CHIDAO_CACHE", str(tmp_path))
    # Java itself is not what these are about.
    monkeypatch.setattr(keycloak, "_fetch_java", lambda _: None)
    yield tmp_path
    assert not list(tmp_path.rglob(keycloak.COMPLETE)), "what is not whole is not taken for it"


def test_without_maven_it_is_said_how_to_get_it(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(empty_cache))
    assert "apt-get install maven" in (find_or_get_keycloak() or "")
    with pytest.raises(KeycloakFailed, match="apt-get install maven"):
        start_keycloak(empty_cache / "keycloak" / "folder")
    assert not (empty_cache / "keycloak" / "folder").exists()


def maven_that_brings(folder: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "mvn").write_text(f"#!/bin/sh\n{program}\n")
    (folder / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_maven_that_fails_is_quoted(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maven_that_brings(empty_cache, "echo 'Unknown host' >&2; exit 1", monkeypatch)
    assert find_or_get_keycloak() == "Keycloak cannot be fetched: Unknown host"


def test_another_server_than_the_one_that_is_meant_is_not_unpacked(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = empty_cache / "theirs"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(f"keycloak-{keycloak.VERSION}/bin/kc.sh", "touch built")
    maven_that_brings(empty_cache, f'cp "{archive}" keycloak.zip', monkeypatch)
    assert "is something else" in (find_or_get_keycloak() or "")
    assert not list(empty_cache.rglob("kc.sh"))


def test_one_that_cannot_be_built_is_begun_anew(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = empty_cache / "theirs"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(f"keycloak-{keycloak.VERSION}/bin/kc.sh", "echo 'no room'; exit 1")
    monkeypatch.setattr(keycloak, "SHA256", hashlib.sha256(archive.read_bytes()).hexdigest())
    maven_that_brings(empty_cache, f'cp "{archive}" keycloak.zip', monkeypatch)
    assert find_or_get_keycloak() == "Keycloak cannot be built: no room"
    assert find_or_get_keycloak() == "Keycloak cannot be built: no room"


def differs(run: Run, keycloak_url: str) -> tuple[int, str]:
    """What `chidao realm diff` says of it."""
    secret, keys = run.data / "keycloak" / "operator.password", run.data / "keys"
    asked = ["--url", keycloak_url, "--password-file", str(secret), "--portal-url", run.url, "--keys", str(keys)]
    done = CliRunner().invoke(app, ["realm", "diff", *asked])
    return done.exit_code, done.output


def ends_elsewhere(run: Run, desk: Visitor, username: str, password: str, trust: ssl.SSLContext | None = None) -> None:
    """From another browser, and by an operator of Keycloak: sessions end there and here."""
    with Visitor(run.url, trust) as phone:
        phone.prove_to_keycloak(username, password)
        page = desk.send(desk.get("/sessions"), "/sessions/end-others", {})
        assert Catalogue("vi")("sessions.ended") in page.text
        page = phone.get("/sign-in/start")
        assert page.url.host == "localhost", "it asks for the password again"
        assert desk.get("/").url.path != "/sign-in", "what Keycloak tells of it ends nothing else"
        phone.prove_to_keycloak(username, password)
        asyncio.run(sign_out(run, f"http://{page.url.netloc.decode()}", username))
        ends = time.monotonic() + LONGEST_WAY_SECONDS
        while [one.get("/").url.path for one in (desk, phone)] != ["/sign-in", "/sign-in"]:
            assert time.monotonic() < ends, "nobody told the portal"
            time.sleep(0.2)


async def sign_out(run: Run, keycloak_url: str, username: str) -> None:
    password = (run.data / "keycloak" / "operator.password").read_text()
    async with administration(keycloak_url, operator=OPERATOR, password=password, realm="chidao") as server:
        (person,) = await server.get("users", username=username, exact="true")
        await server.post(f"users/{person['id']}/logout", {})


def people_differ(run: Run, keycloak_url: str) -> tuple[int, str]:
    """What `chidao people diff` says of it."""
    asked = ["--url", keycloak_url, "--password-file", str(run.data / "keycloak" / "operator.password"), "--data", str(run.data)]
    done = CliRunner().invoke(app, ["people", "diff", *asked])
    return done.exit_code, done.stdout


def test_somebody_signs_in_at_it_and_out(tmp_path: Path) -> None:
    """`./run --keycloak`, through the portal, as a browser would."""
    missing = find_or_get_keycloak(print)
    if missing:
        pytest.skip(missing)
    with running(tmp_path / "data", "--keycloak") as run:
        password = (run.data / "keycloak" / "people.password").read_text()
        assert password in run.said
        username = next(line.split()[0] for line in run.said.splitlines() if "Chuyên viên theo dõi nhiệm vụ" in line)
        with Visitor(run.url) as visitor:
            page = visitor.prove_to_keycloak(username, "Sai-mat-khau-roi-1")
            assert page.url.host == "localhost", "at Keycloak still"
            assert differs(run, f"http://{page.url.netloc.decode()}") == (0, "Đúng cấu hình (as it should be).\n")
            assert people_differ(run, f"http://{page.url.netloc.decode()}") == (0, "Đúng danh bạ (as the directory says).\n")
            page = visitor.prove_to_keycloak(username, password)
            assert (page.status_code, f"{page.url.scheme}://{page.url.netloc.decode()}") == (200, run.url), page.text
            assert visitor.get("/").url.path != "/sign-in"
            ends_elsewhere(run, visitor, username, password)
            page = visitor.prove_to_keycloak(username, password)
            page = visitor.send(page, "/sign-out", {})
            assert (page.status_code, page.url.path) == (200, "/sign-in")
            assert visitor.get("/").url.path == "/sign-in"
    assert processes_of(tmp_path) == []
