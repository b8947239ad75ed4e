"""Vietnamese alphabetical order as a stored sort key: the database has no Vietnamese collation everywhere it runs."""

import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# In the order of dictionaries: ngang, huyền, hỏi, ngã, sắc, nặng.
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

# Signs that sort in this order, and before digits and letters: a name comes before the longer ones that begin with it.
END_OF_LETTERS, BETWEEN_WORDS = "!", "."


def sort_key(name: str) -> str:
    """Compares by letters first and by tones where the letters are equal; plain text order of keys is the order of names."""
    words = [_word(word) for word in unicodedata.normalize("NFC", name).casefold().split()]
    return BETWEEN_WORDS.join(letters for letters, _ in words) + END_OF_LETTERS + BETWEEN_WORDS.join(tones for _, tones in words)


def _word(word: str) -> tuple[str, str]:
    letters, tone = "", 0
    for sign in word:
        decomposed = unicodedata.normalize("NFD", sign)
        marks = [mark for mark in decomposed if mark in TONES]
        tone = TONES[marks[0]] if marks else tone
        plain = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in TONES))
        place = ALPHABET.find(plain)
        # Digits keep their order and come before the letters.
        letters += chr(ord("A") + place) if place >= 0 else plain if plain.isdecimal() else ""
    return letters, str(tone)
