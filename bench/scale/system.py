"""The whole system in one process of its own over a copy of a filled folder, and people who ask it things."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from joserfc.jwk import ECKey

from bench.load import Connection, Request
from bench.scale.plans import LOADED, WRITING, Statement, statements_in
from bench.scale.population import Population
from bench.scale.questions import Ask
from bench.whole import Run, start, start_split, stop
from embedded.data_folder import DataFolder
from embedded.oidc.authorization import Session
from embedded.oidc.issuing import TokenIssuer
from embedded.oidc.provider import REALM
from embedded.postgres import Address, running_in
from embedded.wiring import PORTAL_CLIENT
from libs.common.actor import Actor
from libs.common.web.auth import MEMBERSHIP_HEADER
from seed.scale import Scale
from system.applications import SERVICES
from tests.embedded.visitor import Visitor

# A token lives five minutes.
TOKEN_KEPT_SECONDS = 120.0
SIGNALLED_SECONDS = 0.5
UNFINISHED_SECONDS = 0.05


@dataclass
class Person:
    """What the requests of one person carry."""

    token: str = ""
    since: float = 0.0
    cookie: str = ""


@dataclass
class Asking:
    """Asks one request after the other over one kept connection."""

    run: Run
    postgres: Address
    connection: Connection
    _people: dict[Actor, Person] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=itertools.count)

    def sign_in(self, here: Population, people: Iterable[Actor]) -> None:
        """To the portal."""
        for person in people:
            self._people.setdefault(person, Person()).cookie = self.new_session(here, person)

    def new_session(self, here: Population, person: Actor) -> str:
        """The cookie of one more browser in which this person has signed in."""
        with Visitor(self.run.url, self.run.trust) as visitor:
            visitor.sign_in(here.words_of(person))
            return visitor.cookies

    def request(self, ask: Ask) -> Request:
        if ask.path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self._token(ask.by)}", MEMBERSHIP_HEADER: str(ask.by.membership_id)}
        else:
            headers = {"Cookie": self._people[ask.by].cookie}
        if ask.method != "GET":
            headers["Content-Type"] = ask.media_type
            headers["Idempotency-Key"] = f"bench-{time.time_ns()}-{next(self._keys)}"
        if ask.version is not None:
            headers["If-Match"] = f'"{ask.version}"'
        return Request(ask.method, ask.path, headers, ask.body)

    async def timed(self, ask: Ask) -> float:
        """Seconds until the whole answer is here."""
        request = self.request(ask)
        began = time.perf_counter()
        await self.connection.ask(request)
        return time.perf_counter() - began

    async def anew(self) -> None:
        """Another connection: one on which nothing was asked for a while has been closed."""
        self.connection.close()
        self.connection = await Connection.open(self.run.url, self.run.trust)

    async def explained(self, ask: Ask) -> list[Statement]:
        """The statements that this request led to."""
        begin = self._log.stat().st_size
        await self.connection.ask(self.request(ask))
        return await self._statements_since(begin)

    async def idle(self, seconds: float) -> set[str]:
        """The words of the statements that run by themselves: sweeps, relays, the scheduler."""
        begin = self._log.stat().st_size
        await asyncio.sleep(seconds)
        found = await self._statements_since(begin)
        await self.anew()
        return {one.words for one in found}

    @property
    def _log(self) -> Path:
        return self.run.data / "postgres.log"

    async def _statements_since(self, begin: int) -> list[Statement]:
        """Another session may be in the middle of its own lines: then we look again."""
        while True:
            with self._log.open("rb") as opened:
                opened.seek(begin)
                written = opened.read().decode(errors="replace")
            try:
                return list(statements_in(written))
            except json.JSONDecodeError:
                await asyncio.sleep(UNFINISHED_SECONDS)

    def _token(self, actor: Actor) -> str:
        person = self._people.setdefault(actor, Person())
        if time.monotonic() - person.since > TOKEN_KEPT_SECONDS or not person.token:
            key = ECKey.import_key(DataFolder(self.run.data).signing_key("sign-in").read_bytes())
            key.ensure_kid()
            issuer = TokenIssuer(self.run.url + REALM, key, SERVICES)
            assert actor.person_id is not None
            session = Session("bench", PORTAL_CLIENT, actor.person_id, int(time.time()), level=2)
            person.token, person.since = issuer.for_person(session, _Account(actor))["access_token"], time.monotonic()
        return person.token


@dataclass(frozen=True)
class _Position:
    role: str
    agency_name: str = ""
    agency_kind: str = ""
    position: str = ""


class _Account:
    """Enough of an account for a token."""

    def __init__(self, actor: Actor) -> None:
        assert actor.person_id is not None
        self.person_id, self.username, self.name, self.positions = actor.person_id, "bench", "bench", (_Position(actor.role),)


@asynccontextmanager
async def asking(
    data: Path, scale: Scale, *, module: str = "bench.scale.every_answer_anew", portals: int | None = None
) -> AsyncIterator[Asking]:
    """Over the filled data folder `data`, on the day after the last one of the scale. `portals`: split, with so many of them."""
    with (data / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write(LOADED)
    day = scale.until.fromordinal(scale.until.toordinal() + 1)
    at = ("--at", day.isoformat())
    if portals is None:
        run = await asyncio.to_thread(lambda: start(data, *at, module=module))
    else:
        run = await asyncio.to_thread(lambda: start_split(data, *at, "--portals", str(portals)))
    try:
        postgres = running_in(data)
        assert postgres is not None
        system = Asking(run, postgres, await Connection.open(run.url, run.trust))
        yield system
        system.connection.close()
    finally:
        await asyncio.to_thread(stop, run)


@asynccontextmanager
async def plans_written(postgres: Address) -> AsyncIterator[None]:
    """Every statement of every session is explained meanwhile."""
    session = await asyncpg.connect(postgres.dsn("postgres", driver="postgresql"))
    try:
        for name, value in WRITING.items():
            await session.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await session.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(SIGNALLED_SECONDS)
        yield
    finally:
        for name in WRITING:
            await session.execute(f"ALTER SYSTEM RESET {name}")
        await session.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(SIGNALLED_SECONDS)
        await session.close()
