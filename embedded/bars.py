"""Bars on standard error for who waits: one for each step of a long work, in the order in which they begin."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Step = TypeVar("Step", bound=Enum)


@contextmanager
def bars(words: Mapping[Step, str]) -> Iterator[Callable[[Step, int, int], None]]:
    """Told of a step how much of it is done and how much there is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown_bars:
        shown: dict[Step, TaskID] = {}

        def tell(step: Step, done: int, total: int) -> None:
            if step not in shown:
                shown[step] = shown_bars.add_task(words[step])
            shown_bars.update(shown[step], completed=done, total=total)

        yield tell
