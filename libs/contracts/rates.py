"""The named rates of rulebook 1.5. A rate is two sets of buckets, so its numerator and its denominator each open a list.

There is no "completion rate": whoever shows a rate shows its name and its formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from libs.contracts.buckets import COMPLETED, DATED, OPEN, Bucket

ALL = frozenset(Bucket)
ON_TIME = frozenset({Bucket.COMPLETED_ON_TIME})
LATE = frozenset({Bucket.COMPLETED_LATE})
OVERDUE = frozenset({Bucket.OPEN_OVERDUE})
DECIDED_BY_DATE = ON_TIME | LATE | OVERDUE


class Rounding(StrEnum):
    """Setting of rulebook 1.5; percentages have two decimals either way."""

    HALF_UP = "HALF_UP"
    TRUNCATE = "TRUNCATE"


@dataclass(frozen=True)
class Rate:
    """One rate: `label` and `formula` are what a person reads beside the figure."""

    name: str
    label: str
    formula: str
    numerator: frozenset[Bucket]
    denominator: frozenset[Bucket]


RATES: Mapping[str, Rate] = {
    rate.name: rate
    for rate in (
        Rate("R1", "Hoàn thành trên tổng số giao", "Hoàn thành / Tổng số nhiệm vụ được giao", COMPLETED, ALL),
        Rate(
            "R2",
            "Hoàn thành trên số đã đến hạn",
            "(Hoàn thành đúng hạn + Hoàn thành trễ hạn) / (Hoàn thành đúng hạn + Hoàn thành trễ hạn + Chưa hoàn thành, quá hạn)",
            ON_TIME | LATE,
            DECIDED_BY_DATE,
        ),
        Rate("R3a", "Đúng hạn trên số hoàn thành", "Hoàn thành đúng hạn / Hoàn thành", ON_TIME, COMPLETED),
        Rate(
            "R3b",
            "Đúng hạn trên số hoàn thành, tính cả nhiệm vụ không thời hạn",
            "(Hoàn thành đúng hạn + Hoàn thành không thời hạn) / Hoàn thành",
            ON_TIME | {Bucket.COMPLETED_UNDATED},
            COMPLETED,
        ),
        Rate(
            "R3c",
            "Đúng hạn trên số hoàn thành có thời hạn",
            "Hoàn thành đúng hạn / (Hoàn thành đúng hạn + Hoàn thành trễ hạn)",
            ON_TIME,
            ON_TIME | LATE,
        ),
        Rate("R4", "Đúng hạn trên tổng số giao", "Hoàn thành đúng hạn / Tổng số nhiệm vụ được giao", ON_TIME, ALL),
        Rate("R5", "Quá hạn chưa hoàn thành trên tổng số giao", "Chưa hoàn thành, quá hạn / Tổng số nhiệm vụ được giao", OVERDUE, ALL),
        Rate(
            "R6", "Quá hạn chưa hoàn thành trên số có thời hạn", "Chưa hoàn thành, quá hạn / Tổng số nhiệm vụ có thời hạn", OVERDUE, DATED
        ),
        Rate("R7", "Quá hạn trên số chưa hoàn thành", "Chưa hoàn thành, quá hạn / Chưa hoàn thành", OVERDUE, OPEN),
        Rate(
            "R8",
            "Quá hạn chưa hoàn thành trên số đã đến hạn",
            "Chưa hoàn thành, quá hạn / (Hoàn thành đúng hạn + Hoàn thành trễ hạn + Chưa hoàn thành, quá hạn)",
            OVERDUE,
            DECIDED_BY_DATE,
        ),
        Rate("R10a", "Hoàn thành trễ hạn trên tổng số giao", "Hoàn thành trễ hạn / Tổng số nhiệm vụ được giao", LATE, ALL),
        Rate("R10b", "Hoàn thành trễ hạn trên số hoàn thành", "Hoàn thành trễ hạn / Hoàn thành", LATE, COMPLETED),
        Rate("RU", "Chưa hoàn thành trên tổng số giao", "Chưa hoàn thành / Tổng số nhiệm vụ được giao", OPEN, ALL),
    )
}


@dataclass(frozen=True)
class RateValue:
    """`value` is a percentage, None where nothing is counted in the denominator: 0/0 is no rate, neither 0 nor 100."""

    value: Decimal | None
    numerator: int
    denominator: int


def rate_of(rate: Rate, counts: Mapping[Bucket, int], rounding: Rounding = Rounding.HALF_UP) -> RateValue:
    """The rate of the tasks counted per bucket in `counts`; an absent bucket counts nothing."""
    numerator = sum(counts.get(bucket, 0) for bucket in rate.numerator)
    denominator = sum(counts.get(bucket, 0) for bucket in rate.denominator)
    return RateValue(percentage(numerator, denominator, rounding), numerator, denominator)


def percentage(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> Decimal | None:
    """`numerator / denominator` in percent with two decimals, or None when the denominator is 0."""
    if denominator == 0:
        return None
    how = ROUND_HALF_UP if rounding is Rounding.HALF_UP else ROUND_DOWN
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(Decimal("0.01"), rounding=how)
