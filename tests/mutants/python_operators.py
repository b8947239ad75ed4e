"""Small changes of Python that a test of the rule it is part of should notice."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A file in which one thing is changed, on `line`. `source()` writes it whole, which takes longer than finding what to change."""

    line: int
    says: str
    source: Callable[[], str]


def mutants_of(source: str) -> Iterator[Mutant]:
    """Each differs from the source in one place. How a class is decorated is nobody's rule and stays."""
    tree = ast.parse(source)
    decoration = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for one in node.decorator_list for part in ast.walk(one)
    }
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in decoration:
            continue
        for says, change in _changes(node):
            yield Mutant(getattr(node, "lineno", 0), says, partial(written, source, index, change))


def written(source: str, index: int, change: Callable[[ast.AST], None]) -> str:
    """The source with one `change`, of the node that a walk meets as number `index`."""
    tree = ast.parse(source)
    change(next(node for at, node in enumerate(ast.walk(tree)) if at == index))
    return ast.unparse(ast.fix_missing_locations(tree))


Change = Callable[[ast.AST], None]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                if other := COMPARISONS.get(type(operator)):
                    yield f"{type(operator).__name__} → {other.__name__}", _put("ops", other(), place)
        case ast.BoolOp(op=operator, values=values):
            yield f"{type(operator).__name__} exchanged", _put("op", ast.Or() if isinstance(operator, ast.And) else ast.And())
            if len(values) > 1:
                for place in range(len(values)):
                    yield f"term {place + 1} left out", _without("values", place)
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out", _doubled_not
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
            yield f"{type(operator).__name__} → {ARITHMETIC[type(operator)].__name__}", _put("op", ARITHMETIC[type(operator)]())
        case ast.Constant(value=bool() as value):
            yield f"{value} → {not value}", _put("value", not value)
        case ast.Constant(value=int() as value):
            yield f"{value} → {value + 1}", _put("value", value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            yield f"{name} → {FUNCTIONS[name]}", _put("func", ast.Name(FUNCTIONS[name], ast.Load()))
        case ast.IfExp():
            yield "choice turned", _turned
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield "returns None", _put("value", ast.Constant(None))
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.If(body=body) | ast.For(body=body):
            for place, statement in enumerate(body):
                if _does_something(statement):
                    yield f"left out: {ast.unparse(statement).splitlines()[0][:60]}", _passed_over(place)
        case _:
            return


def _does_something(statement: ast.stmt) -> bool:
    """Whether leaving it out leaves Python that runs as far as it did."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call | ast.Await)
    return isinstance(statement, ast.Raise) or (
        isinstance(statement, ast.Assign | ast.AugAssign) and not isinstance(_target(statement), ast.Name)
    )


def _target(statement: ast.Assign | ast.AugAssign) -> ast.expr:
    return statement.targets[0] if isinstance(statement, ast.Assign) else statement.target


def _put(name: str, value: object, place: int | None = None) -> Change:
    def change(node: ast.AST) -> None:
        if place is None:
            setattr(node, name, value)
        else:
            getattr(node, name)[place] = value

    return change


def _without(name: str, place: int) -> Change:
    def change(node: ast.AST) -> None:
        del getattr(node, name)[place]

    return change


def _doubled_not(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _turned(node: ast.AST) -> None:
    assert isinstance(node, ast.IfExp)
    node.body, node.orelse = node.orelse, node.body


def _passed_over(place: int) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If | ast.For)
        node.body[place] = ast.Pass()

    return change
