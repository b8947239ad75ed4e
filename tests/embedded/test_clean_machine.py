"""From a clone, on a machine that has nothing but Python: as we are, and as an ordinary user who is made for it."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import httpx2
import pytest

from tests.embedded.runs import ROOT
from tests.processes import processes_of

USER = "chidao-test"
LONGEST_SETUP = 600
# An ordinary user may not be allowed to look into the home of whoever installed our own Python.
SYSTEM_PYTHON = "/usr/bin/python3"


@dataclass
class Clone:
    """The files that git knows, as they are now, in a folder of whoever uses them."""

    folder: Path
    home: Path
    prefix: tuple[str, ...] = ()

    def command(self, *arguments: str, **environment: str) -> list[str]:
        given = [f"{name}={value}" for name, value in {"HOME": str(self.home), **environment}.items()]
        return [*self.prefix, "env", "-i", f"--chdir={self.folder}", *given, *arguments]


def clone_into(folder: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


@pytest.fixture(scope="module")
def as_we_are(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("clone")
    clone_into(folder)
    return Clone(folder, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def as_ordinary_user() -> Iterator[Clone]:
    if os.geteuid() != 0:
        pytest.skip("only root can make a user; run as that user, the other test is this one")
    remove_user()
    subprocess.run(["useradd", "--create-home", "--user-group", USER], capture_output=True, check=True)
    user = pwd.getpwnam(USER)
    folder = Path(user.pw_dir) / "chidao"
    clone_into(folder)
    home = Path(user.pw_dir) / "empty"
    home.mkdir()
    for path in (folder, home, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    try:
        yield Clone(folder, home, ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"))
    finally:
        remove_user()


def remove_user() -> None:
    """With all that is his, in the shared folder for temporary files too: the next of his name may have another number."""
    if USER in (user.pw_name for user in pwd.getpwall()):
        subprocess.run(["userdel", "--remove", USER], capture_output=True, check=True)
    shutil.rmtree(Path(gettempdir()) / f"pytest-of-{USER}", ignore_errors=True)


@pytest.fixture(params=["as_we_are", "as_ordinary_user"])
def clone(request: pytest.FixtureRequest) -> Clone:
    found: Clone = request.getfixturevalue(request.param)
    return found


def test_two_commands_are_enough(clone: Clone) -> None:
    process = subprocess.Popen(
        clone.command("./run", "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        said = "".join(iter(lambda: next_line(process), ""))
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said + process.stderr.read()
        assert "DEMO" in httpx2.get(f"{found[0]}/sign-in").text
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert process.returncode == 0
    assert processes_of(clone.folder) == []
    assert (clone.folder / "data" / "chidao.log").exists()

    assert only_tests_need(clone) == [], "./run installs what running needs, and no more"
    assert installing(clone, "./test", "walls", "unit"), "what only tests need comes with the first ./test"
    assert only_tests_need(clone) != []
    assert not installing(clone, "./test", "walls")
    assert not installing(clone, "./run", "--help")


def only_tests_need(clone: Clone) -> list[Path]:
    return [found for name in ("grimp", "mypy", "playwright", "pytest", "ruff") for found in clone.folder.glob(f".venv/lib/*/*/{name}")]


def installing(clone: Clone, *command: str) -> bool:
    """Whether the command, which has to succeed, installs anything before it begins."""
    tested = subprocess.run(clone.command(*command), capture_output=True, text=True, timeout=LONGEST_SETUP, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    return "installing" in tested.stderr


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    return "" if line.startswith("Nhật ký") else line or ""


def test_a_python_without_venv_is_one_sentence(tmp_path: Path) -> None:
    clone_into(tmp_path)
    crippled = tmp_path / "python3"
    crippled.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec {SYSTEM_PYTHON} "$@"\n')
    crippled.chmod(0o755)
    done = subprocess.run(
        Clone(tmp_path, tmp_path).command("./run", CHIDAO_PYTHON=str(crippled)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_whoever_thinks_better_of_it_while_it_installs_reads_no_traceback(tmp_path: Path) -> None:
    clone_into(tmp_path)
    process = subprocess.Popen(
        Clone(tmp_path, tmp_path).command("./run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (tmp_path / ".venv" / "pyvenv.cfg").exists():
        assert process.poll() is None
    # As a terminal does it: everybody hears of it, the shell and what it has started.
    os.killpg(process.pid, signal.SIGINT)
    said, complained = process.communicate(timeout=60)
    assert process.returncode != 0
    assert said == ""
    assert complained.count("\n") == 1
    assert "installing libraries" in complained


def test_a_python_that_is_too_old_is_one_sentence(tmp_path: Path) -> None:
    clone_into(tmp_path)
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    only_old = {"CHIDAO_PYTHON": str(old), "PATH": f"{tmp_path}:{tools_without_python(tmp_path)}"}
    done = subprocess.run(Clone(tmp_path, tmp_path).command("./run", **only_old), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Python 3.11 to 3.14" in done.stderr
    assert done.stderr.count("\n") == 1


def tools_without_python(folder: Path) -> Path:
    tools = folder / "tools"
    tools.mkdir()
    for name in ("bash", "env", "cat", "cmp", "dirname", "flock", "rm"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    return tools


def test_an_unknown_part_of_the_tests_is_said(as_we_are: Clone) -> None:
    done = subprocess.run(as_we_are.command("./test", "everything"), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "walls" in done.stderr
