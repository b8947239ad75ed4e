"""Names of agencies and people: services speak of them by id, pages by name. Everybody may know them, so they are kept for all."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from portal.answers import directory
from portal.services import Asks, Refused, ServiceAway

KEPT_SECONDS = 300.0
# After a failed look the old names serve this long before the directory is asked again.
ASKED_AGAIN_AFTER = 10.0
PAGE = 200


@dataclass(frozen=True)
class AgencyName:
    id: str
    name: str
    short_name: str
    kind: str


class AgencyNames:
    def __init__(self) -> None:
        self._names: dict[str, AgencyName] = {}
        self._read_at = 0.0
        self._old_at = 0.0
        self._asking = asyncio.Lock()

    async def known(self, visitor: Asks) -> Mapping[str, AgencyName]:
        """Id → name. While the directory is away the names from before, or none."""
        if time.monotonic() < self._old_at:
            return self._names
        async with self._asking:
            if time.monotonic() >= self._old_at:
                try:
                    self._names = await _all_names(visitor)
                    self._read_at = time.monotonic()
                    self._old_at = self._read_at + KEPT_SECONDS
                except (ServiceAway, Refused):
                    self._old_at = time.monotonic() + ASKED_AGAIN_AFTER
        return self._names

    @property
    def seen(self) -> Mapping[str, AgencyName]:
        """Id → name as it was read last, for whoever cannot ask."""
        return self._names

    @property
    def read_at(self) -> float:
        """Tells one reading of the directory from another."""
        return self._read_at

    def forget(self) -> None:
        """The directory changed: ask again when next needed."""
        self._old_at = 0.0


class PeopleNames:
    """Id → name of those who were asked for, for so long as names of agencies are kept."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._old_at = 0.0

    async def known(self, visitor: Asks, ids: Iterable[str]) -> Mapping[str, str]:
        """Those among `ids` whom the directory knows; while it is away, those who were asked for before."""
        if time.monotonic() > self._old_at:
            self._names, self._old_at = {}, time.monotonic() + KEPT_SECONDS
        names, wanted = self._names, sorted(set(ids))
        unknown = [one for one in wanted if one not in names]
        if unknown:
            with suppress(ServiceAway, Refused):
                found = await visitor.get(directory.PEOPLE, ids=",".join(unknown))
                names.update({one["id"]: one["name"] for one in found["items"]})
        return {one: names[one] for one in wanted if one in names}

    def forget(self) -> None:
        self._old_at = 0.0


async def _all_names(visitor: Asks) -> dict[str, AgencyName]:
    names: dict[str, AgencyName] = {}
    cursor = None
    while True:
        page = await visitor.get(directory.AGENCIES, living="false", limit=PAGE, cursor=cursor)
        for one in page["items"]:
            names[one["id"]] = AgencyName(one["id"], one["name"], one["short_name"], one["kind"])
        cursor = page["next_cursor"]
        if cursor is None:
            return names
