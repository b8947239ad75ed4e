"""Text as people search for it and as it is compared: without diacritics, in small letters, "đ" as "d", look-alikes as one."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Letters that look like Đ and đ but are of other alphabets; the first is what many keyboards give.
_LIKE_D = "đðɖ"
# Hyphens and dashes of all kinds, also the minus: whoever types has one key for them.
_LIKE_HYPHEN = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_LOOK_ALIKE = str.maketrans({**dict.fromkeys(_LIKE_D, "d"), **dict.fromkeys(_LIKE_HYPHEN, "-")})
# Signs that nobody sees: zero-width spaces and joiners, the soft hyphen, the mark of a byte order.
_UNSEEN = "Cf"


def folded(words: str) -> str:
    """`Đắk Lắk` and `dak lak` fold to the same text."""
    decomposed = unicodedata.normalize("NFD", words.casefold().translate(_LOOK_ALIKE))
    seen = (letter for letter in decomposed if not unicodedata.combining(letter) and unicodedata.category(letter) != _UNSEEN)
    return " ".join("".join(seen).split())


def search_words(text: str) -> list[str]:
    """The folded words of a text in their order: letters and digits, everything else stands between them as a space."""
    return _WORD.findall(folded(text))
