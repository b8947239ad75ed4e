"""Events that could not take effect, across all services: seen, tried again, or given up with a reason."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from embedded.postgres import Address
from libs.common.db import Database
from libs.common.messaging import dead_events
from libs.common.messaging.consumer import ConsumerRunner
from libs.common.messaging.dead_events import DeadEvent
from system.databases import database_of, runner_of
from system.parties import CONSUMERS, CONSUMING

# Service → its database, where the service's own role signs in.
Databases = Mapping[str, str]


@dataclass(frozen=True)
class Found:
    service: str
    dead: DeadEvent


class StillFails(Exception):
    """The handler refused again; the event stays where it is."""


def databases_of(address: Address) -> Databases:
    """Those of every service in one cluster of ours."""
    return {service: address.dsn(database_of(service), runner_of(database_of(service))) for service in CONSUMING}


async def found(databases: Databases, *, decided: bool = False) -> list[Found]:
    """Open dead events of every service, with `decided` the decided ones too."""
    everything = []
    for service, url in databases.items():
        async with _opened(url) as database, database.read() as connection:
            everything += [Found(service, dead) for dead in await dead_events.listed(connection, decided=decided)]
    return everything


def chosen(everything: Sequence[Found], ids: Sequence[UUID]) -> list[Found]:
    """Those of the events `ids`; one event may have died in several consumers. Raises LookupError for an id that is not among them."""
    missing = set(ids) - {one.dead.envelope.id for one in everything}
    if missing:
        raise LookupError(", ".join(map(str, missing)))
    return [one for one in everything if one.dead.envelope.id in ids]


async def redrive(databases: Databases, one: Found, *, by: str) -> None:
    """Through the handler that failed, in the code of today. Raises StillFails."""
    async with _opened(databases[one.service]) as database:
        try:
            await _runner(one, database).redrive(one.dead.envelope, by=by)
        except Exception as error:
            raise StillFails(f"{type(error).__name__}: {error}") from error


async def waive(databases: Databases, one: Found, *, by: str, reason: str) -> None:
    """It counts as applied from now on, and what waited behind it goes on."""
    async with _opened(databases[one.service]) as database:
        await _runner(one, database).waive(one.dead.envelope, by=by, reason=reason)


def _runner(one: Found, database: Database) -> ConsumerRunner:
    return ConsumerRunner(next(consumer for consumer in CONSUMERS[one.service] if consumer.name == one.dead.consumer), database)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, application="chidao-dead")
    try:
        yield database
    finally:
        await database.dispose()
