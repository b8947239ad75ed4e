"""One use case, one transaction: what was loaded, what happened to it, and the events that say so, committed together.

    async with uow:
        task = await uow.tasks.get(task_id, seen_by=change.actor)
        permit(change.actor, Action.ACCEPT, task)
        if await uow.is_repeat(change, task):
            return task
        task.accept(by=change.actor, at=now)
        await uow.commit()

Leaving the block without `commit` rolls everything back, the idempotency key too: refusals are not stored.

What an aggregate records within the block becomes its contract at once, so that of two events in one commit each tells the state of
its own version. Nothing that was recorded is lost in silence: an aggregate that no repository keeps, an event of which the block
began too late to know, a change after the last event and a block that ends without `commit` are each refused by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import Token
from types import TracebackType
from typing import Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.actor import Actor
from libs.common.change import Change, KeyReused, PreconditionMissing, Repetition, StaleVersion
from libs.common.db import Database
from libs.common.domain import Aggregate, Recorded, Witness, call_witness, dismiss_witness
from libs.common.fault_points import Point, reach
from libs.common.live import Hint, Hints
from libs.common.messaging import event_log
from libs.common.messaging.event_log import Cause
from libs.contracts.contract import Contract

A = TypeVar("A", bound=Aggregate)

_CLAIM_KEY = text("""
INSERT INTO command_key (principal, key, method_path, body_sha256, status, aggregate_id)
VALUES (:principal, :key, :method_path, :body_sha256, :status, :aggregate_id)
ON CONFLICT DO NOTHING RETURNING true
""")
_SEEN_KEY = text("""
SELECT method_path, body_sha256, status, aggregate_id, version FROM command_key WHERE principal = :principal AND key = :key
""")


class NotTouched(RuntimeError):
    """Something happened to an aggregate that no repository was told of (`touch`), so it would be kept nowhere: a fault of ours."""


class NotWitnessed(RuntimeError):
    """The event was recorded outside the unit of work that is to keep it, so nobody knows the state of that moment: a fault of ours."""


class ChangedAfterRecorded(RuntimeError):
    """The aggregate was changed after its last event, so others would be told another state than the one kept: a fault of ours."""


class NotCommitted(RuntimeError):
    """Something happened, and the block ended without a refusal and without `commit`: a fault of ours."""


class Repository(ABC, Generic[A]):
    """Loads and stores aggregates of one type on the connection of a unit of work. `aggregate_type` names it in the event log."""

    aggregate_type: str

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.touched: list[A] = []
        self._hints_before: dict[UUID, Hint] = {}

    def touch(self, aggregate: A) -> A:
        """What was loaded for a change or newly made: `commit` keeps what happened to it."""
        self.touched.append(aggregate)
        self._hints_before.setdefault(aggregate.id, self.hint_of(aggregate))
        return aggregate

    def hint_of(self, aggregate: A) -> Hint:
        """Which lists show it, and to whom. Says nothing where the unit of work shall tell everybody."""
        return Hint()

    def hint_of_change(self, aggregate: A) -> Hint:
        """Who saw it before the change has to look as well as who sees it now."""
        return self._hints_before[aggregate.id] | self.hint_of(aggregate)

    @abstractmethod
    async def save(self, aggregate: A, *, expected_version: int) -> None:
        """Store the row with its new version: insert when `expected_version` is 0, else update where it still has that version."""

    async def save_new(self, aggregates: Sequence[A]) -> None:
        """Store the rows of what is new. Where hundreds come at once, a repository writes them together."""
        for aggregate in aggregates:
            await self.save(aggregate, expected_version=0)


class UnitOfWork:
    """Subclasses open their repositories in `begin` and list them in `repositories`.

    `outgoing` turns a domain event into the published contract. On the connection of a consumer (`on`) the commit is the consumer's.
    """

    def __init__(
        self,
        database: Database | None,
        outgoing: Callable[..., Contract],
        *,
        actor: Actor,
        cause: Cause,
        hints: Hints | None = None,
        lists: tuple[str, ...] = (),
        on: AsyncConnection | None = None,
    ) -> None:
        self._database = database
        self._service = database.service if database is not None else None
        self._outgoing = outgoing
        self._cause = cause
        self._hints = hints
        self._lists = lists
        self._given = on
        self._transaction: AbstractAsyncContextManager[AsyncConnection] | None = None
        self._witnessing: Token[Witness | None]
        self._told: dict[tuple[Aggregate, int], Contract]
        self.actor = actor
        self.connection: AsyncConnection
        self.also_tell = Hint()
        """Whose open pages change by the commit beside those that the events tell."""

    def begin(self) -> None:
        """Open the repositories on `self.connection`."""

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        if self._given is not None:
            self.connection = self._given
        else:
            assert self._database is not None, "a unit of work needs a database or a connection"
            self._transaction = self._database.undecided()
            self.connection = await self._transaction.__aenter__()
        self.begin()
        self._told = {}
        self._witnessing = call_witness(self._tell)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        dismiss_witness(self._witnessing)
        if self._transaction is not None:
            await self._transaction.__aexit__(kind, error, trace)
        if error is None and self._told:
            raise NotCommitted(self._named(self._told))

    def _tell(self, aggregate: Aggregate, recorded: Recorded) -> None:
        self._told[aggregate, recorded.version] = self._outgoing(recorded.event, aggregate)

    async def is_repeat(self, change: Change, aggregate: Aggregate | None = None) -> bool:
        """True when this key was answered before: reply with the object as it is now (`change.repetition` tells which).

        Raises PreconditionMissing (428), KeyReused (422) and StaleVersion (412), in this order. `aggregate` is None for something new.
        """
        if aggregate is not None and change.if_match is None:
            raise PreconditionMissing
        principal = {"principal": change.actor.name, "key": change.key}
        claimed = await self.connection.execute(
            _CLAIM_KEY,
            {
                **principal,
                "method_path": change.method_path,
                "body_sha256": change.body_sha256,
                "status": change.status,
                "aggregate_id": aggregate.id if aggregate else None,
            },
        )
        if claimed.scalar_one_or_none() is None:
            seen = (await self.connection.execute(_SEEN_KEY, principal)).one()
            if seen.method_path != change.method_path or bytes(seen.body_sha256) != change.body_sha256:
                raise KeyReused
            change.repetition = Repetition(seen.status, seen.aggregate_id, seen.version)
            return True
        if aggregate is not None and change.if_match != aggregate.version:
            raise StaleVersion(present_version=aggregate.version)
        return False

    def repeated_id(self, change: Change) -> UUID:
        """Of a repeated creation: which object was made the first time."""
        assert change.repetition is not None
        assert change.repetition.aggregate_id is not None
        return change.repetition.aggregate_id

    async def commit(self) -> None:
        """Write every recorded event with outbox and audit, and the rows as they are after the last, commit; then wake relay and pages."""
        happened = [
            (repository, aggregate, recorded)
            for repository in self.repositories()
            for aggregate in repository.touched
            if (recorded := aggregate.take_recorded())
        ]
        written = [
            event_log.Recorded(repository.aggregate_type, aggregate.id, version, contract)
            for repository, aggregate, recorded in happened
            for version, contract in self._contracts(aggregate, recorded)
        ]
        if self._told:
            raise NotTouched(self._named(self._told))
        reach(Point.BEFORE_EVENTS, of=self._service)
        if written:
            await event_log.append(self.connection, written, actor=self.actor, cause=self._cause)
        reach(Point.AFTER_EVENTS, of=self._service)
        for repository in self.repositories():
            changed = [aggregate for its, aggregate, _ in happened if its is repository]
            await repository.save_new([aggregate for aggregate in changed if aggregate.stored_version == 0])
            for aggregate in changed:
                if aggregate.stored_version > 0:
                    await repository.save(aggregate, expected_version=aggregate.stored_version)
                aggregate.stored_version = aggregate.version
            repository.touched.clear()
        reach(Point.BEFORE_COMMIT, of=self._service)
        if self._given is None:
            await self.connection.commit()
        reach(Point.AFTER_COMMIT, of=self._service)
        if happened and self._hints is not None:
            self._hints.outbox()
            for repository, aggregate, _ in happened:
                self._hints.changed(repository.hint_of_change(aggregate) or Hint.for_everybody(*self._lists))
        if self._hints is not None:
            self._hints.changed(self.also_tell)

    def _contracts(self, aggregate: Aggregate, recorded: list[Recorded]) -> list[tuple[int, Contract]]:
        """What others are told of each event, with its version."""
        contracts = []
        for version, _ in recorded:
            contract = self._told.pop((aggregate, version), None)
            if contract is None:
                raise NotWitnessed(self._named([(aggregate, version)]))
            contracts.append((version, contract))
        last, told = recorded[-1], contracts[-1][1]
        if self._outgoing(last.event, aggregate) != told:
            raise ChangedAfterRecorded(self._named([(aggregate, last.version)]))
        return contracts

    def _named(self, recorded: Iterable[tuple[Aggregate, int]]) -> str:
        return ", ".join(f"{type(aggregate).__name__} {aggregate.id} v{version}" for aggregate, version in recorded)
