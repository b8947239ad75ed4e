"""The few words every domain shares: an aggregate that records what happened to it, and a refusal that has a name."""

from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, NamedTuple
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened, in the inner words of one service. `occurred_at` is business time, aware."""

    occurred_at: datetime


class Refusal(Enum):
    """Why a wish is not fulfilled; the web turns each into one status."""

    NOT_FOUND = 404
    FORBIDDEN = 403
    NEVER_RIGHT = 422
    NOT_NOW = 409
    PRECONDITION_MISSING = 428
    STALE = 412
    UNAVAILABLE = 503


class DomainError(Exception):
    """An expected refusal. `code` is stable for clients; people read the sentence of the message catalogue, developers `detail`."""

    code: ClassVar[str]
    refusal: ClassVar[Refusal] = Refusal.NOT_NOW
    field: str | None = None

    def __init__(self, detail: str = "", *, field: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
        if field is not None:
            self.field = field


class NotFound(DomainError):
    """Unknown, or not yours to see: the answer must not tell which."""

    code = "not-found"
    refusal = Refusal.NOT_FOUND


class Forbidden(DomainError):
    """You see the object, but the act is not yours."""

    code = "forbidden"
    refusal = Refusal.FORBIDDEN


class Recorded(NamedTuple):
    """What happened, as the `version`-th event of its aggregate."""

    version: int
    event: DomainEvent


class Aggregate:
    """A thing with a life of its own. `version` counts its events, `stored_version` those of them that are kept already."""

    def __init__(self, id: UUID, version: int = 0) -> None:  # noqa: A002 - the glossary calls it id
        self.id = id
        self.version = version
        self.stored_version = version
        self._recorded: list[Recorded] = []

    def record(self, event: DomainEvent) -> int:
        """Say what happened, when everything has become as the event says: others are told this state. Gives the event its version."""
        self.version += 1
        self._recorded.append(Recorded(self.version, event))
        witness = _WITNESS.get()
        if witness is not None:
            witness(self, self._recorded[-1])
        return self.version

    def take_recorded(self) -> list[Recorded]:
        recorded, self._recorded = self._recorded, []
        return recorded


Witness = Callable[[Aggregate, Recorded], None]

_WITNESS: ContextVar[Witness | None] = ContextVar("witness", default=None)


def call_witness(witness: Witness) -> Token[Witness | None]:
    """From now on `witness` sees every event in the moment it is recorded, of whatever aggregate, until it is dismissed."""
    return _WITNESS.set(witness)


def dismiss_witness(called: Token[Witness | None]) -> None:
    _WITNESS.reset(called)
