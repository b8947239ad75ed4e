"""Every wall of .importlinter stands: a fault planted in a copy of the tree is found, and the message names the line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ".importlinter"
CONTRACT = "importlinter:contract:"


@dataclass(frozen=True)
class Fault:
    """`statement` added at the end of `file`, which may be a new one; `named` must stand in the message."""

    wall: str
    file: str
    statement: str
    named: str


FAULTS = (
    Fault(
        "services-are-independent", "services/tasks/settings.py", "import services.notify.settings", "services.notify.settings (l.{line})"
    ),
    Fault("nobody-reaches-up", "services/tasks/settings.py", "import embedded.refusals", "embedded.refusals (l.{line})"),
    Fault("nobody-reaches-up", "libs/common/clock.py", "import portal.axis", "portal.axis (l.{line})"),
    Fault("libs-know-no-service", "libs/common/clock.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"),
    Fault("portal-knows-no-service", "portal/axis.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"),
    Fault("portal-knows-no-service", "portal/axis.py", "from libs.contracts import buckets", "libs.contracts.buckets (l.{line})"),
    Fault("contracts-stand-alone", "libs/contracts/rates.py", "import libs.common.clock", "libs.common.clock (l.{line})"),
    Fault("libs-in-order", "libs/common/clock.py", "import libs.directory_replica.replica", "libs.directory_replica.replica (l.{line})"),
    Fault("libs-in-order", "libs/helpers.py", "", "libs.helpers"),
    Fault("common-in-order", "libs/common/clock.py", "import libs.common.db", "libs.common.db (l.{line})"),
    Fault("common-in-order", "libs/common/messaging/feed.py", "import libs.common.web.app", "libs.common.web.app (l.{line})"),
    Fault("common-in-order", "libs/common/utils.py", "", "libs.common.utils"),
    Fault("common-knows-one-contract", "libs/common/clock.py", "import libs.contracts.tasks", "libs.contracts.tasks (l.{line})"),
    Fault("domain-knows-no-framework", "services/tasks/domain/report.py", "import pydantic", "pydantic (l.{line})"),
    Fault("domain-knows-no-framework", "services/directory/domain/agency.py", "import libs.common.db", "libs.common.db (l.{line})"),
    Fault(
        "domain-is-the-innermost", "services/tasks/domain/report.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"
    ),
    Fault("acts-do-not-know-the-web", "services/tasks/queries/tasks.py", "import fastapi", "fastapi (l.{line})"),
    Fault("acts-do-not-know-the-web", "services/tasks/use_cases/accept_task.py", "import services.tasks.api.schemas", "schemas (l.{line})"),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in packages():
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / CONFIGURATION, copy)
    return copy


def configuration() -> ConfigParser:
    read = ConfigParser()
    read.read_string((ROOT / CONFIGURATION).read_text("utf-8"))
    return read


def packages() -> list[str]:
    return configuration()["importlinter"]["root_packages"].split()


def walls() -> dict[str, str]:
    """Id → name of each contract."""
    read = configuration()
    return {section.removeprefix(CONTRACT): read[section]["name"] for section in read.sections() if section.startswith(CONTRACT)}


def look(tree: Path) -> tuple[int, str]:
    program = str(Path(sys.executable).parent / "lint-imports")
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def planted(tree: Path, fault: Fault) -> Iterator[int]:
    """The line on which the fault stands."""
    file = tree / fault.file
    before = file.read_text("utf-8") if file.exists() else None
    file.write_text(f"{before or ''}{fault.statement}\n", "utf-8")
    yield len((before or "").splitlines()) + 1
    if before is None:
        file.unlink()
    else:
        file.write_text(before, "utf-8")


def test_the_copy_stands(tree: Path) -> None:
    code, said = look(tree)
    assert code == 0, said


def test_every_wall_is_tried() -> None:
    assert walls()
    assert set(walls()) == {fault.wall for fault in FAULTS}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.wall}: {fault.file}")
def test_a_planted_fault_is_found_and_named(tree: Path, fault: Fault, planted: int) -> None:
    code, said = look(tree)
    assert code == 1, said
    assert f"{walls()[fault.wall]} BROKEN" in said
    assert fault.named.format(line=planted) in said, said
