"""A smoke of `bench scale`: each question is asked once of a little province; a million rows are no place to find one refused."""

from datetime import date
from pathlib import Path

import pytest

from bench.scale.measuring import QUESTIONS, Effort, measure
from seed.scale import of_assignments

ONCE = Effort(warm=0, timed=1, explained=1, plain_warm=0, plain_timed=1, idle_seconds=1.0)
UNTIL = date(2026, 11, 25)


def test_every_question_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIDAO_CACHE", str(tmp_path))
    told: list[str] = []
    found = measure(of_assignments(2_000, UNTIL), 2_000, keep_plans=False, tell=told.append, questions=QUESTIONS, effort=ONCE)
    assert [one.question for one in found] == [*QUESTIONS]
    assert all(len(one.seconds) == 1 for one in found)
    # What a page shows comes from a database; the rates are a rule, the badge's number may be kept, and nobody was reorganised here.
    silent = {one.question.name for one in found if not one.buffers}
    assert silent <= {
        "reporting GET /rates",
        "directives GET /vocabulary",
        "tasks GET /successions/progress",
        "tasks GET /successions/awaiting-lead",
    }, silent
