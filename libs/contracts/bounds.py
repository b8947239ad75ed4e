"""How long what people enter may be, so that no event that follows from it can outgrow the bus.

An event is at most 64 KiB, and of a chain the later ones are the larger: a task tells of each of its agencies more than the instruction
did. So the bounds stand where things are entered, and `tests/contracts/test_largest_events.py` reckons from them the largest event
of every type.
"""

import json
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

MOST_NAMED_AGENCIES = 200
"""Agencies that one instruction names, its lead among them."""
MOST_IN_A_GROUP = 300
"""Agencies that one instruction is given to as a group; no province has as many communes."""
MOST_REORGANISED = 150
"""Agencies of each side of a reorganisation; a district of the past fell into fewer communes."""
MOST_INSTRUCTIONS = 200
"""Instructions of one document."""


@dataclass(frozen=True)
class Bound:
    """`characters` is what people count; `bytes` is what the text takes in an event: letters with Vietnamese marks take two or three."""

    characters: int
    bytes: int

    def checked(self, text: str) -> str:
        """For a body: the text itself. Raises the error of pydantic with the code `text-too-long`."""
        if not self.holds(text):
            raise PydanticCustomError("text-too-long", "at most {bytes} bytes", {"bytes": self.bytes})
        return text

    def holds(self, text: str | None) -> bool:
        return text is None or (len(text) <= self.characters and weight(text) <= self.bytes)


def weight(text: str) -> int:
    """The bytes of a text within an event."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - len('""')


GROUP_NAME = Bound(200, 500)
"""What an issuer calls a group that he has composed."""
AGENCY_NAME = Bound(200, 500)
"""Any name of an agency that is added."""
MOST_ALIASES = 40
"""Other names by which documents call one agency."""
AGENCY_CODE = Bound(35, 35)
"""A code of the State (rulebook 4.1)."""
NUMBER = Bound(100, 200)
"""Number or notation of a document."""
SUBJECT = Bound(2_000, 2_700)
CONTENT = Bound(10_000, 12_000)
"""What an instruction demands."""
WORDING = Bound(1_000, 2_500)
"""The deadline as the document words it, and any other sentence of an instruction."""
REASON = Bound(4_000, 6_000)
"""Why a result is returned, or a task changes its lead."""
DAYS_OF_A_YEAR = 60
"""Days on which a working calendar departs from the plain week."""
NAME_OF_A_DAY = Bound(200, 300)
"""Name or legal basis of such a day."""
DECISION = Bound(1_000, 2_500)
"""Why a rule of the province changes, a membership ends, or an agency is added."""
