"""A pasted list becomes agencies: found by any name they bear or bore, asked back where it is not clear, never guessed."""

from typing import Any

import pytest

from services.directory.domain.membership import Role
from services.directory.queries.named_agencies import MOST_NAMES, OFFERED
from tests.directory.conftest import Member, member
from tests.signed_in import Client

TRACKER = Member(member(Role.OFFICE_TRACKER))


async def read(client: Client, *lines: str) -> list[dict[str, Any]]:
    answer = await client.get(TRACKER, "/named-agencies", lines=list(lines))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def names(found: list[dict[str, Any]]) -> list[tuple[str, str | None, list[str]]]:
    return [
        (one["typed"], one["agency"] and one["agency"]["short_name"], [offer["short_name"] for offer in one["offers"]]) for one in found
    ]


async def test_a_list_as_it_stands_in_a_document(directory: Client) -> None:
    found = await read(directory, "UBND các xã: Bình Sơn, Trà Bồng và Sơn Tịnh.", "- Sở Văn hóa, Thể thao và Du lịch", "2. ubnd xa ba dong")
    assert names(found) == [
        ("Bình Sơn", "Xã Bình Sơn", []),
        ("Trà Bồng", "Xã Trà Bồng", []),
        ("Sơn Tịnh", "Xã Sơn Tịnh", []),
        ("Sở Văn hóa, Thể thao và Du lịch", "Sở VHTT&DL", []),
        ("ubnd xa ba dong", "Xã Ba Động", []),
    ]
    assert {one["was_called"] for one in found} == {None}


async def test_what_is_not_clear_is_asked_back(directory: Client) -> None:
    alike, marked, part, nobody = await read(directory, "xa son ha", "Xã Sơn Hà", "ba", "Xã Không Có")
    assert names([alike, marked]) == [("xa son ha", None, ["Xã Sơn Hạ", "Xã Sơn Hà"]), ("Xã Sơn Hà", "Xã Sơn Hà", [])] or names(
        [alike, marked]
    ) == [("xa son ha", None, ["Xã Sơn Hà", "Xã Sơn Hạ"]), ("Xã Sơn Hà", "Xã Sơn Hà", [])]
    assert (part["agency"], len(part["offers"])) == (None, OFFERED)
    assert (nobody["agency"], nobody["offers"]) == (None, [])


async def test_a_former_name_says_who_took_over(directory: Client) -> None:
    (one,) = await read(directory, "Sở Kế hoạch và Đầu tư")
    assert one["agency"]["short_name"] == "Sở Tài chính"
    assert one["was_called"] == "Sở Kế hoạch và Đầu tư"
    (district,) = await read(directory, "huyện Bình Sơn")
    assert names([district]) == [
        ("huyện Bình Sơn", None, ["Xã Bình Chương", "Xã Bình Minh", "Xã Bình Sơn", "Xã Đông Sơn", "Xã Vạn Tường"]),
    ]


async def test_nobody_of_elsewhere_is_meant(directory: Client) -> None:
    """A list of a province means its own agencies: no ministry, and no agency that has ended without a successor in it."""
    assert [one["agency"] for one in await read(directory, "Bộ Y tế", "Chính phủ")] == [None, None]


@pytest.mark.parametrize("lines", [[], [""], ["x" * 2_001], ["a\x00b"], ["x"] * (MOST_NAMES + 1)])
async def test_a_list_that_is_none(directory: Client, lines: list[str]) -> None:
    answer = await directory.get(TRACKER, "/named-agencies", lines=lines)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-parameters")


async def test_more_names_than_are_looked_up_at_once(directory: Client) -> None:
    answer = await directory.get(TRACKER, "/named-agencies", lines=["Bình Sơn", "," * (MOST_NAMES - 1)])
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": "lines", "code": "too-many-names"}])


async def test_as_many_names_as_are_looked_up_at_once(directory: Client) -> None:
    found = await read(directory, ",".join(["Bình Sơn"] * MOST_NAMES))
    assert {one["agency"]["short_name"] for one in found} == {"Xã Bình Sơn"}
    assert len(found) == MOST_NAMES
