"""The system in many processes on one machine: each service its own, RabbitMQ between them, nginx in front. No service is told of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from embedded.business_day import latest_written, offset_for
from embedded.certificates import LocalCertificate
from embedded.data_folder import DataFolder
from embedded.demo import load_once, who_may_sign_in
from embedded.gateway import PORTAL, REQUESTS_PER_SECOND, SIGN_IN, GatewayFailed, start_gateway
from embedded.handed_out import HandedOut, give_passwords
from embedded.keycloak import Keycloak, Tell, start_keycloak
from embedded.oidc.issuing import Account
from embedded.oidc.passwords import Passwords
from embedded.ordinary_user import NoOrdinaryUser
from embedded.pieces import NotReady, Piece, Process, start_program, until_all_are_ready
from embedded.postgres import Cluster, PostgresFailed, start_cluster, write_secret
from embedded.processes import free_port
from embedded.rabbitmq import Broker, BrokerFailed, apply_topology, start_broker
from embedded.servers import HOST, address_of, listen, serving
from embedded.sign_in_server import apply_realm, let_people_in, started_keycloak
from embedded.wiring import Wiring
from libs.common.clock import Clock
from libs.common.messaging.memory import InMemoryBus
from libs.common.migrate import migrate
from libs.common.service import service_of
from libs.common.settings import OutsideSettings, ProcessPart
from portal.assets import Assets
from portal.fonts import cut_fonts
from services.directory.accounts.stepping import Progress as AccountsProgress
from services.directory.accounts.stepping import its_turn
from system.databases import SCHEMAS, owner_of
from system.parties import parties
from system.refusals import CannotRun

log = structlog.get_logger()

Server = TypeVar("Server", Cluster, Broker)

LONGEST_READY_SECONDS = 180.0
# A core for each is enough: they compute, and wait for little.
PORTAL_PROCESSES = "CHIDAO_PORTAL_PROCESSES"
MOST_PORTALS = 16


Compose = Callable[[], "list[Unit]"]


@dataclass(frozen=True)
class Unit:
    """One process of a service: which parts of it it does."""

    service: str
    parts: frozenset[ProcessPart]

    @property
    def name(self) -> str:
        return self.service if self.parts == frozenset(ProcessPart) else f"{self.service}-{'-'.join(sorted(self.parts))}"


def together() -> list[Unit]:
    """One process for each service."""
    return [Unit(party.service, frozenset(ProcessPart)) for party in parties()]


def apart() -> list[Unit]:
    """A process for each part that a service has."""
    units = []
    for party in parties():
        has = {
            ProcessPart.API: True,
            ProcessPart.RELAY: party.publishes,
            ProcessPart.CONSUMER: bool(party.consumers),
            # Each puts its own house in order, if nothing else.
            ProcessPart.SCHEDULER: True,
        }
        units += [Unit(party.service, frozenset({part})) for part, there in has.items() if there]
    return units


def portals_asked(environment: Mapping[str, str]) -> int:
    """How many processes of the portal the environment asks for, one if it does not say. Raises CannotRun."""
    asked = environment.get(PORTAL_PROCESSES, "1")
    if not (asked.isascii() and asked.isdecimal() and 1 <= int(asked) <= MOST_PORTALS):
        raise CannotRun(
            f"Biến môi trường {PORTAL_PROCESSES} phải là số từ 1 đến {MOST_PORTALS}", f"{PORTAL_PROCESSES}: a number of 1 to {MOST_PORTALS}"
        )
    return int(asked)


def _portal_names(number: int) -> list[str]:
    return [PORTAL, *(f"{PORTAL}-{one}" for one in range(2, number + 1))]


@dataclass(frozen=True)
class WithKeycloak:
    """People sign in at a real Keycloak; whoever waits is told how far it is, and how far the accounts are that are made in it."""

    tell: Tell
    accounts: Callable[[], AbstractContextManager[AccountsProgress]]


@dataclass
class Split:
    """A split run: its pieces by name, and where people reach it. `environment` of a piece is what it is given at its next start.

    `password` is that of all the people at a Keycloak.
    """

    folder: DataFolder
    public_url: str
    today: date
    cluster: Cluster
    broker: Broker
    people: Sequence[Account] = ()
    handed_out: HandedOut | None = None
    keycloak: Keycloak | None = None
    password: str | None = None
    pieces: dict[str, Piece] = field(default_factory=dict)
    environment: dict[str, dict[str, str]] = field(default_factory=dict)

    def apply_topology(self) -> list[str]:
        """What was mended in the broker. Raises CannotRun when something is left that only a person may mend."""
        changed, left = apply_topology(self.broker)
        if left:
            raise CannotRun("Cấu hình RabbitMQ không đúng và phải sửa bằng tay", f"the broker has to be mended by hand: {'; '.join(left)}")
        return changed

    async def until_ready(self, *, seconds: float = LONGEST_READY_SECONDS) -> None:
        """Until every piece does all that it is there for. Raises NotReady."""
        await until_all_are_ready(list(self.pieces.values()), seconds=seconds)


@asynccontextmanager
async def split(
    folder: DataFolder,
    *,
    port: int,
    day: date | None,
    compose: Compose = together,
    order: Callable[[list[Piece]], list[Piece]] = list,
    ended: Callable[[Piece], None] = lambda _: None,
    command: Callable[[str], Sequence[str]] = lambda module: (module,),
    requests_per_second: int = REQUESTS_PER_SECOND,
    portals: int = 1,
    passwords: bool = False,
    keycloak: WithKeycloak | None = None,
) -> AsyncIterator[Split]:
    """Everything up while the context lasts, and kept up. `order`: in which order the processes of ours are started. Raises CannotRun.

    `command`: what Python is told after `-m` so that it runs a module of ours. `portals`: in how many processes the portal runs.
    `passwords`: whoever signs in has to prove who he is. `keycloak`: at a real one, instead of the sign-in of the demonstration.
    """
    works = folder.processes
    async with AsyncExitStack() as stack:
        cluster = await _started(lambda: start_cluster(folder.postgres), "PostgreSQL")
        stack.push_async_callback(asyncio.to_thread, cluster.stop)
        offset = offset_for(day, await latest_written(cluster, SCHEMAS), now=datetime.now(UTC))
        for database, package in SCHEMAS.items():
            await migrate(package, cluster.dsn(database, owner_of(database)))
        broker = await _started(lambda: start_broker(folder.rabbitmq), "RabbitMQ")
        stack.push_async_callback(asyncio.to_thread, broker.stop)

        units = compose()
        portal_names = _portal_names(portals)
        ports = {name: free_port() for name in (*(unit.name for unit in units), *portal_names)}
        addresses = {unit.service: f"http://{HOST}:{ports[unit.name]}" for unit in units if ProcessPart.API in unit.parts}
        public_url = f"https://{HOST}:{port}"
        sign_in_door = listen()
        running = Split(folder, public_url, Clock(offset).today(), cluster, broker)
        if keycloak is not None:
            running.keycloak = await started_keycloak(folder, keycloak.tell, trusting=_authority(folder))
            stack.push_async_callback(lambda: asyncio.to_thread(_stopped_keycloak, running))
        wiring = Wiring(
            folder,
            cluster,
            public_url,
            addresses,
            offset,
            sign_in_url=address_of(sign_in_door) if running.keycloak is None else running.keycloak.url,
            bus_url_of=broker.url,
            is_keycloak=running.keycloak is not None,
        )
        # Whichever are up then: one that ended meanwhile was started anew.
        stack.push_async_callback(lambda: asyncio.to_thread(running.cluster.stop))
        stack.push_async_callback(lambda: asyncio.to_thread(running.broker.stop))
        await asyncio.to_thread(running.apply_topology)
        if keycloak is None or running.keycloak is None:
            running.people, running.handed_out = await stack.enter_async_context(
                _people_who_sign_in(wiring, sign_in_door, running.today, passwords=passwords)
            )
        else:
            running.people, running.password = await _people_in_keycloak(wiring, running.keycloak, running.today, keycloak.accounts)

        works.mkdir(mode=0o700, exist_ok=True)
        programs = [
            _program(
                running,
                works,
                command(f"services.{unit.service}"),
                unit.name,
                ports[unit.name],
                wiring.service_settings(unit.service, port=ports[unit.name], parts=unit.parts),
            )
            for unit in units
        ]
        programs += [
            _program(running, works, command("portal"), name, ports[name], wiring.portal_settings(port=ports[name]))
            for name in portal_names
        ]
        portal_door = f"http://{HOST}:{ports[PORTAL]}"
        # A Keycloak has an address of its own; whoever looks for it at ours is told by the portal that it is not there.
        doors = addresses | {PORTAL: portal_door, SIGN_IN: address_of(sign_in_door) if running.keycloak is None else portal_door}
        behind = {name: urlsplit(address).netloc for name, address in doors.items()}
        of_broker = broker.passwords()
        servers = [
            Piece(
                "postgresql",
                lambda: _cluster_again(running, start_cluster(folder.postgres, port=cluster.port)),
                f"{HOST}:{cluster.port}",
                process=cluster,
            ),
            Piece(
                "rabbitmq",
                lambda: _broker_again(running, of_broker),
                f"{HOST}:{broker.port}",
                process=broker,
            ),
        ]
        if running.keycloak is not None:
            servers.append(_keycloak_piece(running, running.keycloak))
        gateway = Piece(
            "gateway",
            lambda: start_gateway(
                folder.gateway,
                port=port,
                upstreams=behind,
                more_portals=[f"{HOST}:{ports[name]}" for name in portal_names if name != PORTAL],
                requests_per_second=requests_per_second,
            ),
            public_url,
        )
        running.pieces = {piece.name: piece for piece in (*servers, *programs, gateway)}
        for piece in order([*programs, gateway]):
            await _started_piece(piece)
            stack.push_async_callback(piece.stopped)
        keeping = [asyncio.create_task(piece.keep_up(ended), name=piece.name) for piece in running.pieces.values()]
        stack.push_async_callback(_cancelled, keeping)
        try:
            await running.until_ready()
        except NotReady as error:
            raise CannotRun("Hệ thống không khởi động đầy đủ", f"not everything came up: {error}; see {works}") from error
        yield running


async def _started(start: Callable[[], Server], name: str) -> Server:
    try:
        return await asyncio.to_thread(start)
    except (PostgresFailed, BrokerFailed, NoOrdinaryUser) as error:
        raise CannotRun(f"Không khởi động được {name}", f"{name} does not start: {error}") from error


async def _started_piece(piece: Piece) -> None:
    try:
        await piece.started()
    except GatewayFailed as error:
        raise CannotRun("Không khởi động được nginx", f"nginx does not start: {error}") from error


def _cluster_again(running: Split, cluster: Cluster) -> Process:
    """Who asks the run for its PostgreSQL gets the one that is up."""
    running.cluster = cluster
    return cluster


def _broker_again(running: Split, passwords: Mapping[str, str]) -> Process:
    """It may have come back on an empty folder, and nobody else would give it what belongs in it."""
    gone = running.broker
    broker = start_broker(gone.folder, port=gone.port, management_port=gone.management_port, passwords=passwords)
    running.broker = broker
    try:
        running.apply_topology()
    except CannotRun as left:
        # It is up, and does what it can do; what is missing the services tell.
        log.error("topology-differs", detail=str(left))
    except Exception:
        broker.stop()
        raise
    return broker


def _authority(folder: DataFolder) -> Path:
    """By whom the gateway's certificate is signed. Keycloak tells the portal of sign-outs through it."""
    folder.gateway.mkdir(parents=True, exist_ok=True, mode=0o700)
    certificate = LocalCertificate(folder.gateway)
    certificate.renew()
    return certificate.authority


