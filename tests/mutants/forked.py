"""One mutant, one process: forked from one that has the libraries in memory, so that only our own modules are imported anew."""

import importlib
import importlib.machinery
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.mutants.python_operators import Mutant
from tests.mutants.tree import FAILED, ROOT, Verdict

# What costs most to import, and is none of ours.
WARM = ("fastapi", "sqlalchemy.ext.asyncio", "asyncpg", "hypothesis", "httpx2", "structlog", "uvicorn", "opentelemetry.sdk.trace", "jinja2")
# In the words of PostgreSQL: such SQL was never asked, so it does not count.
NO_SQL = ("PostgresSyntaxError", "UndefinedColumnError", "UndefinedFunctionError", "DatatypeMismatchError", "AmbiguousColumnError")


def warm_up() -> None:
    for name in WARM:
        importlib.import_module(name)


def tried(file: str, mutant: Mutant, tests: Sequence[str], *, given_up_seconds: float) -> tuple[Verdict, str]:
    """What the tests say where `file` is imported as the mutant has it, and their last words. BROKEN: it is no SQL."""
    folder = Path(tempfile.mkdtemp(prefix="chidao-mutant-"))
    said = folder / "said"
    child = os.fork()
    if child == 0:
        _become(ROOT / file, mutant.source, tests, folder, said)
    code = _ended(child, given_up_seconds)
    words = said.read_text("utf-8", errors="replace") if said.exists() else ""
    shutil.rmtree(folder, ignore_errors=True)
    if code == 0:
        return Verdict.SURVIVED, words
    return (Verdict.BROKEN if any(one in words for one in NO_SQL) else Verdict.NOTICED), words


def _become(file: Path, source: str, tests: Sequence[str], folder: Path, said: Path) -> None:
    """Does not return."""
    os.setsid()
    os.chdir(ROOT)
    with said.open("w") as opened:
        os.dup2(opened.fileno(), 1)
        os.dup2(opened.fileno(), 2)
    sys.dont_write_bytecode = True
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, fullname: str) -> object:
        if Path(loader.path) == file:
            return compile(source, str(file), "exec")
        return original(loader, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]
    code = FAILED
    try:
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder / 'tests'}", *tests])
    finally:
        sys.stdout.flush()
        os._exit(int(code))


def _ended(child: int, given_up_seconds: float) -> int:
    """The exit code; a mutant that goes on for ever is ended, and was noticed."""
    ends = time.monotonic() + given_up_seconds
    handle = os.pidfd_open(child)
    try:
        if not select.select([handle], [], [], max(0.0, ends - time.monotonic()))[0]:
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    finally:
        os.close(handle)
