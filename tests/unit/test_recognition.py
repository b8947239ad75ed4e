"""Which agencies a pasted list means, given-when-then."""

from uuid import UUID, uuid4

import pytest

from libs.common.folding import folded
from services.directory.domain.recognition import Bearer, candidates_of, forms_of, meant_by, names_in

SON, TO, TOO, CULTURE, INTERIOR, EAST, WEST = (uuid4() for _ in range(7))
BEARERS = (
    Bearer(SON, "Xã Bình Sơn"),
    Bearer(SON, "UBND xã Bình Sơn"),
    Bearer(TO, "Xã Ba Tơ"),
    Bearer(TOO, "Xã Ba Tô"),
    Bearer(CULTURE, "Sở Văn hóa, Thể thao và Du lịch"),
    Bearer(INTERIOR, "Sở Nội vụ"),
    Bearer(INTERIOR, "Sở Lao động", is_former=True),
    Bearer(EAST, "Sở Nội vụ", is_former=True),
    Bearer(CULTURE, "Sở Lao động", took_over=True),
    Bearer(WEST, "Sở Lao động", is_former=True, took_over=True),
    Bearer(EAST, "Huyện Trà Bồng", took_over=True),
    Bearer(WEST, "Huyện Trà Bồng", took_over=True),
    Bearer(WEST, "Xã Sơn Tây cũ", took_over=True),
    Bearer(EAST, "Trà Câu"),
    Bearer(WEST, "Xã Trà Câu"),
)


def meant(typed: str) -> list[UUID]:
    forms = forms_of(typed)
    return [one.agency_id for one in meant_by(typed, [one for one in BEARERS if folded(one.alias) in forms])]


@pytest.mark.parametrize(
    ("typed", "agencies"),
    [
        ("Xã Bình Sơn", [SON]),
        ("ubnd xa binh son", [SON]),
        ("Bình Sơn", [SON]),
        ("Xã Ba Tơ", [TO]),
        ("Ba Tô", [TOO]),
        ("xa ba to", [TO, TOO]),
        ("sở lao động", [INTERIOR]),
        ("Lao động", []),
        ("Sở Nội vụ", [INTERIOR]),
        ("Huyện Trà Bồng", [EAST, WEST]),
        ("xã Sơn Tây cũ", [WEST]),
        ("Trà Câu", [EAST]),
        ("Xã Trà Câu", [WEST]),
        ("Sơn", []),
        ("", []),
    ],
)
def test_who_is_meant_by_a_name(typed: str, agencies: list[UUID]) -> None:
    assert meant(typed) == agencies


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Xã Bình Sơn", ["Xã Bình Sơn"]),
        ("  1. Xã Bình Sơn. ", ["Xã Bình Sơn"]),
        ("12) Bình Sơn", ["Bình Sơn"]),
        ("- Bình  Sơn;", ["Bình Sơn;"]),
        ("UBND các xã: Bình Sơn, Ba Tơ và Ba Tô.", ["Bình Sơn", "Ba Tơ", "Ba Tô"]),
        ("Sở Văn hóa, Thể thao và Du lịch, Sở Nội vụ", ["Sở Văn hóa, Thể thao và Du lịch", "Sở Nội vụ"]),
        ("Bình Sơn, Sở Văn hóa, Thể thao", ["Bình Sơn", "Sở Văn hóa", "Thể thao"]),
        ("Bình Sơn và đâu đó", ["Bình Sơn và đâu đó"]),
        (" , ,", []),
    ],
)
def test_the_names_of_a_line(line: str, names: list[str]) -> None:
    assert list(names_in(line, lambda one: bool(meant(one)))) == names
    assert set(names) <= set(candidates_of(line))


def test_a_name_that_is_known_whole_is_not_taken_apart_at_its_and() -> None:
    """Both halves bore names of their own before the two became one."""
    known = {"Sở Nông nghiệp và Môi trường", "Sở Nông nghiệp", "Môi trường"}
    assert list(names_in("Sở Nông nghiệp và Môi trường", known.__contains__)) == ["Sở Nông nghiệp và Môi trường"]
    known -= {"Sở Nông nghiệp và Môi trường"}
    assert list(names_in("Sở Nông nghiệp và Môi trường", known.__contains__)) == ["Sở Nông nghiệp", "Môi trường"]


def test_no_name_has_more_than_three_commas() -> None:
    parts = ["a", "b", "c", "d", "e", "f"]
    runs = [", ".join(parts[start:end]) for start in range(6) for end in range(start + 1, 7) if end - start <= 4]
    assert candidates_of(", ".join(parts)) == runs
    assert list(names_in("a, b, c, d", {"a, b, c, d"}.__contains__)) == ["a, b, c, d"]
    assert list(names_in("a, b, c, d, e", {"a, b, c, d, e"}.__contains__)) == ["a", "b", "c", "d", "e"]
