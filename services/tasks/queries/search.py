"""What people type to find tasks: the code of one, or words in any order of which the last may be unfinished."""

import re
from dataclasses import dataclass

from libs.common.folding import folded, search_words

LARGEST_NUMBER = 2**63 - 1
_CODE = re.compile(r"(nv)?[\s\-./]*([0-9]{1,19})", re.ASCII)


@dataclass(frozen=True)
class Sought:
    """`number` when it may be the code of a task; `is_code` when it can be nothing else. `words` is a tsquery or None."""

    number: int | None
    is_code: bool
    words: str | None

    @staticmethod
    def of(typed: str) -> "Sought":
        """ "NV-1212", "nv1212" and "1212" are codes, the last may as well be a word: the number of a document."""
        code = _CODE.fullmatch(folded(typed))
        number = int(code[2]) if code and int(code[2]) <= LARGEST_NUMBER else None
        words = search_words(typed)
        # Words are letters and digits alone, so that the quotes of a tsquery cannot be broken.
        asked = " & ".join(f"'{word}'" for word in words) + ":*" if words else None
        return Sought(number, bool(number is not None and code and code[1]), asked)
