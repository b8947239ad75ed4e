"""What a storm has found, and what it was: all that a report needs."""

from collections import Counter
from dataclasses import dataclass, field

from faults.kills import Kind
from libs.common.fault_points import Point
from system.refusals import CannotRun


class NobodyCame(CannotRun):
    """A named point was waited for in vain, or a part did not come back: the storm says nothing then."""

    def __init__(self, otherwise: str) -> None:
        super().__init__("Không thực hiện được hết", f"the storm came to no end: {otherwise}")


@dataclass
class Outcome:
    """What a storm was, and what it left. `found` are sentences, one for each difference; none means that the promise was kept.

    `hits`: kills of parts that stood at a point; `beside`: kills of servers while a part stood there.

    `convergence`: seconds after each kill from the moment the killed part took connections again until everything that had happened
    before was everywhere; `away`: seconds from the kill to that moment.
    """

    seed: int
    kills: Counter[Kind] = field(default_factory=Counter)
    hits: Counter[Point] = field(default_factory=Counter)
    beside: Counter[Point] = field(default_factory=Counter)
    at_random: int = 0
    convergence: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    accepted: int = 0
    repeats: int = 0
    replayed: int = 0
    overtaken: int = 0
    dead_letters_that_came_again: int = 0
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return not self.found
