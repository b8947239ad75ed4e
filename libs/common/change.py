"""A wish to change something: who, under which idempotency key, upon which version, with what body.

The body is checked only when the use case asks for it (`command`), after it is known that the object may be seen and
changed: an outsider learns nothing from a refusal.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from libs.common.actor import Actor
from libs.common.domain import DomainError, Refusal
from libs.common.messaging.event_log import Cause
from libs.common.plain_text import plain_text

Command = TypeVar("Command", bound=BaseModel)


class InvalidBody(DomainError):
    """A body that is never right, whatever the state; `errors` name the fields."""

    code = "invalid-body"
    refusal = Refusal.NEVER_RIGHT


class PreconditionMissing(DomainError):
    """A change of an existing object must say upon which version it is based."""

    code = "precondition-missing"
    refusal = Refusal.PRECONDITION_MISSING


class StaleVersion(DomainError):
    """Somebody changed the object meanwhile; `present_version` is the one to look at."""

    code = "stale-version"
    refusal = Refusal.STALE


class KeyReused(DomainError):
    """The idempotency key was used for something else."""

    code = "idempotency-key-reused"
    refusal = Refusal.NEVER_RIGHT


def normalized(value: Any) -> Any:
    """The same JSON with every text as it may be kept: letters typed on any device compare equal, and no control character enters."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, list):
        return [normalized(item) for item in value]
    if isinstance(value, dict):
        return {normalized(key): normalized(item) for key, item in value.items()}
    return value


@dataclass(frozen=True)
class Repetition:
    """What was answered when the same key came first."""

    status: int
    aggregate_id: UUID | None
    version: int | None


@dataclass
class Change:
    """`body` is parsed and normalized JSON. `status` is what a success answers. `repetition` is set when the key was seen before."""

    actor: Actor
    key: str
    method_path: str
    body: Any
    raw: bytes
    if_match: int | None
    status: int
    request_id: str
    repetition: Repetition | None = field(default=None, compare=False)

    def command(self, model: type[Command]) -> Command:
        """The body as `model`; raises InvalidBody with every field that is wrong."""
        try:
            return model.model_validate(self.body)
        except ValidationError as error:
            raise InvalidBody(
                f"{error.error_count()} fields are wrong",
                errors=[
                    {"field": ".".join(str(part) for part in wrong["loc"]), "code": wrong["type"], "message": wrong["msg"]}
                    for wrong in error.errors(include_url=False, include_context=False, include_input=False)
                ],
            ) from None

    @property
    def body_sha256(self) -> bytes:
        return hashlib.sha256(self.raw).digest()

    @property
    def cause(self) -> Cause:
        return Cause(correlation_id=self.request_id, command_key=self.key)
