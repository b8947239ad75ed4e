"""What differs is found both ways, by the path that leads to it."""

from typing import Any

import pytest

from realm.comparing import LONGEST_TOLD, Unlike, mended, unlike, unlike_where_described


@pytest.mark.parametrize(
    ("found", "should", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [Unlike("a", 1, 2)]),
        ({"a": False}, {"a": True}, [Unlike("a", False, True)]),
        ({}, {"a": 1}, [Unlike("a", None, 1)]),
        ({"a": 1}, {}, [Unlike("a", 1, None)]),
        ({"a": 0}, {}, [Unlike("a", 0, None)]),
        ({"a": False}, {}, [Unlike("a", False, None)]),
        ({"a": None, "b": "", "c": [], "d": {}}, {}, []),
        ({}, {"a": "", "b": [], "c": {}}, []),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, []),
        ({"a": ["x", "y"]}, {"a": ["x"]}, [Unlike("a", ["x", "y"], ["x"])]),
        ({"a": [{"x": 1}]}, {"a": [{"x": 1}]}, []),
        ({"a": {"x": "1", "y": "2"}}, {"a": {"x": "1"}}, [Unlike("a.y", "2", None)]),
        ({"a": {"x": "1"}}, {"a": {"x": "1", "y": "2"}}, [Unlike("a.y", None, "2")]),
        ({"a": {"x": {"y": 1}}}, {"a": {"x": {"y": 2}}}, [Unlike("a.x.y", 1, 2)]),
        ({"a": "x"}, {"a": {"x": 1}}, [Unlike("a", "x", {"x": 1})]),
        ({"id": 1, "a": {"id": 1}}, {"a": {}}, [Unlike("a.id", 1, None)]),
    ],
)
def test_what_differs_is_found_both_ways(found: dict[str, Any], should: dict[str, Any], told: list[Unlike]) -> None:
    assert list(unlike(found, should, beside=["id"])) == told


def test_where_only_some_is_described_the_rest_is_somebody_elses() -> None:
    found = {"a": 1, "config": {"x": ["1"], "theirs": ["2"]}, "more": 3}
    assert list(unlike_where_described(found, {"a": 1, "config": {"x": ["1"]}})) == []
    assert list(unlike_where_described(found, {"config": {"x": ["2"], "y": ["3"]}})) == [
        Unlike("config.x", ["1"], ["2"]),
        Unlike("config.y", None, ["3"]),
    ]
    assert list(unlike_where_described({}, {"config": {"x": ["2"]}})) == [Unlike("config.x", None, ["2"])]


def test_it_is_told_in_both_languages() -> None:
    assert Unlike("a", 1, 2).what == "a: đang là (is) 1, phải là (should be) 2"
    assert Unlike("a", None, 2).what == "a: thiếu (missing), phải là (should be) 2"
    assert Unlike("a", 1, None).what == "a: đang là (is) 1, không được mô tả (not described)"
    assert Unlike("a", "x" * 1000, 1).what == f"a: đang là (is) {'x' * LONGEST_TOLD}…, phải là (should be) 1"


def test_what_is_mended_has_what_is_wanted_and_nothing_in_the_place_of_the_rest() -> None:
    found = {"id": "1", "a": 1, "b": "theirs", "c": ["theirs"], "d": {"e": "theirs"}, "n": 5}
    assert mended(found, {"a": 2}, beside=["id"]) == {"id": "1", "a": 2, "b": "", "c": [], "d": {}, "n": 5}
    assert Unlike("b", "theirs", None).can_be_mended
    assert Unlike("a", 1, 2).can_be_mended
    assert not Unlike("n", 5, None).can_be_mended, "what should be there nobody knows"
