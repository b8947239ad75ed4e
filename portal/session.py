"""Sessions: a row of ours and an opaque cookie, of which only the hash is stored; the tokens in the row are encrypted."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from libs.common.db import Database
from libs.common.supervise import is_well
from portal.oidc import SignInRefused, Tokens

IDLE = "interval '30 minutes'"
ABSOLUTE = "interval '10 hours'"
# A visit is written down at most this often: every page would cost a flush otherwise.
SEEN_EVERY = "interval '1 minute'"
FORGOTTEN_AT_ONCE = 1000
FORGOTTEN_EVERY_SECONDS = 300.0
ALIVE = f"seen_at > now() - {IDLE} AND began_at > now() - {ABSOLUTE}"


@dataclass(frozen=True)
class Membership:
    """Tư cách in which the person may act."""

    id: UUID
    agency_id: UUID
    agency_name: str
    agency_short_name: str
    position: str
    role: str


@dataclass(frozen=True)
class Session:
    id: UUID
    person_id: UUID
    person_name: str
    memberships: tuple[Membership, ...]
    membership: Membership | None
    tokens: Tokens
    form_secret: bytes


class SessionEnded(Exception):
    """No session, or one that has ended: the person signs in again."""


class SealedBox:
    """Authenticated encryption with the key of the portal; `about` binds a text to the place it was made for."""

    def __init__(self, key_file: Path) -> None:
        self._cipher = AESGCM(key_file.read_bytes())

    def seal(self, plain: bytes, about: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Raises cryptography.exceptions.InvalidTag for anything we did not seal for this place."""
        return self._cipher.decrypt(sealed[:12], sealed[12:], about)


class Sessions:
    def __init__(self, database: Database, box: SealedBox) -> None:
        self._database = database
        self._box = box

    async def begin(self, person_id: UUID, person_name: str, memberships: Iterable[Membership], tokens: Tokens) -> str:
        """A new session; returns what the cookie holds. Somebody with one membership acts in it at once."""
        cookie = secrets.token_urlsafe(32)
        session_id = uuid7()
        offered = list(memberships)
        async with self._database.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO session (id, cookie_hash, person_id, person_name, memberships, membership_id, tokens, form_secret) "
                    "VALUES (:id, :hash, :person, :name, CAST(:memberships AS jsonb), :membership, :tokens, :secret)"
                ),
                {
                    "id": session_id,
                    "hash": _hash(cookie),
                    "person": person_id,
                    "name": person_name,
                    "memberships": _to_json(offered),
                    "membership": offered[0].id if len(offered) == 1 else None,
                    "tokens": self._seal(session_id, tokens),
                    "secret": secrets.token_bytes(32),
                },
            )
        return cookie

    async def find(self, cookie: str | None, *, seen: bool = True) -> Session:
        """The living session of a cookie. `seen=False` leaves its idle time running: a page that refreshes itself is no visit."""
        if not cookie:
            raise SessionEnded
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    text(f"SELECT *, seen_at < now() - {SEEN_EVERY} AS long_unseen FROM session WHERE cookie_hash = :hash AND {ALIVE}"),
                    {"hash": _hash(cookie)},
                )
            ).one_or_none()
        if row is None:
            raise SessionEnded
        if seen and row.long_unseen:
            async with self._database.begin() as connection:
                await connection.execute(text("UPDATE session SET seen_at = now() WHERE id = :id"), {"id": row.id})
        return self._session(row)

    async def fresh_tokens(self, session: Session, refresh: Callable[[Tokens], Awaitable[Tokens]]) -> Session:
        """The session with tokens that are not about to expire. The row is locked meanwhile, so that only one request refreshes."""
        async with self._database.begin() as connection:
            row = (await connection.execute(text("SELECT * FROM session WHERE id = :id FOR UPDATE"), {"id": session.id})).one_or_none()
            if row is None:
                raise SessionEnded
            present = self._session(row)
            if present.tokens.access != session.tokens.access and not present.tokens.expire_soon:
                return present
            try:
                tokens = await refresh(present.tokens)
            except SignInRefused as refused:
                raise SessionEnded from refused
            await connection.execute(
                text("UPDATE session SET tokens = :tokens WHERE id = :id"), {"id": session.id, "tokens": self._seal(session.id, tokens)}
            )
        return replace(present, tokens=tokens)

    async def offer(self, session: Session, memberships: Iterable[Membership]) -> Session:
        """Write down what the directory says today; a membership that is no longer among them is no longer acted in."""
        offered = tuple(memberships)
        chosen = session.membership if session.membership in offered else None
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE session SET memberships = CAST(:memberships AS jsonb), membership_id = :chosen WHERE id = :id"),
                {"id": session.id, "memberships": _to_json(offered), "chosen": chosen and chosen.id},
            )
        return replace(session, memberships=offered, membership=chosen)

    async def act_as(self, session: Session, membership: Membership) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                text("UPDATE session SET membership_id = :membership WHERE id = :id"), {"id": session.id, "membership": membership.id}
            )

    async def end(self, session: Session) -> None:
        async with self._database.begin() as connection:
            await connection.execute(text("DELETE FROM session WHERE id = :id"), {"id": session.id})

    async def forget_ended(self) -> int:
        """Remove the rows of sessions that have ended, a few at a time; how many went."""
        ended = text(f"""
            WITH gone AS (
              DELETE FROM session WHERE id IN (SELECT id FROM session WHERE NOT ({ALIVE}) LIMIT {FORGOTTEN_AT_ONCE}) RETURNING 1)
            SELECT count(*) FROM gone""")
        forgotten = 0
        while True:
            async with self._database.begin() as connection:
                went = int((await connection.execute(ended)).scalar_one())
            forgotten += went
            if went < FORGOTTEN_AT_ONCE:
                return forgotten

    async def keep_forgetting(self) -> None:
        """What of it is kept running."""
        while True:
            await self.forget_ended()
            is_well()
            await asyncio.sleep(FORGOTTEN_EVERY_SECONDS)

    async def lives(self, session: Session) -> bool:
        """Whether it lives and still acts in the same membership."""
        same = f"SELECT 1 FROM session WHERE id = :id AND membership_id IS NOT DISTINCT FROM CAST(:membership AS uuid) AND {ALIVE}"
        async with self._database.read() as connection:
            found = await connection.execute(text(same), {"id": session.id, "membership": session.membership and session.membership.id})
            return found.first() is not None

    def _seal(self, session_id: UUID, tokens: Tokens) -> bytes:
        return self._box.seal(json.dumps(asdict(tokens)).encode(), session_id.bytes)

    def _session(self, row: Row[Any]) -> Session:
        memberships = tuple(_membership(one) for one in row.memberships)
        return Session(
            id=row.id,
            person_id=row.person_id,
            person_name=row.person_name,
            memberships=memberships,
            membership=next((one for one in memberships if one.id == row.membership_id), None),
            tokens=Tokens(**json.loads(self._box.open(row.tokens, row.id.bytes))),
            form_secret=row.form_secret,
        )


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _to_json(memberships: Iterable[Membership]) -> str:
    return json.dumps([asdict(one) for one in memberships], default=str)


def _membership(found: dict[str, str]) -> Membership:
    return Membership(**{**found, "id": UUID(found["id"]), "agency_id": UUID(found["agency_id"])})  # type: ignore[arg-type]
