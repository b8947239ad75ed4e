"""Every wall of .importlinter stands: a fault planted in a copy of the tree is found, and the message names the line."""

import tomllib
from pathlib import Path

import pytest

from tests.structure.planting import ROOT, Fault, expected, packages, planted, said_by, walls

CONTRACT = "importlinter:contract:"

FAULTS = (
    Fault(
        "services-are-independent", "services/tasks/settings.py", "import services.notify.settings", "services.notify.settings (l.{line})"
    ),
    Fault("rooms-in-order", "services/tasks/settings.py", "import embedded.servers", "embedded.servers (l.{line})"),
    Fault("rooms-in-order", "libs/common/clock.py", "import portal.axis", "portal.axis (l.{line})"),
    Fault("rooms-in-order", "libs/common/clock.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"),
    Fault("rooms-in-order", "portal/axis.py", "import system.databases", "system.databases (l.{line})"),
    Fault("rooms-in-order", "system/databases.py", "import embedded.postgres", "embedded.postgres (l.{line})"),
    Fault("rooms-in-order", "system/databases.py", "import realm.rules", "realm.rules (l.{line})"),
    Fault("rooms-in-order", "realm/rules.py", "import embedded.servers", "embedded.servers (l.{line})"),
    Fault("rooms-in-order", "embedded/servers.py", "import faults.bodies", "faults.bodies (l.{line})"),
    Fault("rooms-in-order", "faults/bodies.py", "import chidao.reach", "chidao.reach (l.{line})"),
    Fault("portal-knows-no-service", "portal/axis.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"),
    Fault("portal-knows-no-service", "portal/axis.py", "from libs.contracts import buckets", "libs.contracts.buckets (l.{line})"),
    Fault("contracts-stand-alone", "libs/contracts/rates.py", "import libs.common.clock", "libs.common.clock (l.{line})"),
    Fault("libs-in-order", "libs/common/clock.py", "import libs.directory_replica.replica", "libs.directory_replica.replica (l.{line})"),
    Fault("libs-in-order", "libs/helpers.py", "", "libs.helpers"),
    Fault("common-in-order", "libs/common/clock.py", "import libs.common.db", "libs.common.db (l.{line})"),
    Fault("common-in-order", "libs/common/messaging/feed.py", "import libs.common.web.app", "libs.common.web.app (l.{line})"),
    Fault("common-in-order", "libs/common/utils.py", "", "libs.common.utils"),
    Fault(
        "nobody-knows-which-bus",
        "services/tasks/settings.py",
        "import libs.common.messaging.rabbitmq",
        "libs.common.messaging.rabbitmq (l.{line})",
    ),
    Fault("nobody-knows-which-bus", "chidao/reach.py", "import libs.common.messaging.memory", "libs.common.messaging.memory (l.{line})"),
    Fault("nobody-knows-which-bus", "libs/common/messaging/relay.py", "import aio_pika", "aio_pika (l.{line})"),
    Fault("common-knows-one-contract", "libs/common/clock.py", "import libs.contracts.tasks", "libs.contracts.tasks (l.{line})"),
    Fault("domain-knows-no-framework", "services/tasks/domain/report.py", "import pydantic", "pydantic (l.{line})"),
    Fault("domain-knows-no-framework", "services/directory/domain/agency.py", "import libs.common.db", "libs.common.db (l.{line})"),
    Fault(
        "domain-is-the-innermost", "services/tasks/domain/report.py", "import services.tasks.settings", "services.tasks.settings (l.{line})"
    ),
    Fault("acts-do-not-know-the-web", "services/tasks/queries/tasks.py", "import fastapi", "fastapi (l.{line})"),
    Fault("acts-do-not-know-the-web", "services/tasks/use_cases/accept_task.py", "import services.tasks.api.schemas", "schemas (l.{line})"),
)


def names() -> dict[str, str]:
    """Id → name of each wall."""
    read = walls()
    return {section.removeprefix(CONTRACT): read[section]["name"] for section in read.sections() if section.startswith(CONTRACT)}


def look(tree: Path) -> tuple[int, str]:
    return said_by(tree, "lint-imports", "--no-cache")


def test_the_copy_stands(tree: Path) -> None:
    code, said = look(tree)
    assert code == 0, said


def test_every_room_stands_in_the_order() -> None:
    """What is installed, but for the measurements, which stand on everything."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rooms = {pattern.removesuffix("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]} - {"bench"}
    there = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"bench", "tests"}
    assert rooms == there == set(packages()) == set(walls()[f"{CONTRACT}rooms-in-order"]["layers"].split())


def test_every_wall_is_tried() -> None:
    assert names()
    assert set(names()) == {fault.breaks for fault in FAULTS}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_named(tree: Path, fault: Fault) -> None:
    with planted(tree, fault):
        code, said = look(tree)
        wanted = expected(tree, fault)
    assert code == 1, said
    assert f"{names()[fault.breaks]} BROKEN" in said
    assert wanted in said, said
