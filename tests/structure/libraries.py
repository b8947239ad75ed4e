"""Which libraries pyproject.toml asks for, and what comes with them, as the installed ones say of themselves."""

import re
import tomllib
from collections.abc import Collection, Iterable
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
# Wanted for the script inside it; what it depends on is not installed (setup.sh).
LEFT_OUT = frozenset({"django", "asgiref", "sqlparse"})
TEST = "test"


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def project() -> dict[str, dict[str, list[str]]]:
    """What is asked for: by everybody under "", and by each extra."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {"": read["dependencies"], **read["optional-dependencies"]}


def asked_for(extras: Iterable[str]) -> set[str]:
    return {normalized(Requirement(text).name) for extra in ("", *extras) for text in project()[extra]}


def needed_by(extras: Iterable[str]) -> set[str]:
    """Everything that is installed where these extras are, and nothing else is."""
    waiting = [Requirement(text) for extra in ("", *extras) for text in project()[extra]]
    found: set[str] = set()
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = normalized(requirement.name)
        if name in LEFT_OUT or str(requirement) in seen:
            continue
        seen.add(str(requirement))
        found.add(name)
        for text in requires(name) or ():
            one = Requirement(text)
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)):
                waiting.append(one)
    return found


def modules_outside(libraries: Collection[str]) -> set[str]:
    """The names to import of everything that is installed here and not among `libraries`."""
    return {name for name, brought_by in packages_distributions().items() if not any(normalized(one) in libraries for one in brought_by)}
