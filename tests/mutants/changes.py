"""Everything that is changed, one thing at a time: what is planted by hand, and what operators make of rules and of SQL."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tests.mutants import python_operators, sql_operators
from tests.mutants.fault import Fault
from tests.mutants.judged import Place
from tests.mutants.planted import FAULTS
from tests.mutants.python_operators import Mutant
from tests.mutants.rooms import RULES, STATEMENTS, Room
from tests.mutants.tree import ROOT, misplaced


@dataclass(frozen=True)
class Change:
    """What `file` holds instead, and who is asked whether that is noticed. `line` is what stands where operators change something."""

    file: str
    says: str
    content: Callable[[], str]
    tests: tuple[str, ...]
    line: str = ""
    number: int | None = None

    @property
    def place(self) -> Place:
        return self.file, self.line, self.says

    def __str__(self) -> str:
        return f"{self.file}: {self.says}" if self.number is None else f"{self.file}:{self.number}: `{self.line}`: {self.says}"


def planted() -> Iterator[Change]:
    for fault in FAULTS:
        if why := misplaced(fault):
            raise SystemExit(f"a planted fault does not fit the tree: {why}")
        yield Change(fault.file, fault.says, partial(_planted_in, fault), (fault.noticed_by,))


def _planted_in(fault: Fault) -> str:
    return (ROOT / fault.file).read_text("utf-8").replace(fault.text, fault.instead)


def drawn(mutants_of: Callable[[str], Iterator[Mutant]], rooms: Sequence[Room]) -> Iterator[Change]:
    for room in rooms:
        for file in room.files():
            source = (ROOT / file).read_text("utf-8")
            lines = source.splitlines()
            made: Counter[tuple[str, str]] = Counter()
            for mutant in mutants_of(source):
                line = lines[mutant.line - 1].strip()
                made[line, mutant.says] += 1
                times = made[line, mutant.says]
                says = mutant.says if times == 1 else f"{mutant.says} ({times})"
                yield Change(file, says, mutant.source, room.tests, line, mutant.line)


KINDS: Mapping[str, Callable[[], Iterator[Change]]] = {
    "planted": planted,
    "rules": lambda: drawn(python_operators.mutants_of, RULES),
    "sql": lambda: drawn(sql_operators.mutants_of, STATEMENTS),
}
