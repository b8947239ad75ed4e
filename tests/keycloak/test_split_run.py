"""`./run --split --keycloak`: many processes, and people sign in at a real Keycloak that is kept up like every other piece."""

import os
import signal
import ssl
import time
from pathlib import Path

from embedded.certificates import LocalCertificate
from embedded.data_folder import DataFolder
from tests.embedded.runs import Run, running
from tests.embedded.test_keycloak import ends_elsewhere
from tests.embedded.visitor import Visitor
from tests.processes import processes_of

LONGEST_COMING_BACK = 120.0


def trust_of(run: Run) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=LocalCertificate(DataFolder(run.data).gateway).authority)


def pid_of(run: Run, name: str) -> int:
    (line,) = (line for line in run.said.splitlines() if line.strip().startswith(f"{name} "))
    return int(line.split()[1])


def test_people_sign_in_beside_many_processes_and_it_comes_back_after_a_kill(there_is_one: None, tmp_path: Path) -> None:
    with running(tmp_path / "data", "--split", "--keycloak") as run:
        password = (run.data / "keycloak" / "people.password").read_text()
        assert password in run.said
        username = next(line.split()[0] for line in run.said.splitlines() if "Chuyên viên theo dõi nhiệm vụ" in line)
        trust = trust_of(run)
        with Visitor(run.url, trust) as visitor:
            assert visitor.get("/realms/chidao/account").status_code == 404, "it has an address of its own"
            page = visitor.prove_to_keycloak(username, password)
            assert (page.status_code, str(page.url).startswith(run.url)) == (200, True), page.text
            # What Keycloak tells of sign-outs it tells the gateway, whose certificate it trusts.
            ends_elsewhere(run, visitor, username, password, trust)
            visitor.prove_to_keycloak(username, password)
            os.kill(pid_of(run, "keycloak"), signal.SIGKILL)
            assert visitor.get("/").url.path != "/sign-in", "who is signed in works on"
            ends = time.monotonic() + LONGEST_COMING_BACK
            with Visitor(run.url, trust) as other:
                while not signed_in(other, username, password):
                    assert time.monotonic() < ends, "it did not come back"
                    time.sleep(1)
    assert processes_of(tmp_path) == []


def signed_in(visitor: Visitor, username: str, password: str) -> bool:
    """False as long as there is nobody to sign in at."""
    if not (visitor.get("/sign-in/start").url.path).startswith("/realms/"):
        return False
    return visitor.prove_to_keycloak(username, password).url.path != "/sign-in"
