"""The two locks: exact versions with hashes, no addresses, everything that pyproject.toml asks for, and for running no more than that."""

import re

import pytest

from tests.structure.libraries import LEFT_OUT, ROOT, TEST, asked_for, needed_by, normalized, project

RUNNING = "requirements.lock"
TESTING = "requirements-test.lock"
EXTRAS = set(project()) - {"", TEST}


def text_of(lock: str) -> str:
    return (ROOT / lock).read_text("utf-8")


def locked(lock: str) -> dict[str, str]:
    """Name → the whole entry."""
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text_of(lock), flags=re.MULTILINE).strip())
    return {normalized(re.split(r"==| ", entry)[0]): entry for entry in entries}


def installed_here(lock: str) -> set[str]:
    """Without what is for another machine than this one."""
    return {name for name, entry in locked(lock).items() if " ; " not in entry.splitlines()[0]}


def test_everything_that_is_asked_for_is_locked() -> None:
    assert len(asked_for(EXTRAS)) > 20
    assert asked_for(EXTRAS) - set(locked(RUNNING)) == set()
    assert asked_for({TEST}) - set(locked(RUNNING)) - set(locked(TESTING)) == set()
    assert LEFT_OUT.isdisjoint({*locked(RUNNING), *locked(TESTING)})


def test_running_needs_everything_that_is_locked_for_it() -> None:
    assert installed_here(RUNNING) - needed_by(EXTRAS) == set()


def test_nothing_is_locked_twice() -> None:
    assert set(locked(RUNNING)) & set(locked(TESTING)) == set()


@pytest.mark.parametrize("lock", [RUNNING, TESTING])
def test_every_entry_is_one_version_with_its_hashes(lock: str) -> None:
    for name, entry in locked(lock).items():
        assert re.match(r"[a-z0-9-]+==[\w.!+]+( ; .+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), name


@pytest.mark.parametrize("lock", [RUNNING, TESTING])
def test_no_address_stands_in_it(lock: str) -> None:
    for found in ("://", "--index", "--extra-index", "--find-links", " @ ", "--trusted-host"):
        assert found not in text_of(lock)
