"""Operators change one thing at a time; whatever no test notices and nobody judged fails the run and is named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import pytest

from tests.mutants import judged, python_operators, sql_operators
from tests.mutants.__main__ import all_tried
from tests.mutants.changes import KINDS, Change
from tests.mutants.copied import Copy, Tried, Verdict

RULE = "def allowed(a, b):\n    return a < b and not b\n"
QUESTION = 'QUESTION = "SELECT max(due) FROM task WHERE state = :state AND due <= :day"\n'


def test_a_rule_is_changed_in_one_place_at_a_time() -> None:
    written = {mutant.says: mutant.source().splitlines()[1].strip() for mutant in python_operators.mutants_of(RULE)}
    assert written == {
        "returns None": "return None",
        "And exchanged": "return a < b or not b",
        "term 1 left out": "return not b",
        "term 2 left out": "return a < b",
        "Lt → LtE": "return a <= b and (not b)",
        "not left out": "return a < b and (not not b)",
    }


def test_a_question_is_changed_in_one_place_at_a_time() -> None:
    written = [" ".join(mutant.source().split("'")[1].split()).removeprefix("SELECT ") for mutant in sql_operators.mutants_of(QUESTION)]
    assert sorted(written) == sorted(
        [
            "max(due) FROM task WHERE state = :state AND due < :day",
            "max(due) FROM task WHERE state <> :state AND due <= :day",
            "max(due) FROM task WHERE state = :state OR due <= :day",
            "min(due) FROM task WHERE state = :state AND due <= :day",
            "max(assigned_on) FROM task WHERE state = :state AND due <= :day",
            "max(due) FROM task WHERE state = :state AND assigned_on <= :day",
            "max(due) FROM task WHERE state = :state",
            "max(due) FROM task WHERE due <= :day",
        ]
    )


@dataclass
class Answering(Copy):
    """Says of each change what the tests would."""

    root: Path = Path()
    lent: Path = Path()
    verdicts: list[Verdict] = field(default_factory=list)

    def tried(self, file: str, content: str, tests: Sequence[str]) -> Tried:
        return Tried(self.verdicts.pop(0), 0.1, "")


def changes(number: int) -> list[Change]:
    return [Change("libs/rule.py", f"change {one}", str, ("tests/unit",), "return a < b", 3) for one in range(number)]


def passes(kind: str, *verdicts: Verdict, drawn: bool = False, whole: bool = True) -> bool:
    return all_tried(Answering(verdicts=list(verdicts)), kind, changes(len(verdicts)), inf, drawn=drawn, whole=whole)


@pytest.mark.parametrize("kind", KINDS)
def test_what_survives_fails_the_run_and_is_named(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert passes(kind, Verdict.NOTICED, Verdict.NOTICED)
    assert not passes(kind, *[Verdict.NOTICED] * 99, Verdict.SURVIVED, whole=False)
    told = capsys.readouterr().out
    assert "SURVIVED     0.1 s  libs/rule.py:3: `return a < b`: change 99  [tests/unit]" in told
    assert f"{kind}: 99 of 100 noticed, 99.0%" in told
    assert not passes(kind, Verdict.NOTICED, Verdict.BROKEN)


def test_of_a_draw_what_is_planted_is_noticed_and_of_the_others_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    assert not passes("planted", *[Verdict.NOTICED] * 99, Verdict.SURVIVED, drawn=True)
    assert passes("rules", *[Verdict.NOTICED] * 24, Verdict.SURVIVED, Verdict.SURVIVED, drawn=True)
    assert "SURVIVED     0.1 s  libs/rule.py:3: `return a < b`: change 25" in capsys.readouterr().out
    assert not passes("rules", *[Verdict.NOTICED] * 22, Verdict.SURVIVED, Verdict.SURVIVED, drawn=True)
    assert not passes("rules", *[Verdict.NOTICED] * 99, Verdict.BROKEN, drawn=True)


def test_what_is_judged_survives_as_long_as_it_is_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "| file | line | change | why |\n|---|---|---|---|\n| `libs/rule.py` | `return a < b` | change 0 | They are never equal. |\n"
    monkeypatch.setattr(judged, "JUDGEMENTS", tmp_path / "mutants.md")
    judged.JUDGEMENTS.write_text(said, "utf-8")
    assert judged.judged() == {("libs/rule.py", "return a < b", "change 0")}
    assert passes("rules", Verdict.SURVIVED, *[Verdict.NOTICED] * 20)
    assert not passes("rules", Verdict.SURVIVED, *[Verdict.NOTICED] * 5)
    assert passes("rules", Verdict.SURVIVED, *[Verdict.NOTICED] * 5, whole=False)
    judged.JUDGEMENTS.write_text(said.replace("They are never equal.", " "), "utf-8")
    assert judged.judged() == set(), "a judgement has words"


def test_every_judgement_is_of_something_that_is_changed() -> None:
    assert judged.judged() - {change.place for kind in ("rules", "sql") for change in KINDS[kind]()} == set()
