"""Words that the directives service has for forms and lists: the fields of work. They change with a release of it, so they are kept."""

import time
from collections.abc import Mapping

from portal.answers import directives
from portal.services import Asks, Refused, ServiceAway

KEPT_SECONDS = 300.0


class Vocabulary:
    def __init__(self) -> None:
        self._fields: dict[str, str] = {}
        self._old_at = 0.0

    async def known(self, visitor: Asks) -> Mapping[str, str]:
        """Key → name of the fields of work, in the order in which they are offered; those from before while the service is away."""
        if time.monotonic() >= self._old_at:
            try:
                found = await visitor.get(directives.VOCABULARY)
            except (ServiceAway, Refused):
                return self._fields
            self._fields = {one["key"]: one["name"] for one in found["fields"]}
            self._old_at = time.monotonic() + KEPT_SECONDS
        return self._fields
