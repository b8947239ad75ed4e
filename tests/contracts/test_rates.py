"""Named rates against the published figures, and what no published figure tells."""

from decimal import Decimal

import pytest

from libs.contracts.buckets import Bucket
from libs.contracts.rates import RATES, Rounding, percentage, rate_of
from tests.contracts.golden import FIGURES, GOLDEN_CASES, GoldenCase

PUBLISHED = [(case, name) for case in GOLDEN_CASES for name in case.rates]


def test_the_golden_cases_are_there() -> None:
    assert [case.id for case in GOLDEN_CASES] == ["G1", "G2", "G3", "G4"]
    assert set(RATES) == set(FIGURES["rates"])


@pytest.mark.parametrize(("case", "name"), PUBLISHED, ids=[f"{case.id}-{name}" for case, name in PUBLISHED])
def test_golden_rate(case: GoldenCase, name: str) -> None:
    expected = case.rates[name]
    half_up = rate_of(RATES[name], case.counts)
    truncated = rate_of(RATES[name], case.counts, Rounding.TRUNCATE)
    assert (half_up.numerator, half_up.denominator) == (expected.numerator, expected.denominator)
    assert (half_up.value, truncated.value) == (expected.half_up, expected.truncated)


@pytest.mark.parametrize("case", GOLDEN_CASES, ids=[case.id for case in GOLDEN_CASES])
def test_golden_totals(case: GoldenCase) -> None:
    assert sum(case.counts.values()) == case.totals["N"]
    assert rate_of(RATES["R1"], case.counts).numerator == case.totals["C"]
    assert rate_of(RATES["RU"], case.counts).numerator == case.totals["U"]


def test_the_rates_that_no_case_prints() -> None:
    counts = dict(zip(Bucket, (506, 146, 508, 88, 16, 123), strict=True))
    assert rate_of(RATES["R8"], counts).value == Decimal("2.40")
    assert rate_of(RATES["R10a"], counts).value == Decimal("10.53")
    assert rate_of(RATES["RU"], counts).value == Decimal("16.37")


def test_nothing_of_nothing_is_no_rate() -> None:
    assert all(rate_of(rate, {}).value is None for rate in RATES.values())
    assert rate_of(RATES["R3c"], {Bucket.COMPLETED_UNDATED: 5}).value is None
    assert rate_of(RATES["R1"], {Bucket.OPEN_UNDATED: 5}).value == Decimal("0.00")


def test_a_half_is_rounded_away_from_zero() -> None:
    assert percentage(1, 800) == Decimal("0.13")
    assert percentage(3, 800) == Decimal("0.38")
    assert percentage(1, 800, Rounding.TRUNCATE) == Decimal("0.12")
    assert str(percentage(1, 2)) == "50.00"


def test_every_rate_has_words() -> None:
    assert all(rate.label and "/" in rate.formula for rate in RATES.values())
    assert len({rate.label for rate in RATES.values()}) == len(RATES)
