"""While the service runs: whose change the sign-in server has not been told is told it, soon after, and again until it has been.

No act waits for it. While the server is away everything stays behind, and deep health says how much and since when.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import structlog

from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.supervise import repeat
from libs.keycloak.administration import KeycloakRefused
from services.directory.accounts.server import SignInServer
from services.directory.accounts.stepping import hear_everything, its_turn, mend
from services.directory.domain.accounts import differences
from services.directory.persistence import accounts_behind as behind
from services.directory.queries.wanted_accounts import wanted_of

BATCH = 50

log = structlog.get_logger()


class AccountsInStep:
    """`server` opens a way to the sign-in server. Several processes may do so: they take turns."""

    def __init__(
        self, database: Database, clock: Clock, server: Callable[[], AbstractAsyncContextManager[SignInServer]], *, every: float
    ) -> None:
        self._database = database
        self._clock = clock
        self._open = server
        self._every = every

    async def run(self) -> None:
        async with self._open() as server:
            await repeat(lambda: self.once(server), every=self._every)

    async def once(self, server: SignInServer) -> int:
        """How many agencies and people were looked at. Raises KeycloakRefused while the server is away."""
        await hear_everything(self._database, self._clock.today())
        async with self._database.read() as connection:
            if not await behind.due(connection, 1):
                return 0
        looked_at = 0
        while told := await self._tell_next_in_turn(server):
            looked_at += told
        return looked_at

    async def _tell_next_in_turn(self, server: SignInServer) -> int:
        # Whoever tells everything does not wait for more than a few.
        async with its_turn(self._database):
            return await self._tell_next(server)

    async def _tell_next(self, server: SignInServer) -> int:
        async with self._database.read() as connection:
            due = await behind.due(connection, BATCH)
        if due:
            await self._tell(server, due)
        return len(due)

    async def _tell(self, server: SignInServer, due: Sequence[behind.Subject]) -> None:
        """Together or, when one of them is the reason why nothing can be said of all, one by one."""
        try:
            failed = await self._mended(server, due)
        except KeycloakRefused as why:
            if why.concerns_everything:
                raise
            if len(due) > 1:
                for one in due:
                    await self._tell(server, [one])
                return
            failed = {due[0].id: str(why)}
        async with self._database.begin() as connection:
            await behind.settle(connection, due, failed)
        for subject in failed:
            # Why stands beside it in the database: what the server says may hold a name.
            log.warning("account-behind", subject=str(subject))

    async def _mended(self, server: SignInServer, due: Sequence[behind.Subject]) -> dict[UUID, str]:
        """Who is not in step all the same, and why."""
        ids = {kind: [one.id for one in due if one.kind == kind] for kind in (behind.AGENCY, behind.PERSON)}
        async with self._database.read() as connection:
            wanted = await wanted_of(connection, self._clock.today(), agencies=ids[behind.AGENCY], people=ids[behind.PERSON])
        stepped = await mend(server, list(differences(wanted, await server.found_of(wanted))))
        if stepped.mended:
            log.info("accounts-in-step", mended={str(drift): number for drift, number in stepped.mended.items()})
        return stepped.behind
