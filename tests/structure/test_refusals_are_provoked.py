"""Every code with which a service may refuse is provoked by a test of that service, by its exact name."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.structure.guards import words
from tests.structure.guards.places import ROOT

TESTS = ROOT / "tests"
SERVICES = ("directory", "directives", "tasks", "notify", "reporting")
# What all services share may be provoked at any of them.
OF_ALL = ("web", "messaging", *SERVICES)
NOT_PROVOKED: Mapping[str, str] = {
    "action-not-allowed": "every step that the table lacks today has a name of its own; this one stands for those to come",
    "not-overdue": "no request asks for it: the scheduler tells what its query found overdue (tests/unit/test_task.py)",
}
"""Code → why no test comes to it."""


def codes() -> set[tuple[str, str]]:
    """(where it is said: a service or `libs`, the code)."""
    words.import_all()
    said = [*words.codes_of_classes([]), *words.codes_in_calls()]
    found = ((Path(place.file).parts, code) for place, code in said)
    return {(parts[1] if parts[0] == "services" else "libs", code) for parts, code in found}


def texts_of(room: str) -> list[str]:
    """The texts of the tests that may provoke what is said in a room."""
    folders = OF_ALL if room == "libs" else (room,)
    return [file.read_text("utf-8") for folder in folders for file in sorted((TESTS / folder).rglob("*.py"))]


def unprovoked(said: Iterable[tuple[str, str]], texts: Mapping[str, list[str]]) -> list[str]:
    return sorted(f"{room}: {code}" for room, code in said if not any(re.search(rf"[\"']{code}[\"']", text) for text in texts[room]))


def test_every_code_is_provoked_where_it_is_said() -> None:
    said = codes()
    assert {room for room, _ in said} == {"libs", *SERVICES} - {"notify"}, "who refuses by names of his own"
    found = unprovoked(said, {room: texts_of(room) for room, _ in said})
    assert [one for one in found if one.partition(": ")[2] not in NOT_PROVOKED] == []
    assert {one.partition(": ")[2] for one in found} == NOT_PROVOKED.keys(), "what is provoked needs no reason"


def test_a_code_that_nobody_provokes_is_found() -> None:
    texts = {"tasks": ['assert code == "not-accepted"'], "libs": ["'stale-version'"]}
    said = {("tasks", "not-accepted"), ("tasks", "not-accept"), ("tasks", "stale-version"), ("libs", "stale-version")}
    assert unprovoked(said, texts) == ["tasks: not-accept", "tasks: stale-version"]
