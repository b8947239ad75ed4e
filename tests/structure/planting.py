"""Faults planted in a copy of the tree, so that what should find them is seen finding them."""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parents[2]
WALLS = ".importlinter"
GUARDS = Path("tests") / "structure" / "guards"


@dataclass(frozen=True)
class Fault:
    """`statement` on lines of its own after the text `after` in `file`, or in place of the text `instead_of`, or at the end.

    `named` must stand in the message: {line} there is the line on which the statement begins.
    """

    breaks: str
    file: str
    statement: str
    named: str
    after: str = ""
    instead_of: str = ""

    @property
    def name(self) -> str:
        return f"{self.breaks}: {self.file}"


def copy_of_tree(to: Path) -> Path:
    """All our packages, their walls and the guards."""
    for folder in (*packages(), str(GUARDS)):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for package in GUARDS.parents:
        if package.name:
            (to / package / "__init__.py").touch()
    shutil.copy2(ROOT / WALLS, to)
    # Compiled once, and believed by what a source holds: two faults of one second and one length must not be taken for each other.
    compileall.compile_dir(to, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return to


def walls() -> ConfigParser:
    read = ConfigParser()
    read.read_string((ROOT / WALLS).read_text("utf-8"))
    return read


def packages() -> list[str]:
    return walls()["importlinter"]["root_packages"].split()


@contextmanager
def planted(tree: Path, *faults: Fault) -> Iterator[None]:
    """The copy with these faults; as before when the context ends."""
    existing = {folder for fault in faults for folder in (tree / fault.file).parents if folder.exists()}
    before = {tree / fault.file: (tree / fault.file).read_bytes() if (tree / fault.file).exists() else None for fault in faults}
    try:
        for fault in faults:
            _plant(tree / fault.file, fault)
        yield
    finally:
        for file, content in before.items():
            if content is None:
                file.unlink()
            else:
                file.write_bytes(content)
            if file.parent not in existing:
                file.parent.rmdir()


def _plant(file: Path, fault: Fault) -> None:
    text = file.read_text("utf-8") if file.exists() else ""
    if anchor := fault.after or fault.instead_of:
        assert text.count(anchor) == 1, f"{fault.name}: the text to begin from is there {text.count(anchor)} times"
        file.write_text(text.replace(anchor, f"{anchor}\n{fault.statement}" if fault.after else fault.statement), "utf-8")
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{text}{fault.statement}\n", "utf-8")


def expected(tree: Path, fault: Fault) -> str:
    """What the message must hold; asked while the fault is planted."""
    text = (tree / fault.file).read_text("utf-8")
    return fault.named.format(line=text[: text.rindex(fault.statement)].count("\n") + 1)


def said_by(tree: Path, program: str, *arguments: str) -> tuple[int, str]:
    """How a program that looks at the copy ends, and what it says. `program` is a script of our environment or a guard."""
    command = [str(Path(sys.executable).parent / program)] if "." not in program else [sys.executable, "-m", program]
    done = subprocess.run(
        [*command, *arguments],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def said_by_guard(tree: Path, guard: str, *arguments: str) -> tuple[int, str]:
    return said_by(tree, f"tests.structure.guards.{guard}", *arguments)


@dataclass(frozen=True)
class Found:
    """What a guard said of the copy with several faults at once, each of which it must name."""

    code: int
    said: str
    expected: dict[Fault, str]

    def assert_named(self, fault: Fault) -> None:
        assert self.code == 1
        assert self.expected[fault] in self.said, f"{self.expected[fault]} is not in\n{self.said}"


def found_by_guard(tree: Path, faults: tuple[Fault, ...], guard: str, *arguments: str) -> Found:
    with planted(tree, *faults):
        code, said = said_by_guard(tree, guard, *arguments)
        return Found(code, said, {fault: expected(tree, fault) for fault in faults})
