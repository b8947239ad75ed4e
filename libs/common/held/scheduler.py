"""Every second: which held acts have had their time, and take effect now."""

from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

import structlog

from libs.common.actor import Actor
from libs.common.db import Database, is_passing
from libs.common.domain import DomainError, Refusal
from libs.common.held.act import HeldAct, NothingHeld, RightEnded
from libs.common.held.store import HeldActs, due_acts
from libs.common.live import Hints
from libs.common.supervise import repeat
from libs.common.telemetry import wording

BATCH = 100

log = structlog.get_logger()


class Memberships(Protocol):
    """Who acts, as the service knows it now."""

    async def resolve_actor(self, person_id: UUID, membership_id: UUID, roles: frozenset[str]) -> Actor | None: ...

    async def require_fresh(self) -> None: ...


class HeldActScheduler:
    """`perform` takes the act and gives it its effect in one transaction, as the actor; it raises NothingHeld when somebody else did.

    Every process of the service may run one: of several only one has an act.
    """

    def __init__(
        self,
        database: Database,
        hints: Hints,
        memberships: Memberships,
        perform: Callable[[HeldAct, Actor], Awaitable[object]],
        *,
        every: float,
        lists: tuple[str, ...],
    ) -> None:
        self._database = database
        self._hints = hints
        self._memberships = memberships
        self._perform = perform
        self._every = every
        self._lists = lists

    async def run(self) -> None:
        await repeat(self.once, every=self._every)

    async def once(self) -> int:
        """How many took effect. What is refused is void, what fails is put aside: neither holds up another."""
        took_effect = 0
        while True:
            async with self._database.read() as connection:
                found = await due_acts(connection, limit=BATCH)
            if not found:
                return took_effect
            # Rights that nobody could withdraw here meanwhile are no rights: then everything waits.
            await self._memberships.require_fresh()
            took_effect += sum([await self._give_effect(act) for act in found])
            if len(found) < BATCH:
                return took_effect

    async def _give_effect(self, act: HeldAct) -> int:
        try:
            await self._perform(act, await self._actor_of(act))
        except NothingHeld:
            return 0
        except DomainError as refused:
            if refused.refusal is Refusal.UNAVAILABLE:
                raise
            await self._make_void(act, refused)
            return 0
        except Exception as error:
            if is_passing(error):
                raise
            log.error("put-aside", work="held acts", act=str(act.id), error=type(error).__name__, detail=wording(error))
            async with self._database.begin() as connection:
                await HeldActs(connection).put_aside(act, reason=f"{type(error).__name__}: {wording(error)}")
            return 0
        return 1

    async def _actor_of(self, act: HeldAct) -> Actor:
        """The person, if he still holds the membership in the role in which he acted."""
        actor = await self._memberships.resolve_actor(act.person_id, act.membership_id, frozenset({act.role}))
        if actor is None:
            raise RightEnded
        return actor

    async def _make_void(self, act: HeldAct, refused: DomainError) -> None:
        log.warning("held-act-void", act=str(act.id), kind=act.kind, aggregate=str(act.aggregate_id), because=refused.code)
        async with self._database.begin() as connection:
            await HeldActs(connection).make_void(act, because=refused.code, by=Actor.of_service(self._database.service))
        self._hints.changed(act.hint(self._lists))
