"""`python -m tests.mutants [planted|rules|sql]…`: faults in a copy of the tree, each of which some test must notice.

`--tenth` takes a tenth of them, drawn by the tree; `--seconds N` begins none later than that, each kind in its share of the time; `--only
WORDS` takes those whose file or name says so. Ends with 1 when a planted one is not noticed, when tests are red without any fault, or
when fewer of the others are noticed than `LEAST_NOTICED`.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from random import Random

from tests.chance import seed_of_tree
from tests.mutants import python_operators, sql_operators
from tests.mutants.copied import Copy, Verdict, copy_of_tree
from tests.mutants.fault import Fault
from tests.mutants.planted import FAULTS
from tests.mutants.python_operators import Mutant
from tests.mutants.rooms import RULES, STATEMENTS, Room
from tests.mutants.tree import ROOT, misplaced

LEAST_NOTICED = 0.92


@dataclass(frozen=True)
class Change:
    """What `file` holds instead, and who is asked whether that is noticed."""

    file: str
    says: str
    content: Callable[[], str]
    tests: tuple[str, ...]


def planted() -> Iterator[Change]:
    for fault in FAULTS:
        if why := misplaced(fault):
            raise SystemExit(f"a planted fault does not fit the tree: {why}")
        yield Change(fault.file, fault.says, partial(planted_in, fault), (fault.noticed_by,))


def planted_in(fault: Fault) -> str:
    return (ROOT / fault.file).read_text("utf-8").replace(fault.text, fault.instead)


def drawn(mutants_of: Callable[[str], Iterator[Mutant]], rooms: Sequence[Room]) -> Iterator[Change]:
    for room in rooms:
        for file in room.files():
            for mutant in mutants_of((ROOT / file).read_text("utf-8")):
                yield Change(file, f"{mutant.line}: {mutant.says}", mutant.source, room.tests)


KINDS: Mapping[str, Callable[[], Iterator[Change]]] = {
    "planted": planted,
    "rules": lambda: drawn(python_operators.mutants_of, RULES),
    "sql": lambda: drawn(sql_operators.mutants_of, STATEMENTS),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("kinds", nargs="*", metavar="planted|rules|sql", default=[])
    parser.add_argument("--tenth", action="store_true")
    parser.add_argument("--seconds", type=float, default=inf)
    parser.add_argument("--only", default="", metavar="WORDS")
    given = parser.parse_args(arguments)
    kinds = given.kinds or list(KINDS)
    began = time.monotonic()
    passed = True
    with copy_of_tree() as copy:
        for place, kind in enumerate(kinds):
            changes = [one for one in KINDS[kind]() if given.only in f"{one.file}: {one.says}"]
            if given.tenth:
                changes = Random(seed_of_tree()).sample(changes, (len(changes) + 9) // 10)
            ends = began + given.seconds * (place + 1) / len(kinds)
            passed &= all_tried(copy, kind, changes, ends, few=given.tenth)
    return 0 if passed else 1


def all_tried(copy: Copy, kind: str, changes: Sequence[Change], ends: float, *, few: bool) -> bool:
    """Whether enough are noticed: every planted one, and of the others a share, which says nothing where there are only a `few`."""
    found: Counter[Verdict] = Counter()
    for change in changes:
        if time.monotonic() > ends:
            break
        tried = copy.tried(change.file, change.content(), change.tests)
        found[tried.verdict] += 1
        if kind == "planted" or tried.verdict is not Verdict.NOTICED:
            print(f"{tried.verdict:9}{tried.seconds:6.1f} s  {change.file}: {change.says}  [{' '.join(change.tests)}]", flush=True)
        if tried.verdict is Verdict.BROKEN:
            print("\n".join(tried.said.splitlines()[-12:]), flush=True)
    noticed, missed = found[Verdict.NOTICED], found[Verdict.SURVIVED]
    share = noticed / (noticed + missed) if noticed + missed else 1.0
    late = len(changes) - found.total()
    print(
        f"{kind}: {noticed} of {noticed + missed} noticed, {share:.1%}; {found[Verdict.NO_SQL]} no SQL, {late} not tried for want of time",
        flush=True,
    )
    if kind == "planted":
        return noticed == found.total()
    return not found[Verdict.BROKEN] and (few or share >= LEAST_NOTICED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
