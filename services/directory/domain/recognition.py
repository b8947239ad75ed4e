"""Which agencies a pasted list means: who is known by a name is found, all else is asked back, and nothing is guessed.

Lists stand in documents as "Các xã: Bình Sơn, Trà Bồng và Sơn Tịnh.", one below the other, or numbered; and "Sở Văn hóa, Thể thao và
Du lịch" has a comma of its own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.common.folding import folded

# What stands before the name of a commune or a department, and is left out where all of them are of one kind.
KIND_WORDS = ("xa", "phuong", "dac khu", "so")
# No name has more commas.
LONGEST_RUN = 4
_MARK = re.compile(r"^\s*(?:[-–—•*+]|\d{1,3}[.)])\s*")
_HEADING = re.compile(r"^.*:")


@dataclass(frozen=True)
class Bearer:
    """An agency of the province that bears a name, or bore it (`is_former`), or is a successor of one that did and has ended
    (`took_over`)."""

    agency_id: UUID
    alias: str
    is_former: bool = False
    took_over: bool = False


def forms_of(typed: str) -> list[str]:
    """The folded names that may be meant: as it is typed, and without the word for the kind."""
    whole = folded(typed)
    return [whole, *(f"{word} {whole}" for word in KIND_WORDS)]


def candidates_of(line: str) -> list[str]:
    """Every part of the line that may be a name."""
    parts = _parts(line)
    runs = [", ".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, start + 1 + LONGEST_RUN)]
    return list(dict.fromkeys([*runs, *(one for part in parts for one in _around_and(part))]))


def names_in(line: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The names that stand in the line, in its order: the longest that are known, and what lies between them."""
    parts = _parts(line)
    while parts:
        run = next((end for end in range(min(LONGEST_RUN, len(parts)), 1, -1) if is_known(", ".join(parts[:end]))), 1)
        name, parts = ", ".join(parts[:run]), parts[run:]
        both = _around_and(name)
        yield from both if both and not is_known(name) and all(map(is_known, both)) else (name,)


def meant_by(typed: str, bearers: Sequence[Bearer]) -> list[Bearer]:
    """Who is meant by a name that these bear: who bears it now before who bore it, and of several the one who has the marks typed."""
    whole = folded(typed)
    for tier in (
        [one for one in bearers if not one.is_former and not one.took_over and folded(one.alias) == whole],
        [one for one in bearers if not one.is_former and not one.took_over],
        [one for one in bearers if one.is_former and not one.took_over and folded(one.alias) == whole],
        [one for one in bearers if one.took_over and folded(one.alias) == whole],
    ):
        found = _each_once(tier)
        if len(found) > 1:
            marked = _each_once(one for one in tier if typed.casefold() in one.alias.casefold())
            return marked if len(marked) == 1 else found
        if found:
            return found
    return []


def _each_once(bearers: Iterable[Bearer]) -> list[Bearer]:
    return list({one.agency_id: one for one in bearers}.values())


def _parts(line: str) -> list[str]:
    parts = (_HEADING.sub("", _MARK.sub("", part)).strip(" \t.") for part in line.split(","))
    return [" ".join(part.split()) for part in parts if part]


def _around_and(name: str) -> tuple[str, ...]:
    before, _, after = name.rpartition(" và ")
    return (before, after) if before else ()
