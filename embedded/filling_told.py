"""How far the filling of a province is, for who waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from seed.filling import Progress as Told
from seed.filling import Step

WORDS = {
    Step.ROWS: "Ghi dữ liệu DEMO (writing assignments)",
    Step.INDEXES: "Tạo chỉ mục (building indexes)",
    Step.LOOKING_OVER: "Thống kê (analysing)",
}


@contextmanager
def told() -> Iterator[Told]:
    """A bar for each step, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        shown: dict[Step, TaskID] = {}

        def tell(step: Step, done: int, total: int) -> None:
            if step not in shown:
                shown[step] = bars.add_task(WORDS[step])
            bars.update(shown[step], completed=done, total=total)

        yield tell
