"""An agency as the rules of a directive look at it."""

from typing import Protocol
from uuid import UUID


class LivingAgency(Protocol):
    """An agency of the issuer's province that lives on the day."""

    @property
    def id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...
