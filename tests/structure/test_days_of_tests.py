"""No test keeps the day on which tests were collected: half an hour later it may be over, and what is right becomes wrong for a night."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASKED = ("today", "now")


def asked_when_collected(source: str) -> list[int]:
    """The lines of a module that ask for the day or the moment when it is imported, and not when a test runs."""
    return [
        call.lineno
        for call in _on_import(ast.parse(source))
        if isinstance(call, ast.Call) and (getattr(call.func, "attr", None) or getattr(call.func, "id", None)) in ASKED
    ]


def _on_import(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        at_once: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *(one for one in node.args.kw_defaults if one)]
    else:
        at_once = list(ast.iter_child_nodes(node))
    for child in at_once:
        yield from _on_import(child)


@pytest.mark.parametrize(
    "source",
    [
        "TODAY = Clock().today()",
        "NOW = datetime.now(UTC)",
        "class Told:\n    day: date = today()",
        "def life(day=today()): ...",
        "@pytest.mark.parametrize('day', [today()])\ndef test_it(day): ...",
    ],
)
def test_a_day_that_is_kept_is_seen(source: str) -> None:
    assert asked_when_collected(source)


@pytest.mark.parametrize(
    "source", ["def test_it():\n    day = today()", "later = lambda: today()", "class Told:\n    def day(self): return now()"]
)
def test_a_day_that_is_asked_for_in_time_is_not(source: str) -> None:
    assert asked_when_collected(source) == []


def test_no_test_keeps_a_day() -> None:
    kept = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "tests").rglob("*.py")
        if (lines := asked_when_collected(path.read_text("utf-8")))
    }
    assert kept == {}
