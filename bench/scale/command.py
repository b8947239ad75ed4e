"""`python -m bench scale [--rows N] [--json FILE] [--only WORDS]`."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.scale.measuring import QUESTIONS, Measured, measure
from bench.scale.told import table
from seed.scale import of_assignments

SIZES = (10_000, 100_000, 1_000_000)
# A fixed day, so that a filled folder can be taken again tomorrow.
UNTIL = date(2026, 11, 25)
FRAGMENT = Path(__file__).resolve().parents[2] / "docs" / "performance-scale.md"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench scale")
    parser.add_argument("--rows", type=int, action="append", metavar="N", help="one size instead of all; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--only", default="", metavar="WORDS", help="questions whose name holds these words")
    given = parser.parse_args(arguments)
    sizes = given.rows or SIZES
    asked = [question for question in QUESTIONS if given.only in question.name]
    found: list[Measured] = []
    for rows in sizes:
        found += measure(of_assignments(rows, UNTIL), rows, keep_plans=rows == max(sizes) and not given.only, tell=_tell, questions=asked)
    told = table(found)
    print(told)
    if not given.only:
        FRAGMENT.write_text(told, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1), encoding="utf-8")


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _plain(one: Measured) -> dict[str, object]:
    return {
        "name": one.question.name,
        "kind": one.question.kind,
        "rows": one.rows,
        "p50_ms": round(one.milliseconds(0.5), 2),
        "p95_ms": round(one.milliseconds(0.95), 2),
        "aim_ms": one.question.aim_ms,
    }
