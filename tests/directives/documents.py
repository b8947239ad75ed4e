"""Bodies of directives as the register form sends them, led by the health department unless a test says otherwise."""

from typing import Any

from faults import bodies
from faults.bodies import coordinating, lead, today
from tests.signed_in import HEALTH

__all__ = ["coordinating", "document", "instruction", "lead", "today"]


def instruction(**other: Any) -> dict[str, Any]:
    return bodies.instruction(**{"assignments": [lead(HEALTH)]} | other)


def document(*instructions: dict[str, Any], **other: Any) -> dict[str, Any]:
    return bodies.document(*(instructions or [instruction()]), **other)
