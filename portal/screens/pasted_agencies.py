"""A pasted list of agencies: the directory says who is meant, name by name; here it is only cut into what can be asked at once."""

import re
from collections.abc import Iterator, Sequence

from portal.answers import directory
from portal.web import Visitor, together

MOST_CHARACTERS = 20_000
# The directory looks up a hundred names at once, and an address with so many letters is taken by every server.
NAMES_AT_ONCE = 50
LETTERS_AT_ONCE = 2_000
_BREAK = re.compile(r"[\n\r;\v\f]+")


async def read_list(visitor: Visitor, pasted: str) -> list[directory.RecognisedNameOut]:
    """The names in the order of the list, each with the agency that is meant, or with those that may be."""
    answers = await together(*(visitor.get(directory.NAMED_AGENCIES, lines=lines) for lines in asked_at_once(pasted)))
    return [one for found in answers for one in found]


def asked_at_once(pasted: str) -> Iterator[Sequence[str]]:
    """The lines of the list, in portions; nothing of it is lost."""
    portion: list[str] = []
    for line in _lines(pasted):
        if portion and not _fits([*portion, line]):
            yield portion
            portion = []
        portion.append(line)
    if portion:
        yield portion


def _lines(pasted: str) -> Iterator[str]:
    """One with more names or letters than are asked at once falls into several."""
    for line in filter(None, map(str.strip, _BREAK.split(pasted))):
        whole, *rest = line.split(",")
        for name in rest:
            if _fits([f"{whole},{name}"]):
                whole += f",{name}"
            else:
                yield from _cut(whole)
                whole = name
        yield from _cut(whole)


def _cut(line: str) -> Iterator[str]:
    said = line.strip()
    for start in range(0, len(said), LETTERS_AT_ONCE):
        yield said[start : start + LETTERS_AT_ONCE]


def _fits(lines: Sequence[str]) -> bool:
    return sum(1 + line.count(",") for line in lines) <= NAMES_AT_ONCE and sum(map(len, lines)) <= LETTERS_AT_ONCE
