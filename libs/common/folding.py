"""Text as people search for it: without diacritics, in small letters, "đ" as "d"."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def folded(words: str) -> str:
    """`Đắk Lắk` and `dak lak` fold to the same text."""
    decomposed = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def search_words(text: str) -> list[str]:
    """The folded words of a text in their order: letters and digits, everything else stands between them as a space."""
    return _WORD.findall(folded(text))
