"""A receipt code: a short word for "this report of this task was received", to be read out on the telephone and typed again.

Base 31 without letters that look like digits; 31 is prime, so the weighted check character finds every wrong letter and
every two neighbours swapped.
"""

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
BASE = len(ALPHABET)
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", " ": "", "-": ""})
# The version takes three letters, so that number and version can be told apart without a separator.
VERSION_LETTERS = 3


class NoReceiptCode(ValueError):
    """These letters are no receipt code, or were mistyped."""


@dataclass(frozen=True)
class Receipt:
    """`version` is the version of the task that the report made."""

    task_number: int
    version: int

    def __str__(self) -> str:
        letters = _encoded(self.task_number) + _encoded(self.version).rjust(VERSION_LETTERS, "0")
        whole = letters + _check(letters)
        return f"{whole[:-4]}-{whole[-4:]}"

    @staticmethod
    def parse(words: str) -> "Receipt":
        """Raises NoReceiptCode. Small letters, spaces and letters that look like digits are understood."""
        letters = words.upper().translate(LOOK_ALIKE)
        if len(letters) < VERSION_LETTERS + 2 or len(letters) > 20 or set(letters) - set(ALPHABET) or _check(letters[:-1]) != letters[-1]:
            raise NoReceiptCode(words)
        number, version = letters[: -VERSION_LETTERS - 1], letters[-VERSION_LETTERS - 1 : -1]
        return Receipt(_decoded(number), _decoded(version))


def _encoded(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, BASE)
        letters = ALPHABET[digit] + letters
    return letters or ALPHABET[0]


def _decoded(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * BASE + VALUES[letter]
    return number


def _check(letters: str) -> str:
    weighted = sum(place * VALUES[letter] for place, letter in enumerate(reversed(letters), start=2))
    return ALPHABET[-weighted % BASE]
