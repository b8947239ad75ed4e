"""The table of planted faults fits the tree: each can be planted, in every room, and names tests that are there. `./test long mutants`
tries them."""

from collections import Counter

from tests.mutants.planted import FAULTS
from tests.mutants.rooms import RULES, STATEMENTS
from tests.mutants.tree import ROOT, misplaced

LEAST = 120
ROOMS = ("libs/contracts", "libs/common", "libs/directory_replica", "services", "portal", "realm", "embedded")


def test_every_planted_fault_can_be_planted() -> None:
    assert [why for fault in FAULTS if (why := misplaced(fault))] == []


def test_every_fault_is_another_one() -> None:
    twice = [place for place, times in Counter((fault.file, fault.text, fault.instead) for fault in FAULTS).items() if times > 1]
    assert twice == []


def test_every_room_has_its_files_and_its_tests() -> None:
    for room in (*RULES, *STATEMENTS):
        assert all(list(ROOT.glob(pattern)) for pattern in room.patterns)
        assert all((ROOT / test).exists() for test in room.tests)


def test_there_are_enough_and_in_every_room() -> None:
    assert len(FAULTS) >= LEAST
    empty = [room for room in ROOMS if not any(fault.file.startswith(f"{room}/") for fault in FAULTS)]
    assert empty == []
