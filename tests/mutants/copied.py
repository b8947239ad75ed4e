"""A copy of the tree in which one thing is changed after the other, and what the tests say there.

What costs most is not the tests: it is the libraries, which are imported once and kept by a process that forks for each change, and
PostgreSQL, which runs once and is lent to the tests.
"""

import compileall
import importlib
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from embedded.postgres import Cluster, start_cluster
from tests.conftest import LENT_CLUSTER, OF_ONE_TEST
from tests.mutants.tree import ROOT

LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".test", ".*_cache", ".hypothesis", ".chidao", "node_modules")
# What costs most to import, and is none of ours.
WARM = (
    "alembic.command",
    "asyncpg",
    "fastapi",
    "filetype",
    "httpx2",
    "hypothesis",
    "jinja2",
    "joserfc.jwk",
    "joserfc.jwt",
    "opentelemetry.sdk.trace",
    "pydantic.v1",
    "pydantic_settings",
    "sqlalchemy.ext.asyncio",
    "structlog",
    "uuid_utils",
    "uvicorn",
)
OURS = ("bench", "chidao", "embedded", "faults", "gateway", "libs", "portal", "realm", "seed", "services", "system", "tests")
# Faults in what makes a PostgreSQL and its databases are seen only where both are made anew.
MAKES_DATABASES = re.compile(r"/migrations/|^embedded/|^system/|^libs/common/migrate|^tests/")
# By what docs/testing.md says of that part.
WITHOUT_DATABASE = "tests/unit/"
# In the words of PostgreSQL: such a question was never asked, so that nobody could notice what it answers.
NOT_ASKED = ("PostgresSyntaxError", "UndefinedColumnError", "UndefinedFunctionError", "DatatypeMismatchError", "AmbiguousColumnError")
# A busy machine may take several times as long as it took without any fault; where nobody knows how long that was, so long.
GIVEN_UP_AFTER_TIMES, LEAST_PATIENCE_SECONDS, GIVEN_UP_SECONDS = 4.0, 20.0, 240.0
LONGEST_GREEN_SECONDS = 900.0
FAILED, NOT_COLLECTED = 1, 2
# The change cannot even be imported.
NOT_LOADED = "ImportError while loading conftest"
# How many of the tests that noticed something last are asked first.
ASKED_FIRST = 6


class Verdict(StrEnum):
    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    JUDGED = "judged"
    """It survived, and docs/mutants.md says why."""
    NO_SQL = "no SQL"
    """PostgreSQL could not read it."""
    NOT_HERE = "not here"
    """The test is passed over on this machine, which has no browser, say."""
    BROKEN = "BROKEN"
    """The tests did not run, or were red without any fault: nothing is proved."""


@dataclass(frozen=True)
class Tried:
    verdict: Verdict
    seconds: float
    said: str


