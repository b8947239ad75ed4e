"""The axis of time and the forms of dates."""

from datetime import date, timedelta

import pytest

from portal.axis import Axis, squares
from portal.formats import NotADay, near_day, parse_day, thousands
from portal.task_view import shortened

TODAY = date(2026, 10, 14)
AXIS = Axis(TODAY)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


@pytest.mark.parametrize(("day", "place"), [(0, 50.0), (-28, 0.0), (28, 100.0), (-400, 0.0), (400, 100.0), (14, 75.0)])
def test_four_weeks_on_each_side_of_today(day: int, place: float) -> None:
    assert AXIS.place(days(day)) == place


def test_a_day_at_the_edge_is_shown_and_the_next_is_not() -> None:
    assert [AXIS.shows(days(count)) for count in (-29, -28, 0, 28, 29)] == [False, True, True, True, False]
    edge = AXIS.bar(kind="intime", assigned_on=days(-28), due=days(28), reported_on=days(-28))
    assert (edge.due, edge.report, edge.cut_left, edge.cut_right) == (100.0, 0.0, False, False)
    beyond = AXIS.bar(kind="intime", assigned_on=days(-29), due=days(29), reported_on=days(-29))
    assert (beyond.due, beyond.report, beyond.cut_left, beyond.cut_right) == (None, None, True, True)


def test_red_is_only_the_span_between_due_date_and_today() -> None:
    bar = AXIS.bar(kind="overdue", assigned_on=days(-23), due=days(-5))
    assert bar.elapsed is not None
    assert (bar.elapsed.x, bar.elapsed.x + bar.elapsed.width) == (AXIS.place(days(-5)), 50.0)
    assert bar.spent is not None
    assert bar.spent.x + bar.spent.width == pytest.approx(bar.elapsed.x)


def test_an_open_task_is_lived_up_to_today_and_planned_beyond() -> None:
    bar = AXIS.bar(kind="intime", assigned_on=days(-10), due=days(10))
    assert bar.elapsed is not None
    assert bar.planned is not None
    assert bar.elapsed.x + bar.elapsed.width == bar.planned.x == 50.0
    assert bar.after_due is None


def test_a_late_completion_shows_what_came_after_the_due_date() -> None:
    bar = AXIS.bar(kind="late", assigned_on=days(-20), due=days(-10), ended_on=days(-3))
    assert bar.after_due is not None
    assert bar.after_due.x == AXIS.place(days(-10))
    assert bar.planned is None


def test_a_task_assigned_today_has_lived_nothing() -> None:
    bar = AXIS.bar(kind="intime", assigned_on=TODAY, due=TODAY)
    assert bar.elapsed is None
    assert bar.planned is None


def test_what_lies_beyond_the_ends_is_counted_not_drawn() -> None:
    strip = squares(AXIS, [(days(-2), 1), (days(1), 1), (days(9), 4)], earlier=1, later=3, overdue=2, soon=1)
    assert (len(strip.overdue), len(strip.soon), len(strip.in_time)) == (1, 1, 4)
    assert (strip.earlier, strip.later, strip.columns) == (1, 3, [])


def test_many_of_one_day_do_not_look_like_four() -> None:
    strip = squares(AXIS, [(days(-1), 96), (days(2), 24), (days(9), 1)], earlier=7, later=0, overdue=102, soon=24)
    assert (strip.overdue, strip.soon, strip.in_time) == ([], [], []), "one measure for all days of a row"
    by_kind = {column.kind: column for column in strip.columns if column.x != AXIS.place(days(-1))}
    assert (by_kind["soon"].height, by_kind["in_time"].height) == (6.0, 3.0), "a quarter of the highest; the lowest is seen"
    upon_each_other = [(column.kind, round(column.y + column.height, 1)) for column in strip.columns if column.x == AXIS.place(days(-1))]
    assert upon_each_other[0] == ("overdue", 25.0)
    assert upon_each_other[1][0] == "in_time", "one that awaits the Office is not overdue"
    assert (strip.tallest, strip.tallest_at, strip.earlier) == (96, AXIS.place(days(-1)), 7)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("05/03/2026", date(2026, 3, 5)),
        (" 5.3.2026 ", date(2026, 3, 5)),
        ("31-12-2026", date(2026, 12, 31)),
        ("02012026", date(2026, 1, 2)),
        ("020126", date(2026, 1, 2)),
        ("2/1/26", date(2026, 1, 2)),
        ("02-01-2026", date(2026, 1, 2)),
    ],
)
def test_days_as_people_type_them(typed: str, day: date) -> None:
    assert parse_day(typed) == day


@pytest.mark.parametrize("typed", ["", "31/02/2026", "2026-03-05", "5/3", "5/3/126", "ngày mai", "2012026", "31022026", "١/٢/٢٠٢٦ x"])
def test_what_is_no_day(typed: str) -> None:
    with pytest.raises(NotADay):
        parse_day(typed)


def test_a_long_demand_is_cut_between_words() -> None:
    assert shortened("ngắn") == "ngắn"
    cut = shortened("Rà soát các công trình thủy lợi; " * 20)
    assert len(cut) <= 181
    assert cut.endswith("…")
    assert not cut.rstrip("…").endswith((" ", ";"))


def test_thousands_as_written_here() -> None:
    assert thousands(3486) == "3.486"


def test_a_day_of_another_year_says_so() -> None:
    assert near_day(date(2026, 3, 5), date(2026, 11, 25)) == "5/3"
    assert near_day(date(2025, 3, 5), date(2026, 11, 25)) == "5/3/2025"
