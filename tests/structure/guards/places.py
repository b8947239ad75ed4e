"""Where something stands in this tree: a finding without its line would have to be searched for again."""

import ast
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("libs", "services", "portal", "system", "embedded")


@dataclass(frozen=True, order=True)
class Place:
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class Finding:
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def verdict(findings: list[Finding], *, looked_at: int, what: str) -> int:
    """Prints every finding, and is what the guard's process ends with. A guard that saw nothing has proved nothing."""
    for finding in sorted(set(findings)):
        print(finding)
    if not looked_at:
        print(f"nothing to look at: no {what}")
    return int(bool(findings) or not looked_at)


def is_ours(file: str | Path) -> bool:
    return Path(file).is_relative_to(ROOT)


def _place(file: str | Path, line: int) -> Place:
    return Place(Path(file).relative_to(ROOT).as_posix() if is_ours(file) else str(file), line)


@functools.cache
def parsed(file: Path) -> list[ast.AST]:
    """Every node of a source."""
    return list(ast.walk(ast.parse(file.read_text("utf-8"))))


def of_function(function: Callable[..., Any]) -> Place:
    """With its decorators; of a partial or a wrapper the function inside, of an object its class."""
    if isinstance(function, functools.partial):
        return of_function(function.func)
    inner = inspect.unwrap(function)
    code = getattr(inner, "__code__", None)
    return _place(code.co_filename, code.co_firstlineno) if code else of_class(type(inner))


def of_class(cls: type) -> Place:
    return _place(inspect.getfile(cls), inspect.getsourcelines(cls)[1])


def of_member(cls: type, name: str) -> Place:
    """The line of a member of an enumeration."""
    file = Path(inspect.getfile(cls))
    for node in parsed(file):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name) and line.targets[0].id == name:
                    return _place(file, line.lineno)
    return of_class(cls)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def of_key(file: Path, key: str) -> Place:
    """The line on which a mapping written in `file` has `key`, be it a text or a name; else the first line of the file."""
    for node in parsed(file):
        if isinstance(node, ast.Dict):
            for one in node.keys:
                if (isinstance(one, ast.Constant) and one.value == key) or (isinstance(one, ast.Name) and one.id == key):
                    return _place(file, one.lineno)
    return _place(file, 1)


def of_lines(pattern: str, *folders: str) -> list[Place]:
    """Every line of our sources that matches."""
    return [
        _place(file, number)
        for file in python_files(*folders)
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
