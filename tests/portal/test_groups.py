"""How the agencies of a group stand: each in one place, and what counts as overdue all the same is told beside it."""

from types import SimpleNamespace
from typing import Any

from portal.screens.tasks import STANDINGS, PartsAlike


def tasks(*buckets: str) -> Any:
    return [SimpleNamespace(raw={"bucket": bucket}) for bucket in buckets]


def test_a_late_result_that_awaits_the_office_is_told_to_be_overdue_too() -> None:
    waiting = PartsAlike("await", tasks("open_overdue", "open_in_time", "open_overdue"))
    assert waiting.overdue_too == 2
    assert PartsAlike("overdue", tasks("open_overdue")).overdue_too == 0, "there it is the heading"
    assert [PartsAlike(mark, tasks("completed_late")).overdue_too for mark in STANDINGS] == [0] * len(STANDINGS)
