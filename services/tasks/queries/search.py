"""What people type to find tasks: the code of one, or words in any order of which the last may be unfinished."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.folding import folded, search_words, sought_words
from libs.contracts.agency_groups import AGENCY_GROUPS

LARGEST_NUMBER = 2**63 - 1
_CODE = re.compile(r"(nv)?[^0-9a-z]*([0-9]{1,19})[^0-9a-z]*", re.ASCII)


@dataclass(frozen=True)
class Sought:
    """`number` when it may be the code of a task; `is_code` when it can be nothing else."""

    number: int | None
    is_code: bool
    words: tuple[str, ...]

    @staticmethod
    def of(typed: str) -> "Sought":
        """ "NV-1212", "nv1212" and "1212" are codes, the last may as well be a word: the number of a document."""
        code = _CODE.fullmatch(folded(typed))
        number = int(code[2]) if code and int(code[2]) <= LARGEST_NUMBER else None
        return Sought(number, bool(number is not None and code and code[1]), tuple(sought_words(typed)))

    @property
    def by_words(self) -> bool:
        return bool(self.words) and not self.is_code

    @property
    def as_tsquery(self) -> str:
        # Words are letters and digits alone, so that the quotes of a tsquery cannot be broken.
        return " & ".join(f"'{word}'" for word in self.words) + ":*"


_AGENCIES = text("SELECT id, name, short_name, kind FROM agency_replica")
# "Bình Sơn" is as good as "xã Bình Sơn"; "Y tế" may be many things.
_HAVE_PROPER_NAMES = frozenset(AGENCY_GROUPS["communes"])
_KIND_OF_COMMUNE = re.compile(r"^(?:ubnd )?(?:xa|phuong|dac khu) ")
_OF_PROVINCE = re.compile(r" tinh .*$")


def _spelt(words: str) -> str:
    """Of the two ways in which people write the Committee the shorter."""
    return " ".join(search_words(words)).replace("uy ban nhan dan", "ubnd")


@lru_cache(maxsize=4096)
def _names(name: str, short_name: str, kind: str) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
    """The words of which all of one set must be said to name an agency, and those that may be said."""
    long, short = _spelt(name), _spelt(short_name)
    enough = [_OF_PROVINCE.sub("", long), short, *([_KIND_OF_COMMUNE.sub("", short)] if kind in _HAVE_PROPER_NAMES else [])]
    return tuple(frozenset(one.split()) for one in enough), frozenset(f"{long} {short}".split())


async def agencies_named(connection: AsyncConnection, sought: Sought | None) -> Collection[UUID]:
    """Those whose name is what was typed, as this service knows them: at least the short one, and nothing that is in neither."""
    if sought is None or not sought.by_words or sought.number is not None:
        return ()
    words = frozenset(_spelt(" ".join(sought.words)).split())
    found = []
    for row in await connection.execute(_AGENCIES):
        enough, known = _names(row.name, row.short_name, row.kind)
        if words <= known and any(one <= words for one in enough):
            found.append(row.id)
    return found
