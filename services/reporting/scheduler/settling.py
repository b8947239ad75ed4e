"""Every few seconds: do other rules hold, is there something to derive, a month to close?

What comes late drops sheets, and they are soon there again.
"""

from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.supervise import repeat
from libs.directory_replica.province import ProvinceReplica
from services.reporting.figures.stretches import Rules
from services.reporting.projections.derivation import derive_rest, require_rules
from services.reporting.projections.directives import forget_arrived
from services.reporting.projections.sheets import count_sheets


class Settling:
    """Derives what an upgrade or other rules left to do, then counts sheets. Several processes may do so: each batch is done alone."""

    def __init__(self, database: Database, clock: Clock, province: ProvinceReplica, *, every: float) -> None:
        self._database = database
        self._clock = clock
        self._province = province
        self._rules: Rules | None = None
        self._every = every

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> None:
        rules = Rules.of(await self._province.rules())
        if rules != self._rules:
            await require_rules(self._database, rules)
            self._rules = rules
        async with self._database.begin() as connection:
            await forget_arrived(connection)
        await derive_rest(self._database)
        await count_sheets(self._database, self._clock.today())
