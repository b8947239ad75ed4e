"""The data of a province as files: agencies with validity, positions with roles (data/<province>/)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from services.directory.domain.agency import AgencyCode, AgencyDetails, AgencyKind, CodeKind, FormerParent, agency_id
from services.directory.domain.membership import Role

DATA = Path(__file__).parent / "data"
# The name of a code in the files → the system it belongs to.
CODES = {
    "identifier_new": CodeKind.IDENTIFIER,
    "identifier_old": CodeKind.FORMER_IDENTIFIER,
    "admin_unit": CodeKind.ADMINISTRATIVE_UNIT,
}


@dataclass(frozen=True)
class Position:
    """Chức vụ: of one agency (`agency_key`), or of every agency of `kinds`. `other_roles` make memberships of their own."""

    key: str
    title: str
    agency_key: str | None
    kinds: tuple[str, ...]
    role: Role
    other_roles: tuple[Role, ...]
    is_head: bool


class Province:
    """`key` names the folder: "quang-ngai"."""

    def __init__(self, key: str, folder: Path | None = None) -> None:
        self.key = key
        self._folder = folder or DATA / key

    def _read(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self._folder / name).read_text(encoding="utf-8"))
        return content

    @cached_property
    def agencies(self) -> list[AgencyDetails]:
        return [_agency(row) for row in self._read("agencies.json")["agencies"]]

    @cached_property
    def positions(self) -> list[Position]:
        return [_position(row) for row in self._read("positions.json")["positions"]]

    def living_agencies(self, day: date) -> list[AgencyDetails]:
        """Those of the province itself: central bodies outside it have nobody who signs in here."""
        return [one for one in self.agencies if one.scope == self.key and one.kind != "EXTERNAL" and one.lives_on(day)]

    def positions_of(self, agency: AgencyDetails) -> Iterator[Position]:
        """Its own positions and those of its kind; where its own name the head, the head of its kind is the same person."""
        own = [position for position in self.positions if position.agency_key == agency.key]
        has_own_head = any(position.is_head for position in own)
        yield from own
        for position in self.positions:
            if position.agency_key is None and agency.kind in position.kinds and not (position.is_head and has_own_head):
                yield position


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None


def _agency(row: dict[str, Any]) -> AgencyDetails:
    former = tuple(row.get("former_names_in_aliases", ()))
    return AgencyDetails(
        key=row["key"],
        name=row["name_vi"],
        short_name=row["short_name"],
        kind=AgencyKind(row["kind"]),
        scope=row["scope"],
        parent_id=agency_id(row["parent"]) if row["parent"] else None,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        aliases=tuple(row["aliases"]),
        former_names=former,
        successors=tuple(agency_id(key) for key in row["successors"]),
        codes=tuple(AgencyCode(kind, row["codes"][name]["value"]) for name, kind in CODES.items() if row["codes"][name]),
        former_parents=tuple(
            FormerParent(agency_id(one["parent"]), date.fromisoformat(one["to"])) for one in row.get("parent_history", ()) if one["to"]
        ),
    )


def _position(row: dict[str, Any]) -> Position:
    return Position(
        key=row["key"],
        title=row["title_vi"],
        agency_key=row["agency"],
        kinds=tuple(row.get("applies_to", ())),
        role=Role(row["role"]),
        other_roles=tuple(Role(role) for role in row.get("other_roles", ())),
        is_head=row["is_head"],
    )
