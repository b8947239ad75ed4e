"""docs/testing.md knows every part of ./test, and every long part with the test that tries a little of it."""

import re
from pathlib import Path

import pytest

from tests import long, parts
from tests.parts import Outcome, folders_of, slowness, written_seconds

TEXT = parts.TESTING.read_text("utf-8")


def test_every_part_has_its_seconds() -> None:
    assert set(written_seconds()) == set(parts.PARTS)


def test_every_part_has_its_lane() -> None:
    assert sorted(part for lane in parts.LANES for part in lane) == sorted(parts.PARTS)


def test_every_long_part_is_told_with_what_tries_a_little_of_it() -> None:
    told = dict(re.findall(r"^\| (\w+) \| \d+ \| .* \| `(tests/[\w/]+\.py)` \|$", TEXT, re.MULTILINE))
    assert told == {name: part.smoke for name, part in long.PARTS.items()}
    tried = {folder for part in parts.PARTS if part not in ("lint", "types", "walls") for folder in folders_of(part)}
    for smoke in told.values():
        assert (parts.ROOT / smoke).exists()
        assert str(Path(smoke).parent) in tried


def test_a_slow_part_is_named() -> None:
    written = written_seconds()["unit"]
    assert slowness(Outcome("unit", seconds=2.0 * written)) == ""
    assert f"more than twice its {written} s" in slowness(Outcome("unit", seconds=2.0 * written + 1))


def test_what_is_red_is_named_at_the_very_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "unit.xml"
    report.write_text(
        """<testsuites><testsuite>
        <testcase classname="tests.unit.test_a" name="test_green"/>
        <testcase classname="tests.unit.test_a" name="test_red[xã]"><failure message="assert 1 == 2&#10; +  where">…</failure></testcase>
        <testcase classname="tests.unit.test_b" name="test_broken"><error message="failed on setup">…</error></testcase>
        <testcase classname="tests.unit.test_b" name="test_left_out"><skipped message="no server"/></testcase>
        </testsuite></testsuites>""",
        "utf-8",
    )
    red = parts.told_in(report, "unit", "failure", "error")
    assert red == ["unit: tests.unit.test_a.test_red[xã]: assert 1 == 2", "unit: tests.unit.test_b.test_broken: failed on setup"]
    assert parts.told_in(report, "unit", "skipped") == ["unit: tests.unit.test_b.test_left_out: no server"]
    monkeypatch.setitem(parts.PARTS, "unit", lambda: Outcome("unit", passed=False, red=red))
    assert parts.main(["unit"]) == 1
    told = capsys.readouterr().out
    assert told.index("FAILED  unit") < told.index("RED:") < told.index(red[0]) < told.index(red[1])


def test_a_long_run_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trials = tmp_path / "trials.md"
    trials.write_text(long.TRIALS.read_text("utf-8"))
    monkeypatch.setattr(long, "commit", lambda: "0123abc")
    long.keep("storm", passed=False, seconds=601, seed=7, trials=trials)
    *before, kept = trials.read_text("utf-8").splitlines()
    assert before == long.TRIALS.read_text("utf-8").splitlines()
    assert re.fullmatch(r"\| \d\d/\d\d/\d{4} \| storm \| 0123abc \| .+ cores, \d+ GiB \| 10 min \| 7 \| \*\*failed\*\* \|", kept)


def test_a_part_that_nobody_knows_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["long", "everything"]) == 2
    assert "storm" in capsys.readouterr().err
