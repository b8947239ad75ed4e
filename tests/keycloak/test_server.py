"""The Keycloak of our own: in its folder and on the loopback alone, recovered after a kill, and never left behind."""

import os
import signal
import stat
from pathlib import Path

import httpx2
import pytest

from embedded import keycloak
from embedded.keycloak import PROCESSES, Keycloak, KeycloakFailed, start_keycloak
from embedded.processes import HOST, processes_in
from tests.processes import processes_of

LISTENING = "0A"
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}

pytestmark = pytest.mark.usefixtures("there_is_one")


def java_of(server: Keycloak) -> int:
    """The server itself: what we started is the script before it."""
    (process,) = processes_in(server.folder, PROCESSES)
    return process


def listening(server: Keycloak) -> set[str]:
    """Where the server listens, as the kernel writes addresses."""
    ours = {os.readlink(opened) for opened in Path(f"/proc/{java_of(server)}/fd").iterdir() if opened.is_symlink()}
    lines = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return {line[1].partition(":")[0] for line in lines if line[3] == LISTENING and f"socket:[{line[9]}]" in ours}


def test_it_listens_here_alone_keeps_secrets_recovers_and_leaves_nothing(tmp_path: Path) -> None:
    first = start_keycloak(tmp_path / "keycloak")
    try:
        places = listening(first)
        assert places
        assert places <= LOOPBACK
        for name in ("operator.password", "database/passwords.json"):
            assert stat.S_IMODE((first.folder / name).stat().st_mode) & 0o077 == 0, name
        secrets = {first.password, *first.cluster.passwords.values()}
        command = Path(f"/proc/{java_of(first)}/cmdline").read_text()
        assert not [secret for secret in secrets if secret in command]
        os.kill(java_of(first), signal.SIGKILL)
        # Its PostgreSQL is still there: what a killed run leaves behind.
        second = start_keycloak(first.folder)
        try:
            assert not first.cluster.running()
            assert httpx2.get(f"http://{HOST}:{second.port}/realms/master/.well-known/openid-configuration").status_code == 200
            assert second.password == first.password
        finally:
            second.stop()
        assert processes_of(first.folder) == []
        assert not second.running()
    finally:
        first.stop()


def test_what_keeps_it_from_starting_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keycloak, "HEAP", "-Xmx1m")
    with pytest.raises(KeycloakFailed, match="ended while starting"):
        start_keycloak(tmp_path / "keycloak")
    assert processes_of(tmp_path) == []
