"""requirements.lock: exact versions with hashes, no addresses, and everything that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# Wanted for the script inside it; what it depends on is not installed (setup.sh).
LEFT_OUT = {"django", "asgiref", "sqlparse"}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    """Name → the whole entry."""
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())
    return {normalized(re.split(r"==| ", entry)[0]): entry for entry in entries}


def wanted() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return {normalized(re.split(r"[\[<>=!~; ]", dependency)[0]) for dependencies in lists for dependency in dependencies}


def test_everything_that_is_asked_for_is_locked() -> None:
    assert len(wanted()) > 20
    assert wanted() - set(locked()) == set()
    assert LEFT_OUT.isdisjoint(locked())


def test_every_entry_is_one_version_with_its_hashes() -> None:
    for name, entry in locked().items():
        assert re.match(r"[a-z0-9-]+==[\w.!+]+( ; .+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), name


def test_no_address_stands_in_it() -> None:
    for found in ("://", "--index", "--extra-index", "--find-links", " @ ", "--trusted-host"):
        assert found not in LOCK
