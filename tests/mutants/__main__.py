"""`python -m tests.mutants [planted|rules|sql]…`: faults in a copy of the tree, each of which some test must notice.

`--tenth` takes a tenth of them, drawn by the tree; `--only WORDS` those that name the words. Ends with 1 when a planted one is not
noticed, or fewer of the others than `LEAST_NOTICED`.
"""

import argparse
import sys
from collections.abc import Sequence
from random import Random
from typing import TypeVar

from tests.chance import seed_of_tree
from tests.mutants import forked, python_operators, sql_operators
from tests.mutants.planted import FAULTS
from tests.mutants.rooms import RULES, STATEMENTS
from tests.mutants.tree import ROOT, Verdict, copy_of_tree, misplaced, pytest_in, tried

LEAST_NOTICED = 0.92
OPERATORS = {"rules": (python_operators.mutants_of, RULES), "sql": (sql_operators.mutants_of, STATEMENTS)}
# A rule's tests take a second or two, those that ask a database some more.
GIVEN_UP_SECONDS = 120.0
T = TypeVar("T")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("kinds", nargs="*", metavar="planted|rules|sql", default=[])
    parser.add_argument("--tenth", action="store_true")
    parser.add_argument("--only", default="", metavar="WORDS")
    given = parser.parse_args(arguments)
    kinds = given.kinds or ["planted", *OPERATORS]
    passed = [planted(given.only, tenth=given.tenth) if kind == "planted" else drawn(kind, given.only, tenth=given.tenth) for kind in kinds]
    return 0 if all(passed) else 1


def planted(only: str, *, tenth: bool) -> bool:
    """Every one must be noticed."""
    faults = _some([one for one in FAULTS if only in f"{one.file} {one.says}"], tenth=tenth)
    wrong = [why for fault in faults if (why := misplaced(fault))]
    for why in wrong:
        print(f"MISPLACED {why}")
    noticed = 0
    with copy_of_tree() as copy:
        red = {asked for asked in sorted({fault.noticed_by for fault in faults}) if not tenth and pytest_in(copy, asked)[0] != 0}
        for fault in faults:
            if misplaced(fault):
                continue
            found = tried(copy, fault)
            verdict = Verdict.BROKEN if fault.noticed_by in red else found.verdict
            noticed += verdict is Verdict.NOTICED
            print(f"{verdict:9}{found.seconds:6.1f} s  {fault.file}: {fault.says}  [{fault.noticed_by}]", flush=True)
            if verdict is Verdict.BROKEN:
                print("\n".join(found.said.splitlines()[-12:]), flush=True)
    print(f"planted: {noticed} of {len(faults)} noticed", flush=True)
    return noticed == len(faults)


def drawn(kind: str, only: str, *, tenth: bool) -> bool:
    """Made by operators; survivors are told, and judged in docs/mutants.md."""
    forked.warm_up()
    mutants_of, rooms = OPERATORS[kind]
    every = [
        (file, mutant, room)
        for room in rooms
        for file in room.files()
        if only in file
        for mutant in mutants_of((ROOT / file).read_text("utf-8"))
    ]
    noticed = counted = 0
    for file, mutant, room in _some(every, tenth=tenth):
        verdict, _ = forked.tried(file, mutant, room.tests, given_up_seconds=GIVEN_UP_SECONDS)
        counted += verdict is not Verdict.BROKEN
        noticed += verdict is Verdict.NOTICED
        if verdict is Verdict.SURVIVED:
            print(f"{verdict:9} {file}:{mutant.line}: {mutant.says}", flush=True)
    share = noticed / counted if counted else 1.0
    print(f"{kind}: {noticed} of {counted} noticed, {share:.1%}", flush=True)
    return share >= LEAST_NOTICED or tenth


def _some(every: list[T], *, tenth: bool) -> list[T]:
    """All, or a tenth that is drawn anew for each tree."""
    return Random(seed_of_tree()).sample(every, (len(every) + 9) // 10) if tenth else every


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