def _keycloak_piece(running: Split, keycloak: Keycloak) -> Piece:
    def again() -> Process:
        running.keycloak = start_keycloak(keycloak.folder, port=keycloak.port, trusting=_authority(running.folder))
        return running.keycloak

    return Piece("keycloak", again, keycloak.url.removeprefix("http://"), process=keycloak)


def _stopped_keycloak(running: Split) -> None:
    """Whichever is up then."""
    if running.keycloak is not None:
        running.keycloak.stop()


def _program(running: Split, works: Path, command: Sequence[str], name: str, port: int, settings: OutsideSettings) -> Piece:
    file = works / f"{name}.env"
    write_secret(file, settings.to_lines())

    def start() -> Process:
        more = running.environment.pop(name, {})
        return start_program(*command, settings_file=file, folder=works, log_file=works / f"{name}.log", environment=more)

    return Piece(name, start, f"http://{HOST}:{port}", ready_path="/health/ready")


@asynccontextmanager
async def _people_who_sign_in(
    wiring: Wiring, door: socket.socket, today: date, *, passwords: bool
) -> AsyncIterator[tuple[Sequence[Account], HandedOut | None]]:
    """The sign-in service of the demonstration, in this process."""
    directory = service_of(wiring.service_app("directory", InMemoryBus()))
    assets = Assets(await asyncio.to_thread(cut_fonts, wiring.portal_settings().fonts_folder))

    async def accounts() -> Sequence[Account]:
        return await who_may_sign_in(directory, today)

    try:
        await load_once(directory)
        people = await accounts()
        asked = Passwords() if passwords else None
        handed_out = await give_passwords(wiring.folder, people, asked) if asked else None
        async with serving({door: wiring.sign_in_app(accounts, lambda: (assets.url("portal.css"),), asked)}):
            yield people, handed_out
    finally:
        await directory.database.dispose()


async def _people_in_keycloak(
    wiring: Wiring, keycloak: Keycloak, today: date, told: Callable[[], AbstractContextManager[AccountsProgress]]
) -> tuple[Sequence[Account], str]:
    """The people of the demonstration with their accounts, and the one password of all. The realm is as described then."""
    log.info("realm-applied", changed=len(await apply_realm(keycloak, wiring)))
    directory = service_of(wiring.service_app("directory", InMemoryBus()))
    try:
        async with its_turn(directory.database):
            await load_once(directory)
            with told() as progress:
                password = await let_people_in(keycloak, wiring, directory, progress)
        return await who_may_sign_in(directory, today), password
    finally:
        await directory.database.dispose()


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
