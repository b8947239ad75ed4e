"""The kinds of fields: how each is drawn, what it sends to the service, and how it shows what the service has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.formats import NotADay, full_day, parse_day
from portal.services import Json


class Unreadable(ValueError):
    """What was typed cannot be meant; `key` is the message that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Field:
    """One line that is typed, and what all kinds have in common.

    `name` is the field's in the page and in the body; the messages of `label`, `note` and `placeholder` are named by their keys.
    A field with `only_if` (another field, its value) is sent only then: what the page hides is not part of what a person says.
    """

    drawn_as: ClassVar[str] = "text"

    name: str
    label: str
    css: str = ""
    required: bool = False
    note: str = ""
    placeholder: str = ""
    inputmode: str = ""
    default: str = ""
    only_if: tuple[str, str] | None = None

    @property
    def typed_into(self) -> tuple[str, ...]:
        """The names in the page under which it is typed."""
        return (self.name,)

    def read(self, typed: Mapping[str, str]) -> Json:
        """What is sent of it; None for nothing. Raises Unreadable."""
        return typed[self.name] or None

    def show(self, found: Json) -> str:
        """What the service has, as it would have been typed."""
        return str(found or "")


@dataclass(frozen=True)
class Words(Field):
    """Always sent, were it empty: the service says what is missing."""

    def read(self, typed: Mapping[str, str]) -> Json:
        return typed[self.name]


@dataclass(frozen=True)
class Area(Words):
    """Several lines."""

    drawn_as = "area"
    rows: int = 3


@dataclass(frozen=True)
class OptionalArea(Field):
    drawn_as = "area"
    rows: int = 2


@dataclass(frozen=True)
class Lines(OptionalArea):
    """Several of a kind, each in a line of its own."""

    def read(self, typed: Mapping[str, str]) -> Json:
        return [line.strip() for line in typed[self.name].splitlines() if line.strip()]

    def show(self, found: Json) -> str:
        return "\n".join(found)


@dataclass(frozen=True)
class Day(Field):
    """Typed as day/month/year; `missing` is the message where an empty one is told at once."""

    drawn_as = "day"
    missing: str = ""

    def read(self, typed: Mapping[str, str]) -> Json:
        if not typed[self.name]:
            if self.missing:
                raise Unreadable(self.missing)
            return None
        try:
            return parse_day(typed[self.name]).isoformat()
        except NotADay:
            raise Unreadable("form.not-a-day") from None

    def show(self, found: Json) -> str:
        return full_day(found)


@dataclass(frozen=True)
class Choice(Field):
    """One of `keys`, each said by the message `<words>.<key>`; without keys the page brings its options (Form.offered)."""

    drawn_as = "choice"
    words: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segmented(Choice):
    """One of a few, side by side."""

    drawn_as = "segmented"


@dataclass(frozen=True)
class Agency(Field):
    """One agency: a typed name, and beside it the id that it stands for. A form says itself how it sends them."""

    drawn_as = "agency"

    @property
    def id_name(self) -> str:
        return f"{self.name}_id"


@dataclass(frozen=True)
class Agencies(Agency):
    """Several agencies as chips, and a name that is not taken over yet."""

    drawn_as = "agencies"


@dataclass(frozen=True)
class Own(Field):
    """Drawn by the page itself, out of several controls; `reads` says what they mean together, None that the page sends it itself."""

    drawn_as = "own"
    controls: tuple[str, ...] = ()
    reads: Callable[[Mapping[str, str]], Json] | None = None

    @property
    def typed_into(self) -> tuple[str, ...]:
        return (self.name, *self.controls)

    def read(self, typed: Mapping[str, str]) -> Json:
        return self.reads(typed) if self.reads else None
