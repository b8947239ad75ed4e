"""What happens to a directive, in our own words; `outgoing.py` says what others hear of it."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from libs.common.domain import DomainEvent
from services.directives.domain.draft import Draft


class Document(Protocol):
    """The directive, as far as an event of one of its instructions tells of it."""

    id: UUID
    draft: Draft
    issuing_agency_id: UUID


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

    directive: Document
    released_by: UUID | None
