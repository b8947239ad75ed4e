"""What is drawn: the same by the same seed, in the order of time, with everything in it that a province has."""

import os
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from libs.common.clock import vietnam_date
from seed.calendar import WorkingDays
from seed.cast import Cast
from seed.drawing import Drawing, sketches
from seed.filling import PROVINCE, end_of
from seed.lives import Confirm, DocumentLife, Return, Submit
from seed.playing import Played, play
from seed.scale import TASKS_A_YEAR, Scale, of_assignments, of_years
from services.directives.domain.vocabulary import DirectiveKind, DirectiveState
from services.directory.province import Province
from services.tasks.domain.lifecycle import State
from tests.seed.digest import Random, digest

ROOT = Path(__file__).resolve().parents[2]
UNTIL = date(2026, 10, 14)
SEED = 4
SCALE = of_assignments(12_000, UNTIL)
CAST = Cast(Province(PROVINCE), UNTIL)


@pytest.fixture(scope="module")
def lives() -> list[DocumentLife]:
    calendar = WorkingDays(SCALE.first, UNTIL)
    drawing = Drawing(SCALE, CAST, calendar, SEED)
    return [drawing.life(sketch) for sketch in sketches(SCALE, CAST, calendar, SEED)]


@pytest.fixture(scope="module")
def played(lives: list[DocumentLife]) -> list[Played]:
    return [play(life, first_number=1, living=CAST.living, until=end_of(UNTIL), chance=Random(1)) for life in lives]


def test_a_seed_draws_the_same_rows_in_any_process() -> None:
    def elsewhere(seed: int, hashes: str) -> str:
        environment = os.environ | {"PYTHONHASHSEED": hashes}
        command = [sys.executable, "-m", "tests.seed.digest", str(seed)]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    assert digest(5) == elsewhere(5, "1") == elsewhere(5, "2")
    assert digest(6) != digest(5)


def test_everything_happens_in_the_order_of_time_and_by_the_last_day(lives: list[DocumentLife]) -> None:
    for life in lives:
        assert life.released is None or life.released.at > life.registered.at
        for course in life.courses.values():
            assert life.released is not None
            moments = [life.released.at, *(act.at for act in course)]
            assert all(earlier < later for earlier, later in pairwise(moments))
            assert vietnam_date(moments[-1]) <= UNTIL


def test_there_is_something_of_everything(lives: list[DocumentLife], played: list[Played]) -> None:
    tasks = [task for one in played for task in one.tasks if not task.is_group]
    assert {task.state for task in tasks} == set(State)
    assert {life.draft.kind for life in lives} == set(DirectiveKind)
    assert {one.directive.state for one in played} == set(DirectiveState)
    acts = [act for life in lives for course in life.courses.values() for act in course]
    assert {type(act).__name__ for act in acts} == {"Accept", "Report", "Submit", "Confirm", "Return"}
    dated = [task for task in tasks if task.course.due is not None and task.course.completed_on is not None]
    late = sum(task.course.completed_on > task.course.due for task in dated if task.course.completed_on and task.course.due)
    assert 0 < late < len(dated) / 2
    assert any(task.course.return_count > 1 for task in tasks)
    assert any(task.assigned.flags for task in tasks)
    instructions = [one for life in lives for one in life.draft.instructions]
    assert 0.3 < sum(one.due is None for one in instructions) / len(instructions) < 0.5


def test_a_year_has_eight_assignments_to_a_task() -> None:
    scale = of_years("year", UNTIL)
    drawn = sketches(scale, CAST, WorkingDays(scale.first, UNTIL), SEED)
    tasks, assignments = sum(len(one.groups) for one in drawn), sum(one.assignments for one in drawn)
    assert TASKS_A_YEAR <= tasks < TASKS_A_YEAR + 20
    assert 7 < assignments / tasks < 9
    numbers = [one.first_number for one in drawn]
    assert numbers == sorted(numbers)
    assert all(earlier.first_number + earlier.numbers == later.first_number for earlier, later in pairwise(drawn))


def test_a_scale_ends_on_its_last_day() -> None:
    assert of_assignments(1_000_000, UNTIL) == Scale("1000000", UNTIL - timedelta(1825), UNTIL, assignments=1_000_000)


def test_a_return_is_always_followed_by_another_result_or_by_nothing(lives: list[DocumentLife]) -> None:
    for life in lives:
        for course in life.courses.values():
            for act, after in pairwise(course):
                if isinstance(act, Return):
                    assert isinstance(after, Submit)
                if isinstance(act, Submit):
                    assert isinstance(after, Confirm | Return)
