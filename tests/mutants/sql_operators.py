"""Small changes of the SQL in a Python file that a test of the question should notice."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial

from tests.mutants.python_operators import Mutant, written

SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|FILTER|COALESCE|ORDER BY|AND|EXISTS)\b")
# What stands → what stands instead; each place at which it stands is one mutant.
TURNED: tuple[tuple[str, str, str], ...] = (
    (r"(?<![<>=!:-])<=(?!>)", "<", "<= → <"),
    (r"(?<![<>=!:-])>=", ">", ">= → >"),
    (r"(?<![<>=!:@&|-])<(?![=>@&|-])", "<=", "< → <="),
    (r"(?<![<>=!:@&|>-])>(?![=>@&|])", ">=", "> → >="),
    (r"(?<= )=(?= (?!ANY|EXCLUDED|:))", "<>", "= → <>"),
    (r"(?<= )=(?= (:))", "<>", "= → <>"),
    (r"(?<= )<>(?= )", "=", "<> → ="),
    (r"\bAND\b", "OR", "AND → OR"),
    (r"\bOR\b(?! REPLACE)", "AND", "OR → AND"),
    (r"\bIS NULL\b", "IS NOT NULL", "IS NULL → IS NOT NULL"),
    (r"\bIS NOT NULL\b", "IS NULL", "IS NOT NULL → IS NULL"),
    (r"\bNOT EXISTS\b", "EXISTS", "NOT EXISTS → EXISTS"),
    (r"\bmin\(", "max(", "min → max"),
    (r"\bmax\(", "min(", "max → min"),
    (r"\bDESC\b", "ASC", "DESC → ASC"),
    (r"\bLEFT JOIN\b", "JOIN", "LEFT JOIN → JOIN"),
    (r"\bUNION ALL\b", "UNION", "UNION ALL → UNION"),
    (r"\bdue\b(?! \w+,)", "assigned_on", "due → assigned_on"),
    (r"\bknown_on\b", "assigned_on", "known_on → assigned_on"),
)
TERM = re.compile(r"\bAND (?:NOT )?[\w.]+ (?:=|<>|<=|>=|<|>) [:\w.]+(?= |\)|$)", re.MULTILINE)
FIRST_TERM = re.compile(r"\bWHERE [\w.]+ (?:=|<>|<=|>=|<|>) [:\w.]+ AND\b")
COALESCE = re.compile(r"\bCOALESCE\(([\w.]+), [^()]+\)", re.IGNORECASE)


def mutants_of(source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    said = _docstrings(tree)
    for index, node in enumerate(ast.walk(tree)):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in said or not SQL.search(node.value):
            continue
        for says, line, text in _turned(node.value):
            yield Mutant(node.lineno + line, says, partial(written, source, index, _saying(text)))


def _saying(text: str) -> Callable[[ast.AST], None]:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Constant)
        node.value = text

    return change


def _docstrings(tree: ast.AST) -> set[int]:
    return {
        id(one.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for one in node.body
        if isinstance(one, ast.Expr)
    }


def _turned(text: str) -> Iterator[tuple[str, int, str]]:
    for pattern, instead, says in TURNED:
        for found in re.finditer(pattern, text):
            yield says, text[: found.start()].count("\n"), text[: found.start()] + instead + text[found.end() :]
    for found in TERM.finditer(text):
        yield f"left out: {found.group()}", text[: found.start()].count("\n"), text[: found.start()] + text[found.end() :]
    for found in FIRST_TERM.finditer(text):
        yield f"left out: {found.group()}", text[: found.start()].count("\n"), text[: found.start()] + "WHERE" + text[found.end() :]
    for found in COALESCE.finditer(text):
        yield "COALESCE left out", text[: found.start()].count("\n"), text[: found.start()] + found[1] + text[found.end() :]
