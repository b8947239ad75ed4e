"""One service as it runs: its database, its part in the messages, its web face. `create_app` of a service puts these together."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx2
import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.clock import Clock
from libs.common.db import Database
from libs.common.housekeeping import COMMAND_KEYS, DECIDED_DEAD_EVENTS, Chore, Housekeeping
from libs.common.live import ChangedLists, Hint, Hints
from libs.common.messaging.bus import Bus
from libs.common.messaging.consumer import Consumer, ConsumerRunner
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.feed import FeedPage, Position
from libs.common.messaging.relay import Relay
from libs.common.messaging.sweep import Sweep
from libs.common.migrate import require_known_schema
from libs.common.settings import ProcessPart, ServiceSettings
from libs.common.single_flight import SingleFlight
from libs.common.supervise import WorksHealth, running
from libs.common.tokens import ServiceTokens
from libs.common.trust import trusted

log = structlog.get_logger()

Work = tuple[str, Callable[[], Awaitable[None]]]
Examination = Callable[[AsyncConnection], Awaitable[dict[str, object]]]

# Of one epoch, the largest is the end of the index that the feed reads by; over all rows it would be looked for in each of them.
_TORN = text("""
SELECT coalesce(max(tx_id), '0'::xid8) >= pg_current_xact_id() AS torn FROM event_log WHERE epoch = (SELECT max(epoch) FROM stream_meta)
""")


class CounterTooLow(Exception):
    """The event log holds transaction numbers above the cluster's counter: this database was not restored as a whole cluster."""


class Service:
    """`package` is where the service lives (`services.tasks`); `lists` are the lists of open pages that its changes touch.

    `hint_of` says of a consumed event whose pages show its effect; everybody's, when it is left out. `schedulers` is long-running
    work of its own accord, `chores` what becomes of old rows, `examined_too` what deep health tells beside the usual: an application
    sets them.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        bus: Bus,
        *,
        package: str,
        publishes: bool = False,
        consumers: Sequence[Consumer] = (),
        lists: tuple[str, ...] = (),
        hint_of: Callable[[Envelope], Hint] | None = None,
    ) -> None:
        self.settings = settings
        self.name = settings.name
        self.package = package
        self.publishes = publishes
        self.lists = lists
        self.hint_of = hint_of or (lambda _: Hint.for_everybody(*lists))
        self.clock: Clock = settings.clock
        self.database = Database(settings.database_url, application=f"chidao-{settings.name}")
        self.answers = SingleFlight(lambda: self.changed_lists.listening)
        self.hints = Hints(self.database, self.answers.forget)
        self.changed_lists = ChangedLists(self.database, self.answers.forget)
        self.tokens = ServiceTokens(client_id=settings.client_id, private_key_file=settings.private_key_file, token_url=settings.token_url)
        self.runners = [ConsumerRunner(consumer, self.database, changed=self.tell_changed) for consumer in consumers]
        self.schedulers: list[Work] = []
        self.chores: list[Chore] = [*([COMMAND_KEYS] if publishes else []), *([DECIDED_DEAD_EVENTS] if consumers else [])]
        self.examined_too: Examination | None = None
        self.standing = WorksHealth()
        self._bus = bus
        self._client: httpx2.AsyncClient | None = None

    def tell_changed(self, effects: Sequence[Envelope]) -> None:
        """These events took effect: wake the relay and the open pages of those whom they concern."""
        if self.publishes:
            self.hints.outbox()
        for envelope in effects:
            self.hints.changed(self.hint_of(envelope))

    async def read_feed_of(self, source: str, after: Position, limit: int) -> FeedPage:
        """A page of another service's feed, over HTTP with our own token."""
        assert self._client is not None, "the service is not running"
        token = await self.tokens.for_audience(source)
        answer = await self._client.get(
            f"{self.settings.sources[source]}/internal/events",
            params={"after": str(after), "limit": limit},
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()
        return FeedPage.from_json(answer.json())

    def sweeps(self) -> list[Sweep]:
        """One sweep for each consumer and source whose feed we know."""
        return [
            Sweep(runner, source, self.read_feed_of, every=self.settings.sweep_seconds)
            for runner in self.runners
            for source in runner.consumer.sources
            if source in self.settings.sources
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything but the web face.

        Refuses to start on an older schema, on a newer one that does more than add, and on a database torn out of its cluster.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.dispose)
            async with self.database.read() as connection:
                await require_known_schema(self.package, connection)
                if self.publishes:
                    await _require_whole_cluster(connection)
            self._client = await stack.enter_async_context(httpx2.AsyncClient(timeout=10, trust_env=False, verify=trusted()))
            await stack.enter_async_context(running(*self._works(), standing=self.standing))
            yield

    def _works(self) -> list[Work]:
        """What this process keeps running, as its parts say. Whoever commits wakes others by hints, so every part has these."""
        parts = self.settings.parts
        works: list[Work] = [("hints", self.hints.run)]
        if ProcessPart.API in parts:
            works.append(("changed-lists", self.changed_lists.run))
        if ProcessPart.SCHEDULER in parts:
            works.extend(self.schedulers)
            works.append(("housekeeping", Housekeeping(self.database, *self.chores).run))
        if ProcessPart.RELAY in parts and self.publishes:
            works.append((f"relay {self.name}", Relay(self.name, self.database, self._bus).run))
        if ProcessPart.CONSUMER in parts:
            works.extend((f"sweep {self.name}", sweep.run) for sweep in self.sweeps())
            works.extend(
                (f"consumer {runner.consumer.name} of {source}", partial(runner.follow, self._bus, source))
                for runner in self.runners
                for source in runner.consumer.sources
            )
            works.extend(
                (f"dead letters of {runner.consumer.name}", partial(runner.bury_dead_letters, self._bus)) for runner in self.runners
            )
        return works


async def _require_whole_cluster(connection: AsyncConnection) -> None:
    row = (await connection.execute(_TORN)).one()
    if row.torn:
        raise CounterTooLow("the largest transaction in event_log is above the counter of this cluster; restore the whole cluster")


def service_of(app: FastAPI) -> Service:
    service: Service = app.state.service
    return service
