"""nginx as a child of ours: it says in one sentence what is wrong, leaves nobody behind, and needs no rights but its folder's."""

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from embedded.certificates import CERTIFICATE_LASTS, RENEWED_BEFORE_END, LocalCertificate
from embedded.gateway import CONFIGURATION, Gateway, GatewayFailed, start_gateway
from embedded.ordinary_user import as_system_user
from embedded.processes import processes_in
from embedded.servers import listen
from tests.gateway.conftest import SESSION, visitor_of
from tests.gateway.stand_in import Behind
from tests.processes import alive, processes_of


@pytest.fixture
def gateway(behind: Behind, tmp_path: Path) -> Iterator[Gateway]:
    running = start_gateway(tmp_path / "gateway", upstreams=behind.addresses)
    yield running
    running.stop()


def asks(gateway: Gateway) -> int:
    with visitor_of(gateway).http as http:
        return http.get("/sign-in").status_code


def test_stopped_it_leaves_no_process(gateway: Gateway, behind: Behind) -> None:
    with visitor_of(gateway).http as http, http.stream("GET", "/live", headers={"Cookie": SESSION}) as answer:
        assert next(answer.iter_raw()) == b"data: first\n\n"
        workers = processes_of(gateway.folder)
        assert len(workers) > 1
        gateway.stop()
        behind["portal"].go_on.set()
    assert not any(alive(worker) for worker in workers)
    assert processes_of(gateway.folder) == []
    gateway.stop()


def test_what_a_killed_one_left_behind_is_ended(gateway: Gateway, behind: Behind) -> None:
    gateway.process.send_signal(signal.SIGKILL)
    gateway.process.wait()
    assert list(processes_in(gateway.folder, {"nginx"}))
    anew = start_gateway(gateway.folder, port=gateway.port, upstreams=behind.addresses)
    try:
        assert asks(anew) == 200
    finally:
        anew.stop()
    assert processes_of(gateway.folder) == []


def test_its_files_are_all_its_own(gateway: Gateway) -> None:
    with visitor_of(gateway).http as http:
        # Longer than what nginx keeps in memory.
        assert http.post("/tasks/7/completion", content=bytes(1_000_000), headers={"Cookie": SESSION}).json()["length"] == 1_000_000
    opened = {
        link.readlink()
        for process in processes_in(gateway.folder, {"nginx"})
        for link in Path(f"/proc/{process}/fd").iterdir()
        if link.readlink().is_absolute() and link.readlink().is_file()
    }
    assert opened
    assert all(file.is_relative_to(gateway.folder) for file in opened), opened
    assert {file.name for file in gateway.folder.iterdir()} >= {"nginx.pid", "access.log", "nginx.log"}
    # It makes all of these when it starts, wherever it was told to.
    assert {file.name for file in (gateway.folder / "temporary").iterdir()} == {"body", "proxy", "fastcgi", "uwsgi", "scgi"}


def test_keys_are_for_nobody_else(gateway: Gateway) -> None:
    for file in gateway.folder.glob("*.key"):
        assert file.stat().st_mode & 0o777 == 0o600
    assert gateway.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_where_root_has_no_namespaces_it_runs_as_a_user_of_its_own(behind: Behind, tmp_path: Path) -> None:
    way = as_system_user()
    running = start_gateway(tmp_path / "gateway", upstreams=behind.addresses, way=way)
    try:
        assert {Path(f"/proc/{one}").stat().st_uid for one in processes_in(running.folder, {"nginx"})} == {way.user}
        assert asks(running) == 200
        with visitor_of(running).http as http:
            sent = http.post("/tasks/7/completion", content=bytes(1_000_000), headers={"Cookie": SESSION})
            assert sent.json()["length"] == 1_000_000
    finally:
        running.stop()
    assert processes_of(running.folder) == []
    # What it wrote is ours again when there is another way.
    anew = start_gateway(running.folder, upstreams=behind.addresses)
    anew.stop()


def test_a_wrong_configuration_is_one_sentence(behind: Behind, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    shutil.copytree(CONFIGURATION, wrong)
    (wrong / "portal.conf").write_text("proxy_pas http://portal;\n")
    with pytest.raises(GatewayFailed) as failed:
        start_gateway(tmp_path / "gateway", upstreams=behind.addresses, configuration=wrong)
    said = str(failed.value)
    assert said.startswith('nginx refuses its configuration: unknown directive "proxy_pas" in ')
    assert said.endswith("portal.conf:1")
    assert "\n" not in said
    assert processes_of(tmp_path / "gateway") == []


def test_a_port_in_use_is_said(behind: Behind, tmp_path: Path) -> None:
    with listen() as taken, pytest.raises(GatewayFailed, match="Address already in use"):
        start_gateway(tmp_path, port=taken.getsockname()[1], upstreams=behind.addresses)
    assert processes_of(tmp_path) == []


def test_a_certificate_is_renewed_before_it_ends_and_stays_trusted(tmp_path: Path) -> None:
    local = LocalCertificate(tmp_path)
    now = datetime.now(UTC)
    local.renew(now)
    first, authority = local.certificate.read_bytes(), local.authority.read_bytes()
    local.renew(now + CERTIFICATE_LASTS - RENEWED_BEFORE_END - timedelta(days=1))
    assert local.certificate.read_bytes() == first
    late = now + CERTIFICATE_LASTS - RENEWED_BEFORE_END + timedelta(days=1)
    local.renew(late)
    renewed = x509.load_pem_x509_certificate(local.certificate.read_bytes())
    assert renewed.not_valid_after_utc > late + RENEWED_BEFORE_END
    assert local.authority.read_bytes() == authority
    renewed.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))


def test_a_key_that_is_not_the_certificates_is_made_anew(tmp_path: Path) -> None:
    local = LocalCertificate(tmp_path)
    local.renew()
    other = LocalCertificate(tmp_path / "other")
    (tmp_path / "other").mkdir()
    other.renew()
    shutil.copyfile(other.key, local.key)
    before = local.certificate.read_bytes()
    local.renew()
    assert local.certificate.read_bytes() != before


def test_the_authority_vouches_for_this_machine_only(tmp_path: Path) -> None:
    local = LocalCertificate(tmp_path)
    local.renew()
    authority = x509.load_pem_x509_certificate(local.authority.read_bytes())
    constraint = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraint.critical
    assert [str(one.value) for one in constraint.value.permitted_subtrees or []] == ["localhost", "127.0.0.0/8"]