@dataclass
class Copy:
    """`root` is the copy, `lent` the folder of the PostgreSQL that tests are lent, once the first of them asks for one."""

    root: Path
    lent: Path
    seen_green: bool = False
    """The tests are known to pass without any fault: somebody has just run them."""
    cluster: Cluster | None = None
    green: dict[tuple[str, ...], float | None] = field(default_factory=dict)
    """How long tests took that are green without any fault, None where they are not."""
    noticed_last: list[str] = field(default_factory=list)

    def tried(self, file: str, content: str, tests: Sequence[str]) -> Tried:
        """What `tests` say where `file` holds `content`; the copy is as before afterwards."""
        if not self._are_green(tests):
            return Tried(Verdict.BROKEN, 0.0, f"{' '.join(tests)}: red without any fault")
        path = self.root / file
        before, times = path.read_bytes(), path.stat()
        path.write_text(content, "utf-8")
        try:
            usual = self.green.get(tuple(tests))
            patience = GIVEN_UP_SECONDS if usual is None else LEAST_PATIENCE_SECONDS + GIVEN_UP_AFTER_TIMES * usual
            lent = not MAKES_DATABASES.search(file)
            code, seconds, said = self._asked(tests, lent=lent, keep_compiled=False, patience=patience)
        finally:
            path.write_bytes(before)
            # What was compiled of it before is as good as it was.
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        for test in re.findall(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - |$)", said, re.MULTILINE):
            self.noticed_last = [test, *(one for one in self.noticed_last if one != test)][:ASKED_FIRST]
        return Tried(_verdict(code, said), seconds, said)

    def _are_green(self, tests: Sequence[str]) -> bool:
        """A test that is red without any fault proves nothing."""
        asked = tuple(tests)
        if self.seen_green:
            return True
        if asked not in self.green:
            code, seconds, said = self._asked(tests, lent=True, keep_compiled=True, patience=LONGEST_GREEN_SECONDS)
            self.green[asked] = seconds if code == 0 else None
            if code != 0:
                print("\n".join(said.splitlines()[-12:]), flush=True)
        return self.green[asked] is not None

    def _asked(self, tests: Sequence[str], *, lent: bool, keep_compiled: bool, patience: float) -> tuple[int, float, str]:
        """How pytest ends in the copy, after how many seconds, and what it says. Nothing of what the tests start outlives this."""
        if lent and self.cluster is None and not all(test.startswith(WITHOUT_DATABASE) for test in tests):
            self.cluster = start_cluster(self.lent, settings=OF_ONE_TEST)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="chidao-mutant-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            child = os.fork()
            if child == 0:
                self._become_pytest(tests, folder, lent=lent, keep_compiled=keep_compiled)
            code = _ended(child, patience)
            said = (folder / "said").read_text("utf-8", errors="replace") if (folder / "said").exists() else ""
        return code, time.monotonic() - began, said

    def _become_pytest(self, tests: Sequence[str], folder: Path, *, lent: bool, keep_compiled: bool) -> None:
        """Does not return."""
        code = 3
        try:
            os.setsid()
            os.chdir(self.root)
            with (folder / "said").open("w") as opened:
                os.dup2(opened.fileno(), 1)
                os.dup2(opened.fileno(), 2)
            for name in [one for one in sys.modules if one.partition(".")[0] in OURS]:
                del sys.modules[name]
            importlib.invalidate_caches()
            sys.path[:] = [str(self.root), *(one for one in sys.path if one and Path(one).resolve() not in (ROOT, self.root))]
            sys.dont_write_bytecode = not keep_compiled
            os.environ |= {"PYTHONPATH": str(self.root)} | ({} if keep_compiled else {"PYTHONDONTWRITEBYTECODE": "1"})
            if lent and self.cluster is not None:
                os.environ[LENT_CLUSTER] = str(self.lent)
            options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder / 'tests'}")
            code = int(pytest.main([*options, *tests], plugins=[AskedFirst(self.noticed_last)]))
        finally:
            sys.stdout.flush()
            os._exit(code)


class AskedFirst:
    """Tests that noticed something last notice the next, too, more often than not; with -x nobody waits for the others then."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self.place.get(item.nodeid, len(self.place)))


@contextmanager
def copy_of_tree(*, seen_green: bool = False) -> Iterator[Copy]:
    """Beside the shared folder, as every checkout lies: some tests read there."""
    for name in WARM:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="chidao-mutants-", ignore_cleanup_errors=True) as name:
        # PostgreSQL runs as an ordinary user, who has to get to its folder.
        Path(name).chmod(0o755)
        shared = ROOT.parent / "shared"
        if shared.exists():
            (Path(name) / "shared").symlink_to(shared.resolve())
        root = Path(name) / "main"
        shutil.copytree(ROOT, root, ignore=LEFT_BEHIND, symlinks=True)
        for package in OURS:
            compileall.compile_dir(root / package, quiet=2)
        copy = Copy(root, Path(name) / "lent", seen_green)
        try:
            yield copy
        finally:
            if copy.cluster is not None:
                copy.cluster.stop()


def _verdict(code: int, said: str) -> Verdict:
    if code in (FAILED, NOT_COLLECTED) or NOT_LOADED in said:
        return Verdict.NO_SQL if any(one in said for one in NOT_ASKED) else Verdict.NOTICED
    if code != 0:
        return Verdict.BROKEN
    return Verdict.SURVIVED if " passed" in said else Verdict.NOT_HERE


def _ended(child: int, patience: float) -> int:
    """The exit code. A change that makes something wait for ever is noticed by whoever waits for the tests."""
    ends = time.monotonic() + patience
    handle = os.pidfd_open(child)
    try:
        waited_for_ever = not select.select([handle], [], [], max(0.0, ends - time.monotonic()))[0]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(handle)
    return FAILED if waited_for_ever else os.waitstatus_to_exitcode(status)
