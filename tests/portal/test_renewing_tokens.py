"""Tokens are renewed once at a time, while no transaction is open, whoever turns away, hangs or dies meanwhile."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

import portal.session
from libs.common.db import Database
from portal.devices import Device
from portal.oidc import SignInAway, SignInRefused, Tokens
from portal.session import Refresh, SealedBox, Session, SessionEnded, Sessions
from tests.conftest import ServiceDatabase


@dataclass
class SignIn:
    """The sign-in service: answers when `may_answer`, gives each refresh token once, and says no to one that comes a second time."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    used: list[str] = field(default_factory=list)
    away: bool = False

    async def refresh(self, tokens: Tokens) -> Tokens:
        self.asked.set()
        await self.may_answer.wait()
        if self.away:
            raise SignInAway("500")
        if tokens.refresh in self.used:
            raise SignInRefused("used twice")
        self.used.append(tokens.refresh)
        number = len(self.used)
        return Tokens(f"access {number}", f"refresh {number}", "identity", time.time() + 600)


@dataclass
class Portals:
    """Two processes of the portal over one database."""

    one: Sessions
    other: Sessions
    admin: Database

    async def expiring(self) -> Session:
        tokens = Tokens("access 0", "refresh 0", "identity", time.time())
        cookie = await self.one.begin(uuid4(), "Người thử", [], tokens, acting_as=None, provider_session=None, device=Device())
        return await self.one.find(cookie)

    async def stored(self, session: Session) -> Tokens:
        async with self.admin.read() as connection:
            row = (await connection.execute(text("SELECT * FROM session WHERE id = :id"), {"id": session.id})).one()
        return self.one._session(row).tokens

    async def change(self, statement: str) -> None:
        async with self.admin.begin() as connection:
            await connection.execute(text(statement))

    async def open_transactions(self) -> int:
        statement = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'portal-test' AND xact_start IS NOT NULL"
        )
        async with self.admin.read() as connection:
            return int((await connection.execute(text(statement))).scalar_one())


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, application="portal-test")
    yield database
    await database.dispose()


@pytest.fixture
async def portals(database: Callable[[str], ServiceDatabase], tmp_path: Path) -> AsyncIterator[Portals]:
    of_portal = database("portal")
    key_file = tmp_path / "key"
    key_file.write_bytes(secrets.token_bytes(32))
    async with opened(of_portal.app_url) as one, opened(of_portal.app_url) as other:
        admin = Database(of_portal.admin_url)
        yield Portals(Sessions(one, SealedBox(key_file)), Sessions(other, SealedBox(key_file)), admin)
        await admin.dispose()


async def test_no_transaction_is_open_while_the_sign_in_service_hangs(portals: Portals) -> None:
    session, sign_in = await portals.expiring(), SignIn()
    renewing = asyncio.create_task(portals.one.fresh_tokens(session, sign_in.refresh))
    await sign_in.asked.wait()
    assert await portals.open_transactions() == 0
    # Nor is the row locked: everything else of the session goes on.
    await portals.change("SET LOCAL lock_timeout = '100ms'")
    await portals.other.offer(session, [])
    sign_in.may_answer.set()
    assert (await renewing).tokens.access == "access 1"
    assert (await portals.stored(session)).refresh == "refresh 1"


async def test_who_asks_at_once_is_renewed_once(portals: Portals) -> None:
    """In one process and in two: the second use of a refresh token would end the session."""
    session, sign_in = await portals.expiring(), SignIn()
    asking = [asyncio.create_task(sessions.fresh_tokens(session, sign_in.refresh)) for sessions in [portals.one, portals.other] * 3]
    await sign_in.asked.wait()
    sign_in.may_answer.set()
    assert {renewed.tokens.access for renewed in await asyncio.gather(*asking)} == {"access 1"}
    assert sign_in.used == ["refresh 0"]
    late = await portals.other.fresh_tokens(session, sign_in.refresh)
    assert (late.tokens.access, sign_in.used) == ("access 1", ["refresh 0"]), "who comes later finds what was renewed"
    again = await portals.one.fresh_tokens(late, sign_in.refresh)
    assert (again.tokens.access, sign_in.used) == ("access 2", ["refresh 0", "refresh 1"]), "and what expires again is renewed again"


