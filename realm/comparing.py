"""Two descriptions held against each other: what differs, by the path that leads to it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_TOLD = 120


@dataclass(frozen=True)
class Unlike:
    """What differs at `path`. `should` is None where nothing is said of it."""

    path: str
    found: Any
    should: Any

    @property
    def can_be_mended(self) -> bool:
        """Whether it is known what should be there; a number or a yes that is not described is for a person to look at."""
        return not _is_nothing(self.should) or isinstance(self.found, str | list | dict)

    @property
    def what(self) -> str:
        if _is_nothing(self.should):
            return f"{self.path}: đang là (is) {_told(self.found)}, không được mô tả (not described)"
        found = "thiếu (missing)" if _is_nothing(self.found) else f"đang là (is) {_told(self.found)}"
        return f"{self.path}: {found}, phải là (should be) {_told(self.should)}"


def unlike(found: Mapping[str, Any], should: Mapping[str, Any], *, beside: Collection[str] = (), path: str = "") -> Iterator[Unlike]:
    """What differs, both ways. Keys of the outermost level that stand in `beside` are somebody else's.

    What is empty and what is not there are the same, and so are two lists of words in another order.
    """
    for key in sorted({*found, *should} - set(beside)):
        yield from _at(f"{path}.{key}" if path else key, found.get(key), should.get(key))


def unlike_where_described(found: Mapping[str, Any], should: Mapping[str, Any]) -> Iterator[Unlike]:
    """What differs from `should`; whatever else is found stays out of it."""
    for key in sorted(should):
        inner = found.get(key)
        if isinstance(should[key], Mapping) and isinstance(inner, Mapping):
            inner = {name: value for name, value in inner.items() if name in should[key]}
        yield from _at(key, inner, should[key])


def mended(found: Mapping[str, Any], should: Mapping[str, Any], *, beside: Collection[str] = ()) -> dict[str, Any]:
    """`found` with what is wanted put in, and with nothing in the place of what is not described and can be nothing."""
    strays = {key: type(value)() for key, value in found.items() if key not in {*should, *beside} and isinstance(value, str | list | dict)}
    return {**found, **strays, **should}


def _at(path: str, found: Any, should: Any) -> Iterator[Unlike]:
    if isinstance(found, Mapping) or isinstance(should, Mapping):
        if not isinstance(found or {}, Mapping) or not isinstance(should or {}, Mapping):
            yield Unlike(path, found, should)
            return
        yield from unlike(found or {}, should or {}, path=path)
    elif _in_order(found) != _in_order(should) and not (_is_nothing(found) and _is_nothing(should)):
        yield Unlike(path, found, should)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _in_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value


def _told(value: Any) -> str:
    words = str(value)
    return words if len(words) <= LONGEST_TOLD else f"{words[:LONGEST_TOLD]}…"
