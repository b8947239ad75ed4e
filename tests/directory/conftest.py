import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from libs.common.actor import Actor
from libs.common.messaging.event_log import Cause
from services.directory.demo import DemoMember, demo_members
from services.directory.domain.membership import Role
from services.directory.outgoing import to_contract
from services.directory.persistence.repository import NAMES_LOCK
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.province import Province
from services.directory.use_cases.import_province import Imported, import_province
from tests.conftest import ServiceDatabase
from tests.issuer import Issuer, Person
from tests.signed_in import Client, running_service

PROVINCE = Province("quang-ngai")
DAY = date(2026, 2, 12)


class Member(Person):
    """A demo person as one who signs in."""

    def __init__(self, member: DemoMember, role: str | None = None) -> None:
        chosen = next((one, place) for one, place in member.memberships if role is None or place.role == role)
        super().__init__(member.person.username, chosen[1].agency_id, chosen[1].role)
        object.__setattr__(self, "_ids", (member.person.id, chosen[0]))

    @property
    def id(self):  # type: ignore[no-untyped-def]
        return self._ids[0]  # type: ignore[attr-defined]

    @property
    def membership(self):  # type: ignore[no-untyped-def]
        return self._ids[1]  # type: ignore[attr-defined]


def member(role: Role, kind: str = "") -> DemoMember:
    kinds = {agency.key: agency.kind for agency in PROVINCE.agencies}
    return next(
        one
        for one in demo_members(PROVINCE, DAY)
        if any(place.role is role for _, place in one.memberships)
        and (not kind or kinds.get(f"quang-ngai-{one.person.username.split('.', 1)[1]}") == kind)
    )


async def load(client: Client) -> Imported:
    service = client.app.state.service
    uow = DirectoryUnitOfWork(service.database, to_contract, actor=Actor.of_service("directory"), cause=Cause("import"))
    return await import_province(PROVINCE, uow, now=datetime.now(UTC), members=demo_members(PROVINCE, DAY))


@pytest.fixture
async def directory(database: Callable[[str], ServiceDatabase], issuer: Issuer, tmp_path: Path) -> AsyncIterator[Client]:
    """The directory with the demo province."""
    async with running_service("directory", database("directory"), issuer, tmp_path, replica=False) as client:
        await load(client)
        yield client


async def at_once(client: Client, *changes: Coroutine[Any, Any, Response], lock: int = NAMES_LOCK) -> list[Response]:
    """All of them have come as far as the lock before one goes on."""
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = current_database() AND NOT granted"
    )
    async with client.admin.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        begun = [asyncio.ensure_future(one) for one in changes]
        async with asyncio.timeout(20):
            while (await connection.execute(waiting)).scalar_one() < len(begun):
                await asyncio.sleep(0.05)
    return list(await asyncio.gather(*begun))
