"""Fault points: nothing is armed by itself, a wrong word is said, and a process stops where it was told to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from libs.common.fault_points import VARIABLE, Fault, Point, WrongFault, arm, reach

ROOT = Path(__file__).resolve().parents[2]
COMES_THREE_TIMES = """
import os
from libs.common.fault_points import Point, arm, reach
arm(os.environ)
for time in range(1, 4):
    reach(Point.AFTER_COMMIT, of="notify")
    reach(Point.BEFORE_COMMIT, of="tasks")
    reach(Point.AFTER_COMMIT, of=None)
    reach(Point.AFTER_COMMIT, of="tasks")
    print(time, flush=True)
"""


@pytest.mark.parametrize(
    "words",
    [
        "",
        "tasks",
        "tasks:after-commit",
        "tasks:after-lunch:1",
        ":after-commit:1",
        "tasks:after-commit:0",
        "tasks:after-commit:x",
        "tasks:after-commit:1:twice",
    ],
)
def test_a_wrong_word_is_no_silence(words: str) -> None:
    with pytest.raises(WrongFault, match=r"number|points"):
        arm({VARIABLE: words})


def test_nothing_is_armed_by_itself() -> None:
    assert arm({}) is None
    reach(Point.AFTER_COMMIT, of="tasks")


def test_words_are_read_as_they_are_written() -> None:
    for words in ("tasks:after-commit:7", "tasks:after-commit:7:once"):
        assert str(Fault.parse(words)) == words


@pytest.mark.parametrize(("words", "stops"), [("tasks:after-commit:2", ["1", "2"]), ("tasks:after-commit:2:once", ["1"])])
def test_a_process_stops_at_its_point_and_at_each_one_after_or_once(words: str, stops: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", COMES_THREE_TIMES],
        cwd=ROOT,
        env=os.environ | {VARIABLE: words},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = []
    for _ in stops:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert os.WSTOPSIG(status) == signal.SIGSTOP
        said.append(process.stdout.readline().strip())
        process.send_signal(signal.SIGCONT)
    assert process.wait(30) == 0
    # It stood still before the number of the round was said.
    assert said == stops
    assert process.stdout.read().split() == ["1", "2", "3"][len(stops) :]
    process.stdout.close()
