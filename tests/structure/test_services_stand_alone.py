"""Each service, and the portal, starts with its own extra and nothing of ours but itself and `libs`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from embedded.data_folder import hold
from embedded.postgres import Address
from embedded.processes import HOST, free_port
from embedded.wiring import Wiring
from libs.common.settings import FILE_VARIABLE, OutsideSettings
from system.applications import SERVICES
from system.databases import SCHEMAS, name_of
from tests.conftest import ServiceDatabase
from tests.structure.libraries import modules_outside, needed_by
from tests.structure.planting import Fault, expected, packages, planted, said_by_guard

LONGEST_START_SECONDS = 60
ALONE = {name_of(database): package for database, package in SCHEMAS.items()}
FAULTS = (
    Fault("embedded", "services/tasks/settings.py", "import embedded.servers", 'services/tasks/settings.py", line {line}'),
    Fault("system", "services/notify/subscriptions/__init__.py", "import system.databases", 'subscriptions/__init__.py", line {line}'),
    Fault("services.directory", "services/reporting/app.py", "import services.directory.domain", 'reporting/app.py", line {line}'),
    Fault("jinja2", "services/directives/app.py", "import jinja2", 'services/directives/app.py", line {line}'),
    Fault("filetype", "portal/app.py", "import filetype", 'portal/app.py", line {line}'),
)


def absent_for(name: str) -> list[str]:
    """What is not there where only `libs` and this service are installed, with its own extra."""
    of_others = {package for package in ALONE.values() if package != ALONE[name]}
    rooms = {"bench", "tests", *packages()} - {"libs", ALONE[name].split(".")[0]}
    return sorted(of_others | rooms | modules_outside(needed_by([name])))


@contextmanager
def alone(name: str, settings: OutsideSettings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    file = folder / "settings"
    file.write_text(settings.to_lines())
    kept = {variable: value for variable, value in os.environ.items() if not variable.startswith("CHIDAO_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.structure.guards.alone", ALONE[name], *absent_for(name)],
            env=kept | {FILE_VARIABLE: str(file)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(LONGEST_START_SECONDS)


@pytest.mark.parametrize("name", ALONE)
def test_it_starts_alone(cluster: Address, database: Callable[[str], ServiceDatabase], tmp_path: Path, name: str) -> None:
    port = free_port()
    # Nobody else is there: neither the others, nor the bus, nor the sign-in service.
    nowhere = f"http://{HOST}:{free_port()}"
    with hold(tmp_path / "data") as folder:
        wiring = Wiring(folder, cluster, nowhere, dict.fromkeys(SERVICES, nowhere), timedelta(), sign_in_url=nowhere, bus_url_of=no_broker)
        own = {"port": port, "database_url": database(name).app_url}
        settings = wiring.portal_settings(**own) if name == "portal" else wiring.service_settings(name, **own)
        with alone(name, settings, tmp_path) as process:
            assert is_alive(process, f"http://{HOST}:{port}/health/live"), (tmp_path / "log").read_text()


def no_broker(name: str) -> str:
    return f"amqp://{name}:-@{HOST}:{free_port()}/chidao"


def is_alive(process: subprocess.Popen[bytes], address: str) -> bool:
    ends = time.monotonic() + LONGEST_START_SECONDS
    while process.poll() is None and time.monotonic() < ends:
        try:
            return httpx2.get(address, trust_env=False, timeout=5).is_success
        except httpx2.TransportError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_does_not_belong_to_it_is_refused_by_name(tree: Path, fault: Fault) -> None:
    name = fault.file.removeprefix("services/").split("/")[0]
    with planted(tree, fault):
        code, said = said_by_guard(tree, "alone", ALONE[name], *absent_for(name))
        wanted = expected(tree, fault)
    assert code == 1
    assert wanted in said
    assert f"ModuleNotFoundError: {fault.breaks}" in said
