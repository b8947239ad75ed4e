"""A copy of the tree in which faults are planted one after the other, and what the tests say there."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.fault import Fault

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".test", "__pycache__", ".*_cache", ".hypothesis", ".chidao", "node_modules")
# A busy machine may take several times the thirty seconds that a test file should.
GIVEN_UP_SECONDS = 240
# What pytest ends with: a test failed, or a module could not be imported because of the fault.
FAILED = 1


class Verdict(StrEnum):
    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"
    """The tests did not run, or were red without any fault: nothing is proved."""


@dataclass(frozen=True)
class Tried:
    fault: Fault
    verdict: Verdict
    seconds: float
    said: str


@contextmanager
def copy_of_tree() -> Iterator[Path]:
    """Beside the shared folder, as every checkout lies: some tests read there."""
    with tempfile.TemporaryDirectory(prefix="chidao-mutants-") as name:
        shared = ROOT.parent / "shared"
        if shared.exists():
            (Path(name) / "shared").symlink_to(shared.resolve())
        copy = Path(name) / "main"
        shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND, symlinks=True)
        yield copy


def misplaced(fault: Fault, root: Path = ROOT) -> str | None:
    """Why this fault cannot be planted in the tree as it is, or None."""
    file = root / fault.file
    if not file.exists():
        return f"{fault.file} is not there"
    text = file.read_text("utf-8")
    if text.count(fault.text) != 1:
        return f"{fault.file} holds the text {text.count(fault.text)} times: {fault.text!r}"
    if file.suffix == ".py":
        try:
            ast.parse(text.replace(fault.text, fault.instead))
        except SyntaxError as error:
            return f"{fault.file} is no Python with {fault.instead!r}: {error}"
    if not (root / fault.noticed_by.partition("::")[0]).exists():
        return f"{fault.noticed_by} is not there"
    return None


def tried(copy: Path, fault: Fault) -> Tried:
    """The tests that must notice, with the fault in the copy; the copy is as before afterwards."""
    file = copy / fault.file
    before = file.read_bytes()
    file.write_text(before.decode().replace(fault.text, fault.instead), "utf-8")
    try:
        code, seconds, said = pytest_in(copy, fault.noticed_by)
    finally:
        file.write_bytes(before)
    verdict = Verdict.NOTICED if code == FAILED else Verdict.SURVIVED if code == 0 else Verdict.BROKEN
    return Tried(fault, verdict, seconds, said)


def pytest_in(copy: Path, *asked: str) -> tuple[int, float, str]:
    """How pytest ends there, after how many seconds, and what it says. Nothing of what the tests start outlives this."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chidao-mutant-tests-") as name:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"--basetemp={name}/tests", *asked],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=GIVEN_UP_SECONDS)
            code = process.returncode
        except subprocess.TimeoutExpired:
            # A fault that makes something wait for ever is noticed by whoever waits for the tests.
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
            code = FAILED
    return code, time.monotonic() - began, said
