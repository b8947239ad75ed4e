"""`python -m tests.mutants [planted|rules|sql]…`: faults in a copy of the tree, each of which some test must notice.

`--tenth` takes a tenth of them, drawn by the tree; `--seconds N` begins none later than that, each kind in its share of the time; `--only
WORDS` takes those whose file or name says so; `--seen-green` believes that the tests pass without any fault. Ends with 1 when a planted
one is not noticed, when tests are red without any fault, when fewer of the others are noticed than `LEAST_NOTICED`, or when one of them
survives that docs/mutants.md does not judge: in a tenth that is drawn it is told, and no more, for whoever changed a word and draws
others by it cannot answer for what nobody tried before him.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from math import inf
from random import Random

from tests.chance import seed_of_tree
from tests.mutants.changes import KINDS, Change
from tests.mutants.copied import Copy, Verdict, copy_of_tree
from tests.mutants.judged import judged

LEAST_NOTICED = 0.92


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("kinds", nargs="*", metavar="planted|rules|sql", default=[])
    parser.add_argument("--tenth", action="store_true")
    parser.add_argument("--seconds", type=float, default=inf)
    parser.add_argument("--only", default="", metavar="WORDS")
    parser.add_argument("--seen-green", action="store_true")
    given = parser.parse_args(arguments)
    kinds = given.kinds or list(KINDS)
    began = time.monotonic()
    passed = True
    with copy_of_tree(seen_green=given.seen_green) as copy:
        for place, kind in enumerate(kinds):
            changes = [one for one in KINDS[kind]() if given.only in f"{one.file}: {one.says}"]
            if given.tenth:
                changes = Random(seed_of_tree()).sample(changes, (len(changes) + 9) // 10)
            ends = began + given.seconds * (place + 1) / len(kinds)
            passed &= all_tried(copy, kind, changes, ends, drawn=given.tenth, whole=not given.only)
    return 0 if passed else 1


def all_tried(copy: Copy, kind: str, changes: Sequence[Change], ends: float, *, drawn: bool = False, whole: bool = True) -> bool:
    """Whether enough of them are noticed: they are a whole kind, or a few of it that were asked for or `drawn`."""
    found: Counter[Verdict] = Counter()
    known = judged()
    for change in changes:
        if time.monotonic() > ends:
            break
        tried = copy.tried(change.file, change.content(), change.tests)
        verdict = Verdict.JUDGED if tried.verdict is Verdict.SURVIVED and change.place in known else tried.verdict
        found[verdict] += 1
        if kind == "planted" or verdict in (Verdict.SURVIVED, Verdict.BROKEN):
            print(f"{verdict:10}{tried.seconds:6.1f} s  {change}  [{' '.join(change.tests)}]", flush=True)
        if verdict is Verdict.BROKEN:
            print("\n".join(tried.said.splitlines()[-12:]), flush=True)
    counted = found[Verdict.NOTICED] + found[Verdict.SURVIVED] + found[Verdict.JUDGED]
    share = found[Verdict.NOTICED] / counted if counted else 1.0
    left = f"{found[Verdict.NO_SQL]} no SQL, {found[Verdict.NOT_HERE]} not here, {len(changes) - found.total()} not tried for want of time"
    print(f"{kind}: {found[Verdict.NOTICED]} of {counted} noticed, {share:.1%}, {found[Verdict.JUDGED]} judged; {left}", flush=True)
    if found[Verdict.BROKEN] or (found[Verdict.SURVIVED] and (kind == "planted" or not drawn)):
        return False
    # Of the few that somebody asked for a share says nothing, and of a draw it says all.
    return share >= LEAST_NOTICED if drawn else not whole or (share >= LEAST_NOTICED and not found[Verdict.NOT_HERE])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
