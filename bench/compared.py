"""Ours beside the other side, round by round."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Compared:
    """What each round did a second; `ratio` is the median of ours to bare, round by round."""

    name: str
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(our / other for our, other in zip(self.ours, self.bare, strict=True))
