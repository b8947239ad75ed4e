"""The embedded run, top to bottom: PostgreSQL, schema, sign-in, services, portal, front door. In one process and one event loop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from embedded.business_day import latest_written, offset_for
from embedded.data_folder import DataFolder, hold
from embedded.demo import load_once, who_may_sign_in
from embedded.front_door import FrontDoor
from embedded.handed_out import HandedOut, give_passwords
from embedded.keycloak import Keycloak
from embedded.logs import log_to
from embedded.oidc.issuing import Account
from embedded.oidc.passwords import Passwords
from embedded.ordinary_user import NoOrdinaryUser
from embedded.pieces import Piece
from embedded.postgres import Cluster, PostgresFailed, start_cluster
from embedded.seeded import Demo, begin_with
from embedded.servers import address_of, listen, serving
from embedded.sign_in_server import apply_realm, let_people_in, sign_in_server
from embedded.split import Split, WithKeycloak, portals_asked, split
from embedded.wiring import Wiring
from libs.common import fault_points
from libs.common.clock import Clock
from libs.common.messaging.bus import Bus
from libs.common.messaging.memory import InMemoryBus
from libs.common.migrate import migrate
from libs.common.service import service_of
from libs.common.supervise import when_one_ends
from libs.common.telemetry import configure_traces
from seed.filling import Progress
from services.directory.accounts.stepping import Progress as AccountsProgress
from services.directory.accounts.stepping import its_turn, quietly
from system.applications import SERVICES
from system.databases import SCHEMAS, owner_of
from system.refusals import CannotRun

log = structlog.get_logger()


@dataclass(frozen=True)
class Options:
    """`day` turns the clock (None: the real one), `fresh` forgets all data, `port` 0 lets the system choose.

    `split`: many processes, RabbitMQ and nginx instead of one process. `demo`: with which province a new folder begins, None for none.
    `passwords`: whoever signs in has to prove who he is. `keycloak`: people sign in at a real Keycloak, which always asks for one.
    """

    data: Path
    port: int
    day: date | None = None
    fresh: bool = False
    split: bool = False
    demo: Demo | None = None
    passwords: bool = False
    keycloak: bool = False


@dataclass(frozen=True)
class Running:
    """What a person is told once everything answers; `password` is that of all the people, None when none is asked for."""

    public_url: str
    today: date
    is_turned: bool
    people: Sequence[Account]
    handed_out: HandedOut | None
    log: Path
    password: str | None = None


class Teller(Protocol):
    """How a person at the keyboard hears of it."""

    def running(self, running: Running) -> None: ...

    def split(self, running: Split) -> None: ...

    def filling(self) -> AbstractContextManager[Progress]:
        """A province is being written before anything runs."""
        ...

    def accounts(self) -> AbstractContextManager[AccountsProgress]:
        """The people of the province are told to the sign-in server."""
        ...

    def preparing(self, words: str) -> None:
        """Something takes a while before anything runs."""
        ...

    def ended(self, piece: Piece) -> None:
        """A process of a split run has ended unasked, and will be started again."""
        ...


async def run(options: Options, teller: Teller) -> None:
    """Until SIGINT, SIGTERM or SIGHUP. Raises CannotRun when it cannot start, or PostgreSQL has gone away."""
    fault = _armed_fault()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # `nohup` means that a closed terminal shall not matter.
        if not (sent == signal.SIGHUP and signal.getsignal(sent) == signal.SIG_IGN):
            loop.add_signal_handler(sent, stop.set)
    with hold(options.data) as folder:
        await asyncio.to_thread(folder.end_leftovers)
        if options.fresh:
            folder.empty()
        # Taken before the long work, so that a port in use is told at once.
        door = listen(options.port)
        log_file = folder.new_log()
        log_to(log_file)
        configure_traces(None, service="embedded")
        if fault is not None:
            log.warning("fault-armed", fault=str(fault))
        if options.demo is not None and not folder.has_databases:
            with teller.filling() as progress:
                await begin_with(options.demo, folder, day=options.day, progress=progress)
        if options.split:
            await _run_split(options, folder, door, stop, teller)
            return
        ended: list[str] = []
        when_one_ends(ended.append)
        async with AsyncExitStack() as stack:
            cluster = await stack.enter_async_context(_postgres(folder))
            keycloak = await stack.enter_async_context(sign_in_server(folder, teller.preparing)) if options.keycloak else None
            running = await stack.enter_async_context(
                everything(options, folder, cluster, door, log_file, InMemoryBus(), keycloak, teller.accounts)
            )
            if not stop.is_set():
                teller.running(running)
            await _until_stopped(stop, cluster, ended)


async def _run_split(options: Options, folder: DataFolder, door: socket.socket, stop: asyncio.Event, teller: Teller) -> None:
    # nginx opens the port itself, and finds it as free as we did.
    port = door.getsockname()[1]
    door.close()
    portals = portals_asked(os.environ)
    keycloak = WithKeycloak(teller.preparing, teller.accounts) if options.keycloak else None
    async with split(
        folder, port=port, day=options.day, ended=teller.ended, portals=portals, passwords=options.passwords, keycloak=keycloak
    ) as running:
        if not stop.is_set():
            teller.split(running)
        await stop.wait()


def _armed_fault() -> fault_points.Fault | None:
    try:
        return fault_points.arm(os.environ)
    except fault_points.WrongFault as error:
        raise CannotRun(f"Biến môi trường {fault_points.VARIABLE} không đúng", f"{fault_points.VARIABLE}: {error}") from error


@contextmanager
def _untold() -> Iterator[AccountsProgress]:
    yield quietly


@asynccontextmanager
async def _postgres(folder: DataFolder) -> AsyncIterator[Cluster]:
    try:
        cluster = await asyncio.to_thread(start_cluster, folder.postgres)
    except (PostgresFailed, NoOrdinaryUser) as error:
        raise CannotRun("Không khởi động được PostgreSQL", f"PostgreSQL does not start: {error}") from error
    try:
        yield cluster
    finally:
        await asyncio.to_thread(cluster.stop)


@asynccontextmanager
async def everything(
    options: Options,
    folder: DataFolder,
    cluster: Cluster,
    door: socket.socket,
    log_file: Path,
    bus: Bus,
    keycloak: Keycloak | None = None,
    accounts_told: Callable[[], AbstractContextManager[AccountsProgress]] = _untold,
) -> AsyncIterator[Running]:
    """All services, the sign-in unless it is a Keycloak, and the portal in this process, over `bus`."""
    offset = offset_for(options.day, await latest_written(cluster, SCHEMAS), now=datetime.now(UTC))
    for database, package in SCHEMAS.items():
        await migrate(package, cluster.dsn(database, owner_of(database)))
    sockets = {name: listen() for name in SERVICES}
    addresses = {name: address_of(opened) for name, opened in sockets.items()}
    # Services are let in by a door of their own: that for people stays shut until there is somebody to sign in as.
    sign_in_door = listen()
    sign_in_url = address_of(sign_in_door) if keycloak is None else keycloak.url
    wiring = Wiring(folder, cluster, address_of(door), addresses, offset, sign_in_url=sign_in_url, is_keycloak=keycloak is not None)
    services = {name: wiring.service_app(name, bus) for name in SERVICES}
    portal = wiring.portal_app()
    directory = service_of(services["directory"])
    clock = Clock(offset)

    async def accounts() -> Sequence[Account]:
        return await who_may_sign_in(directory, clock.today())

    # Nobody has one before the directory has told who there is.
    passwords = Passwords() if options.passwords else None
    sign_in = wiring.sign_in_app(accounts, lambda: (portal.state.portal.assets.url("portal.css"),), passwords)
    front_door = FrontDoor(public_url=wiring.public_url, sign_in=sign_in if keycloak is None else None, services=services, portal=portal)
    if keycloak is not None:
        log.info("realm-applied", changed=len(await apply_realm(keycloak, wiring)))
    password = None
    async with AsyncExitStack() as stack:
        # Sockets listen already: whoever asks a service that is still starting waits a moment and is answered.
        for app in services.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        await stack.enter_async_context(serving({sockets[name]: app for name, app in services.items()} | {sign_in_door: sign_in}))
        async with its_turn(directory.database):
            # The directory follows its own events: it would make the same accounts, and give them no password.
            await load_once(directory)
            if keycloak is not None:
                with accounts_told() as progress:
                    password = await let_people_in(keycloak, wiring, directory, progress)
        # What the directory tells must have arrived everywhere before the first person comes.
        await asyncio.gather(*(sweep.once() for app in services.values() for sweep in service_of(app).sweeps()))
        people = await accounts()
        handed_out = await give_passwords(folder, people, passwords) if passwords else None
        # Ended in the reverse order: first the door, then the portal, which listens to streams of the services.
        await stack.enter_async_context(portal.router.lifespan_context(portal))
        await stack.enter_async_context(serving({door: front_door}))
        yield Running(wiring.public_url, clock.today(), options.day is not None, people, handed_out, log_file, password)


async def _until_stopped(stop: asyncio.Event, cluster: Cluster, ended: Sequence[str]) -> None:
    """Until somebody says stop; without PostgreSQL, or with a work that has ended for good, there is nothing to go on for."""
    while not stop.is_set():
        if not cluster.running():
            raise CannotRun("PostgreSQL đã dừng ngoài ý muốn; vui lòng chạy lại", "PostgreSQL has ended unexpectedly; please start again")
        if ended:
            raise CannotRun(
                "Một phần việc chạy nền đã dừng ngoài ý muốn; vui lòng chạy lại",
                f"work in the background has ended unexpectedly ({', '.join(ended)}); please start again",
            )
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
