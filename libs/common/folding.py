"""Text as people search for it: without diacritics, in small letters, "đ" as "d"."""

import unicodedata


def folded(words: str) -> str:
    """`Đắk Lắk` and `dak lak` fold to the same text."""
    decomposed = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())