async def test_of_fifty_in_one_process_one_asks_whether_it_is_his_to_renew(portals: Portals, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others wait for what he gets, and none of them for the database."""
    session, sign_in = await portals.expiring(), SignIn()
    renewed, asked = portals.one._renewed, 0

    async def counted(one: Session, refresh: Refresh) -> Session:
        nonlocal asked
        asked += 1
        return await renewed(one, refresh)

    monkeypatch.setattr(portals.one, "_renewed", counted)
    asking = [asyncio.create_task(portals.one.fresh_tokens(session, sign_in.refresh)) for _ in range(50)]
    await sign_in.asked.wait()
    sign_in.may_answer.set()
    assert {one.tokens.access for one in await asyncio.gather(*asking)} == {"access 1"}
    assert asked == 1


async def test_who_dies_while_he_renews_locks_nobody_out_for_longer_than_his_lease(portals: Portals) -> None:
    session, sign_in = await portals.expiring(), SignIn()
    sign_in.may_answer.set()
    await portals.change("UPDATE session SET refreshing_until = now() + interval '1 hour'")
    waiting = asyncio.create_task(portals.one.fresh_tokens(session, sign_in.refresh))
    await asyncio.sleep(5 * portal.session.LOOKED_AT_EVERY_SECONDS)
    assert not waiting.done()
    assert not sign_in.asked.is_set()
    await portals.change("UPDATE session SET refreshing_until = now() - interval '1 millisecond'")
    assert (await waiting).tokens.access == "access 1"


async def test_who_is_asked_in_vain_is_asked_again_at_once(portals: Portals) -> None:
    session, sign_in = await portals.expiring(), SignIn(away=True)
    sign_in.may_answer.set()
    with pytest.raises(SignInAway):
        await portals.one.fresh_tokens(session, sign_in.refresh)
    sign_in.away = False
    assert (await portals.other.fresh_tokens(session, sign_in.refresh)).tokens.access == "access 1"


async def test_a_sign_in_service_that_never_answers_is_given_up_before_the_lease_ends(
    portals: Portals, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"interval '{portal.session.LONGEST_REFRESH_SECONDS + 2:.0f} seconds'" == portal.session.LEASE
    monkeypatch.setattr(portal.session, "LONGEST_REFRESH_SECONDS", 0.1)
    session, sign_in = await portals.expiring(), SignIn()
    with pytest.raises(SignInAway):
        await portals.one.fresh_tokens(session, sign_in.refresh)
    sign_in.may_answer.set()
    assert (await portals.other.fresh_tokens(session, sign_in.refresh)).tokens.access == "access 1"


async def test_who_turns_away_loses_nobody_the_new_tokens(portals: Portals) -> None:
    session, sign_in = await portals.expiring(), SignIn()
    leaving = asyncio.create_task(portals.one.fresh_tokens(session, sign_in.refresh))
    await sign_in.asked.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    sign_in.may_answer.set()
    async with asyncio.timeout(20):
        while (await portals.stored(session)).access != "access 1":
            await asyncio.sleep(0.02)


async def test_a_refusal_and_a_session_that_is_gone_end_it(portals: Portals) -> None:
    session, sign_in = await portals.expiring(), SignIn(used=["refresh 0"])
    sign_in.may_answer.set()
    with pytest.raises(SessionEnded):
        await portals.one.fresh_tokens(session, sign_in.refresh)
    async with portals.admin.begin() as connection:
        await connection.execute(text("DELETE FROM session"))
    with pytest.raises(SessionEnded):
        await portals.one.fresh_tokens(session, SignIn().refresh)
