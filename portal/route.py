"""One question that a service answers, with the type of its answer."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote

Answer = TypeVar("Answer")
Answered = TypeVar("Answered", covariant=True)


@dataclass(frozen=True)
class Route(Generic[Answered]):
    """`path` as the service describes it, with a place for each id."""

    service: str
    path: str

    def at(self, ids: tuple[str, ...]) -> str:
        """The path with its ids in their places: what comes out of an address can lead nowhere else."""
        parts = iter(ids)
        return "/".join(quote(next(parts), safe="") if part.startswith("{") else part for part in self.path.split("/"))
