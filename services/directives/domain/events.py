"""What happens to a directive, in our own words; `outgoing.py` says what others hear of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from libs.common.domain import DomainEvent

if TYPE_CHECKING:
    from services.directives.domain.directive import Directive


@dataclass(frozen=True, kw_only=True)
class Registered(DomainEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class Changed(DomainEvent):
    """`fields` are those of the document that differ."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SubmittedForRelease(DomainEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class Released(DomainEvent):
    released_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class InstructionReleased(DomainEvent):
    """Recorded by the instruction; `directive` is the document it stands in."""

    directive: "Directive"
    released_by: UUID | None
