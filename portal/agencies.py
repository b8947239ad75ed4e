"""Names of agencies: services speak of agencies by id, people by name. Everybody signed in may know them, so they are kept for all."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

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
                    self._old_at = time.monotonic() + KEPT_SECONDS
                except (ServiceAway, Refused):
                    self._old_at = time.monotonic() + ASKED_AGAIN_AFTER
        return self._names

    def forget(self) -> None:
        """The directory changed: ask again when next needed."""
        self._old_at = 0.0


async def _all_names(visitor: Asks) -> dict[str, AgencyName]:
    names: dict[str, AgencyName] = {}
    cursor = None
    while True:
        page = await visitor.get("directory", "/agencies", living="false", limit=PAGE, cursor=cursor)
        for one in page["items"]:
            names[one["id"]] = AgencyName(one["id"], one["name"], one["short_name"], one["kind"])
        cursor = page["next_cursor"]
        if cursor is None:
            return names
