"""Text as it may be kept: what a table sheet, an exchanged document or a database cannot hold never enters.

The one door is `normalized` (change.py), through which every body that changes something comes.
"""

import re
import unicodedata

# What other programs write for the end of a line: a line typed with Shift and Enter, a page, old systems, two signs of their own.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# A word processor has a control character for the hyphen at which no line ends.
_HYPHEN = "\x1e"
# Zero is left to whoever refuses it. Halves of a character and what is no character (the last two of the plane) are of no alphabet.
_NEVER = re.compile("[\x01-\x08\x0e-\x1d\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def plain_text(words: str) -> str:
    """Composed (NFC), with plain line ends and, beside them and the tab, without control characters."""
    plain = _LINE_ENDS.sub("\n", words).replace(_HYPHEN, "-")
    return unicodedata.normalize("NFC", _NEVER.sub("", plain))
