"""Text as people search for it and as it is compared: without diacritics, in small letters, "đ" as "d", look-alikes as one."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# How people cite a document: "Công văn số 5425/UBND-KGVX ngày 12/02/2026 của UBND tỉnh". What finds it is the number alone.
_KINDS = "cong van|cong dien|thong bao|quyet dinh|ke hoach|chi thi|ket luan|nghi quyet|to trinh|bao cao|van ban"
_CITED_NUMBER = re.compile(rf"\b(?:(?:{_KINDS})\s+)?so\W*(?=[0-9])")
_CITED_DAY = re.compile(r"\bngay\s+[0-9]{1,2}(?:\s*[/.-]\s*[0-9]{1,2}\s*[/.-]\s*[0-9]{2,4}|\s+thang\s+[0-9]{1,2}\s+nam\s+[0-9]{4})\b")
_CITED_ISSUER = re.compile(r"\bcua\s+(?:ubnd|uy ban nhan dan)\s+tinh\b")
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


def sought_words(typed: str) -> list[str]:
    """The words to search for in what somebody typed: when he cites a document, those of its number and not those around it."""
    words = folded(typed)
    if _CITED_NUMBER.search(words):
        for cited in (_CITED_NUMBER, _CITED_DAY, _CITED_ISSUER):
            words = cited.sub(" ", words)
    return _WORD.findall(words)
