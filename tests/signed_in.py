"""Services run in the test's process, with real tokens of an issuer of our own and a replica of a few agencies and people."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlalchemy import text

from libs.common.db import Database
from libs.common.messaging.envelope import Envelope
from libs.common.messaging.memory import InMemoryBus
from libs.common.settings import ServiceSettings
from libs.contracts.contract import Contract
from libs.contracts.directory import AgencyChange, AgencyChanged, AgencyState, MembershipChange, MembershipChanged, MembershipState
from libs.directory_replica.handlers import on_agency_changed, on_membership_changed
from tests.conftest import ServiceDatabase
from tests.issuer import ISSUER, Issuer, Person, known_id

OFFICE = known_id("Văn phòng UBND tỉnh")
HEALTH = known_id("Sở Y tế")
FINANCE = known_id("Sở Tài chính")
SOUTH_COMMUNE = known_id("UBND xã Bình Sơn")
NORTH_WARD = known_id("UBND phường Trương Quang Trọng")
CLOSED_DEPARTMENT = known_id("Sở Kế hoạch và Đầu tư")
UNKNOWN_AGENCY = known_id("nobody")
AGENCIES = {
    OFFICE: ("Văn phòng Ủy ban nhân dân tỉnh", "OFFICE", None),
    HEALTH: ("Sở Y tế", "DEPARTMENT", None),
    FINANCE: ("Sở Tài chính", "DEPARTMENT", None),
    SOUTH_COMMUNE: ("Ủy ban nhân dân xã Bình Sơn", "COMMUNE", None),
    NORTH_WARD: ("Ủy ban nhân dân phường Trương Quang Trọng", "WARD", None),
    CLOSED_DEPARTMENT: ("Sở Kế hoạch và Đầu tư", "DEPARTMENT", "2025-02-28"),
}
TRACKER = Person("Chuyên viên theo dõi", OFFICE, "OFFICE_TRACKER")
OFFICE_LEAD = Person("Chánh Văn phòng", OFFICE, "OFFICE_LEAD")
LEADER = Person("Chủ tịch", OFFICE, "LEADER")
HEALTH_HEAD = Person("Giám đốc Sở Y tế", HEALTH, "AGENCY_HEAD")
HEALTH_CLERK = Person("Văn thư Sở Y tế", HEALTH, "AGENCY_CLERK")
HEALTH_OFFICER = Person("Chuyên viên Sở Y tế", HEALTH, "AGENCY_OFFICER")
FINANCE_CLERK = Person("Văn thư Sở Tài chính", FINANCE, "AGENCY_CLERK")
COMMUNE_CLERK = Person("Văn thư xã Bình Sơn", SOUTH_COMMUNE, "AGENCY_CLERK")
ADMIN = Person("Quản trị", OFFICE, "SYSTEM_ADMIN")
HEALTH_ADMIN = Person("Quản trị Sở Y tế", HEALTH, "SYSTEM_ADMIN")
PEOPLE = (TRACKER, OFFICE_LEAD, LEADER, HEALTH_HEAD, HEALTH_CLERK, HEALTH_OFFICER, FINANCE_CLERK, COMMUNE_CLERK, ADMIN, HEALTH_ADMIN)


@dataclass
class Client:
    """Speaks to one service as one person after another."""

    http: httpx2.AsyncClient
    issuer: Issuer
    app: FastAPI
    admin: Database
    _keys: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    async def get(self, person: Person, path: str, **parameters: Any) -> httpx2.Response:
        return await self.http.get(path, params=parameters, headers=self.issuer.headers(person))

    async def post(
        self, person: Person, path: str, body: Any = None, *, version: int | None = None, key: str | None = None, method: str = "POST"
    ) -> httpx2.Response:
        headers = self.issuer.headers(person) | {"Idempotency-Key": key or f"key-{next(self._keys)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.http.request(method, path, json=body if body is not None else {}, headers=headers)

    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.admin.read() as connection:
            return list((await connection.execute(text(statement), parameters)).all())

    @asynccontextmanager
    async def telling_open_pages(self, changed: str) -> AsyncIterator[None]:
        """What is done inside must be heard at the live stream as a change of the list `changed`."""
        async with asyncio.timeout(20):
            # Before the line to the database listens, a hint is lost; open pages then ask again by themselves.
            while not await self.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'"):
                await asyncio.sleep(0.05)
            heard = self.app.state.service.changed_lists.follow()
            hearing = asyncio.ensure_future(anext(heard))
            await asyncio.sleep(0)
            yield
            while changed not in (await hearing).lists:
                hearing = asyncio.ensure_future(anext(heard))
            await heard.aclose()

    async def everything(self) -> dict[str, tuple[int, str]]:
        """The whole database in few words: two of them are equal only when no row differs."""
        tables = await self.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('feed_position', 'alembic_version')"
        )
        found = {}
        for (table,) in tables:
            # The relay counts its tries in the outbox all the while; which events wait there is what a change would alter.
            columns = "seq" if table == "outbox" else "*"
            (row,) = await self.rows(
                "SELECT count(*) AS rows, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS words "
                f"FROM (SELECT {columns} FROM {table}) t"
            )
            found[table] = (row.rows, row.words)
        return found


@asynccontextmanager
async def running_service(
    name: str,
    database: ServiceDatabase,
    issuer: Issuer,
    folder: Path,
    *,
    replica: bool = True,
    bus: InMemoryBus | None = None,
    **settings: Any,
) -> AsyncIterator[Client]:
    """The service `name` with its lifespan, spoken to without a network between; alone on its bus, unless it is given one."""
    key_file = folder / f"{name}.pem"
    key_file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    settings_class: type[ServiceSettings] = next(
        value
        for value in vars(import_module(f"services.{name}.settings")).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value is not ServiceSettings
    )
    configured = settings_class(
        name=name,
        database_url=database.app_url,
        issuer=ISSUER,
        jwks_url=issuer.jwks_url,
        token_url="http://127.0.0.1:1/token",
        client_id=f"service-{name}",
        private_key_file=key_file,
        files_folder=folder / "files",
        **settings,
    )
    app: FastAPI = import_module(f"services.{name}.app").create_app(configured, bus or InMemoryBus())
    admin = Database(database.admin_url)
    if replica:
        await fill_replica(admin, consumer=name)
        await nothing_is_held(admin)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://service.test") as http:
        yield Client(http, issuer, app, admin)
    await admin.dispose()


def directory_event(contract: Contract, subject: UUID, version: int = 1) -> Envelope:
    return Envelope(
        id=uuid4(),
        source="directory",
        type=contract.type,
        subject=subject,
        aggregate_type="test",
        time=datetime.now(UTC),
        epoch=1,
        version=version,
        actor="test",
        correlation_id="test",
        causation_id=None,
        traceparent=None,
        data=contract.model_dump(mode="json"),
    )


async def nothing_is_held(database: Database) -> None:
    """What is decided takes effect at once. A test that decides otherwise does so with a later version."""
    async with database.begin() as connection:
        await connection.execute(text("INSERT INTO province_setting_replica (key, version, value) VALUES ('hold_seconds', 0, '0')"))


async def fill_replica(database: Database, *, consumer: str) -> None:
    """What the directory would have told: AGENCIES and PEOPLE, and that it was heard of just now."""
    async with database.begin() as connection:
        for number, (agency, (name, kind, valid_to)) in enumerate(AGENCIES.items()):
            state = AgencyState.model_validate(
                {
                    "id": agency,
                    "key": str(agency),
                    "name": name,
                    "short_name": name,
                    "kind": kind,
                    "scope": "test",
                    "parent_id": None,
                    "valid_from": None,
                    "valid_to": valid_to,
                    "sort_key": f"{number:04}",
                }
            )
            event = AgencyChanged(occurred_at=datetime.now(UTC), state=state, change=AgencyChange(reason="test"))
            await on_agency_changed(event, directory_event(event, agency), connection)
        for person in PEOPLE:
            membership = MembershipState(
                id=person.membership,
                person_id=person.id,
                agency_id=person.agency,
                role=person.role,
                is_head=person.role == "AGENCY_HEAD",
                valid_from=None,
                valid_to=None,
            )
            change = MembershipChanged(occurred_at=datetime.now(UTC), state=membership, change=MembershipChange(reason="test"))
            await on_membership_changed(change, directory_event(change, person.membership), connection)
        await connection.execute(
            text("INSERT INTO feed_position (consumer, source, heard_at) VALUES (:consumer, 'directory', now())"), {"consumer": consumer}
        )
