"""The published totals G1 to G4 that our formulas and our SQL have to reproduce."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from libs.contracts.buckets import Bucket

FIGURES: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "golden-figures.json").read_text(encoding="utf-8"))

CODES = {
    "C_on": Bucket.COMPLETED_ON_TIME,
    "C_late": Bucket.COMPLETED_LATE,
    "C_nd": Bucket.COMPLETED_UNDATED,
    "U_in": Bucket.OPEN_IN_TIME,
    "U_over": Bucket.OPEN_OVERDUE,
    "U_nd": Bucket.OPEN_UNDATED,
}


@dataclass(frozen=True)
class Expected:
    half_up: Decimal
    truncated: Decimal
    numerator: int
    denominator: int


@dataclass(frozen=True)
class GoldenCase:
    id: str
    as_of: date
    counts: dict[Bucket, int]
    totals: dict[str, int]
    rates: dict[str, Expected]


def _counts(published: dict[str, int | None]) -> dict[Bucket, int]:
    counts = {bucket: published[code] for code, bucket in CODES.items()}
    if all(count is None for bucket, count in counts.items() if bucket.value.startswith("completed")):
        # G4 tells only how many were completed; its rates are the same however those are split.
        counts[Bucket.COMPLETED_ON_TIME] = published["C"]
    return {bucket: count or 0 for bucket, count in counts.items()}


GOLDEN_CASES = [
    GoldenCase(
        id=case["id"],
        as_of=date.fromisoformat(case["as_of"]),
        counts=_counts(case["counts"]),
        totals={code: case["counts"][code] for code in ("N", "C", "U")},
        rates={
            name: Expected(Decimal(rate["value"]), Decimal(rate["truncated"]), rate["numerator"], rate["denominator"])
            for name, rate in case["expected"].items()
        },
    )
    for case in FIGURES["cases"]
]
