"""The whole as one bar: how wide each part is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class SharePart:
    """Places in percent of the width; `kind` colours the part, `pattern` is drawn over it."""

    kind: str
    pattern: str
    x: float
    width: float


def share_of(counted: Iterable[tuple[str, str, int]]) -> list[SharePart]:
    """`counted` is (kind, pattern, number) from left to right; what is 0 has no part."""
    known = [one for one in counted if one[2]]
    total = sum(number for _, _, number in known)
    parts, before = [], 0
    for kind, pattern, number in known:
        parts.append(SharePart(kind, pattern, round(before / total * 100, 2), round(number / total * 100, 2)))
        before += number
    return parts
