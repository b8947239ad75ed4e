"""What a published event is: a type that never changes its meaning, the state after the change, and the change itself."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a contract. Within a version fields are only added, each with a default; what is unknown is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class UnknownContract(Exception):
    """An event of a type or major version that this release does not know."""


class Contract(Part):
    """The `data` of an event. `occurred_at` is business time; a subclass names its `type` and types `state` and `change`.

    `published` is false for a type that only feeds from before hold: it is still read, and nobody makes one any more.
    """

    type: ClassVar[str]
    published: ClassVar[bool] = True
    occurred_at: datetime

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            known = _BY_TYPE.setdefault(cls.type, cls)
            if known is not cls:
                raise TypeError(f"{cls.type} is promised twice: {known.__qualname__} and {cls.__qualname__}")


_BY_TYPE: dict[str, type[Contract]] = {}


def contract_of(event_type: str) -> type[Contract]:
    """The class that parses events of a type. Raises UnknownContract."""
    try:
        return _BY_TYPE[event_type]
    except KeyError:
        raise UnknownContract(event_type) from None


def all_contracts() -> dict[str, type[Contract]]:
    """Every published type known to this process."""
    return dict(_BY_TYPE)
