"""The sign-in server brought in step: everything at once for whoever asks, or a few who have changed.

What was interrupted goes on from what is there.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from libs.common.db import Database
from libs.common.supervise import is_well
from libs.keycloak.administration import KeycloakRefused
from services.directory.accounts.server import SignInServer, each
from services.directory.domain.accounts import (
    Act,
    ChangeAccount,
    ChangeOrganization,
    Difference,
    Drift,
    GiveRight,
    Join,
    Leave,
    MakeAccount,
    MakeOrganization,
    acts_for,
    differences,
    foreign,
)
from services.directory.persistence import accounts_behind as behind
from services.directory.queries.wanted_accounts import everything_wanted

# Whoever tells everything and whoever follows take turns, so that nobody acts upon what the other has changed meanwhile.
LOCK = 7_301_008
# Of some hundred in one call Keycloak makes 130 a second, of 2,000 a third of that; and a busy machine must answer within the limit.
PEOPLE_AT_ONCE = 250
LOOKED_AT_EVERY_SECONDS = 1.0

Credentials = Sequence[Mapping[str, Any]]


class Step(Enum):
    COMPARING = "comparing"
    ORGANIZATIONS = "organizations"
    ACCOUNTS = "accounts"
    CHANGES = "changes"
    MEMBERSHIPS = "memberships"


STEPS: Mapping[type[Act], Step] = {
    MakeOrganization: Step.ORGANIZATIONS,
    ChangeOrganization: Step.ORGANIZATIONS,
    MakeAccount: Step.ACCOUNTS,
    ChangeAccount: Step.CHANGES,
    GiveRight: Step.CHANGES,
    Leave: Step.MEMBERSHIPS,
    Join: Step.MEMBERSHIPS,
}

Progress = Callable[[Step, int, int], None]
"""What is being done, how much of it is done, and how much there is."""


def quietly(_: Step, __: int, ___: int) -> None:
    """For who does not want to know."""


@dataclass(frozen=True)
class Stepped:
    """`mended` counts what was otherwise and is no more; `left` is what only a person may decide; `refused` says why the server said no."""

    mended: Counter[Drift]
    left: list[Difference]
    refused: Mapping[Difference, str]

    @property
    def behind(self) -> dict[UUID, str]:
        """The agencies and people that are not in step all the same, and why."""
        why = {**{one: f"{one.drift} {one.found}" for one in self.left}, **self.refused}
        return {one.concerns: words for one, words in why.items() if one.concerns is not None}


async def drift(database: Database, server: SignInServer, day: date, *, progress: Progress = quietly) -> list[Difference]:
    """Everything that is otherwise, and what is there that nobody wants; nothing is changed."""
    async with database.read() as connection:
        wanted = await everything_wanted(connection, day)
    found = await server.everything(lambda done, total: progress(Step.COMPARING, done, total))
    return [*differences(wanted, found), *foreign(wanted, found)]


async def step_everything(
    database: Database, server: SignInServer, day: date, *, credentials: Credentials = (), progress: Progress = quietly
) -> Stepped:
    """Mend whatever can be mended. May be repeated, after a kill as well. New accounts are given `credentials`."""
    async with its_turn(database):
        return await step_everything_in_turn(database, server, day, credentials=credentials, progress=progress)


async def step_everything_in_turn(
    database: Database, server: SignInServer, day: date, *, credentials: Credentials = (), progress: Progress = quietly
) -> Stepped:
    """The same by whoever has its turn already."""
    # What is heard until now is told by what follows.
    await hear_everything(database, day)
    async with database.read() as connection:
        until = await behind.now(connection)
    stepped = await mend(server, await drift(database, server, day, progress=progress), credentials=credentials, progress=progress)
    async with database.begin() as connection:
        await behind.settle_everything(connection, until, stepped.behind)
    return stepped


async def mend(
    server: SignInServer, found: Sequence[Difference], *, credentials: Credentials = (), progress: Progress = quietly
) -> Stepped:
    """Raises KeycloakRefused where it concerns everything; what is refused by itself is told, and the rest goes on."""
    refused: dict[Act, str] = {}
    acts = acts_for(found)
    totals = Counter({step: sum(len(acts[kind]) for kind, of in STEPS.items() if of is step) for step in Step})
    done: Counter[Step] = Counter()

    def told(act: Act, number: int = 1) -> None:
        step = STEPS[type(act)]
        done[step] += number
        progress(step, done[step], totals[step])

    async def one(act: Act) -> None:
        try:
            await _acted(server, act, credentials)
        except KeycloakRefused as why:
            if why.concerns_everything:
                raise
            refused[act] = str(why)
        told(act)

    async def together(batch: Sequence[Act]) -> None:
        try:
            await server.make_accounts([act.wanted for act in batch if isinstance(act, MakeAccount)], credentials)
        except KeycloakRefused as why:
            if why.concerns_everything:
                raise
            # One of them is the reason, and must not be that of the others.
            for act in batch:
                await one(act)
        else:
            told(batch[0], len(batch))

    for kind, those in acts.items():
        if kind is MakeAccount:
            await each([those[at : at + PEOPLE_AT_ONCE] for at in range(0, len(those), PEOPLE_AT_ONCE)], together, at_once=1)
        else:
            await each(those, one)
    mended = Counter(one.drift for one in found if one.act is not None and one.act not in refused)
    return Stepped(
        mended,
        [one for one in found if one.act is None],
        {one: refused[one.act] for one in found if one.act is not None and one.act in refused},
    )


async def hear_everything(database: Database, day: date) -> None:
    """Up to now: who has changed since it was asked last is behind from now on."""
    while True:
        async with database.begin() as connection:
            if await behind.hear(connection, day) < behind.PAGE:
                return


@asynccontextmanager
async def its_turn(database: Database) -> AsyncIterator[None]:
    """One at a time, in whatever process; the others wait."""
    line = await database.direct()
    try:
        while not await line.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            is_well()
            await asyncio.sleep(LOOKED_AT_EVERY_SECONDS)
        yield
    finally:
        await line.close(timeout=2)


async def _acted(server: SignInServer, act: Act, credentials: Credentials) -> None:
    match act:
        case MakeOrganization(wanted):
            await server.make_organization(wanted)
        case ChangeOrganization(id, wanted):
            await server.change_organization(id, wanted)
        case MakeAccount(wanted):
            await server.make_accounts([wanted], credentials)
        case ChangeAccount(wanted):
            await server.change_account(wanted)
        case GiveRight(account):
            await server.give_right(account)
        case Join(alias, account):
            await server.join(alias, account)
        case Leave(alias, account):
            await server.leave(alias, account)
