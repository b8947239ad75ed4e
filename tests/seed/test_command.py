"""`chidao seed`: a new folder is filled and told of, one that holds something is not."""

from pathlib import Path

from typer.testing import CliRunner

from chidao.main import app
from tests.seed.test_both_ways import in_a_thread
from tests.seed.test_first_start import filled_tasks

ASKED = ["--assignments", "300", "--until", "2026-10-14", "--seed", "2", "--sizes"]


def test_a_new_folder_is_filled_and_another_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    seed = ["seed", "--data", str(data), *ASKED]
    first = CliRunner().invoke(app, seed)
    assert first.exit_code == 0, first.output
    assert "phân công đến ngày 14/10/2026" in first.output
    assert "event_log" in first.output
    count = in_a_thread(lambda: filled_tasks(data))
    assert count > 300
    again = CliRunner().invoke(app, seed)
    assert (again.exit_code, "đã có dữ liệu" in again.output) == (1, True)
    assert in_a_thread(lambda: filled_tasks(data)) == count
