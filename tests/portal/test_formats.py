"""Numbers and moments as a Vietnamese office writes them."""

from datetime import date
from decimal import Decimal

import pytest

from portal.formats import at_most_99, clock_time, day_of_moment, full_day, moment_day, percent, sentence, short_day, thousands


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "–"), (Decimal("85.95"), "85,95"), ("85.95", "85,95"), (Decimal("100.00"), "100,00"), (Decimal("0.00"), "0,00")],
)
def test_a_rate_has_a_comma_and_none_is_a_dash(value: str | Decimal | None, written: str) -> None:
    assert percent(value) == written


def test_numbers() -> None:
    assert [thousands(number) for number in (0, 999, 1000, 3486, 1234567)] == ["0", "999", "1.000", "3.486", "1.234.567"]
    assert [at_most_99(number) for number in (0, 99, 100)] == ["0", "99", "99+"]


def test_days() -> None:
    assert [full_day(day) for day in (date(2026, 3, 5), "2026-03-05", None)] == ["05/03/2026", "05/03/2026", ""]
    assert short_day(date(2026, 3, 5)) == "5/3"


@pytest.mark.parametrize(
    ("moment", "clock", "day"),
    [("2026-03-05T16:59:59Z", "23:59 05/03/2026", date(2026, 3, 5)), ("2026-03-05T17:00:00+00:00", "00:00 06/03/2026", date(2026, 3, 6))],
)
def test_a_moment_is_told_by_the_clock_in_viet_nam(moment: str, clock: str, day: date) -> None:
    assert (clock_time(moment), day_of_moment(moment), moment_day(moment)) == (clock, day, short_day(day))
    assert day_of_moment(None) is None


def test_a_sentence_begins_with_a_capital() -> None:
    assert [sentence(words) for words in ("đến hạn ngày mai", "", "Quá hạn")] == ["Đến hạn ngày mai", "", "Quá hạn"]
